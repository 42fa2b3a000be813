// Token searches of 20 hits and of 5 % of the rows, in both orders, over 1,000 and over 100,000 resources, by turns.
import { costsOfTwo } from './load.mjs';
import { show } from './ramus.mjs';

const SYSTEM = 'https://bench.example.org/code';
const KINDS = [
  ['20 hits', `code=${SYSTEM}|rare`],
  ['5 % of the rows', `category=${SYSTEM}|often`],
];
const ORDERS = [
  ['newest first', ''],
  ['sorted by date', '&_sort=date'],
];

export async function searches(place) {
  const [few, many] = [await open(place, 1_000), await open(place, 100_000)];
  for (const [kind, criteria] of KINDS) {
    for (const [order, sort] of ORDERS) {
      const next = () => ({ path: `/fhir/Observation?${criteria}&_count=20${sort}` });
      const [small, large] = await costsOfTwo(few, many, { connections: 4, amount: 2_000, next });
      show(
        `token search of ${kind}, ${order}: CPU at 1,000, 100,000, ratio`,
        small.toFixed(0),
        large.toFixed(0),
        (large / small).toFixed(2),
      );
    }
  }
  show('resident with 100,000 resources: MB', Math.round(many.server.resident()));
  for (const { server } of [few, many]) await server.stop();
}

async function open(place, count) {
  await place.fill(`search-${count}.db`, count);
  const started = await place.start(`search-${count}.db`, { CONTENT_DIRS: '' });
  await started.server.settled();
  return started;
}
