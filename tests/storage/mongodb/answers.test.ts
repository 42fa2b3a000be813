/** Both stores answer the same requests with the same bytes, but for ids that the server gives, times and places in pages. More: ANSWERS=3000. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { FhirResource } from '../../../src/fhir/types.ts';
import { type Call, type Client, client } from '../../rest/client.ts';
import { createRandom, type Random } from '../../search/random.ts';
import { randomArtifacts } from '../../search/random-artifacts.ts';
import { randomQueries } from '../../search/random-queries.ts';
import type { Opened } from '../opened.ts';
import { open as openSqlite } from '../sqlite/opening.ts';
import { onWireServer, opening } from './opening.ts';

const REQUESTS = Number(process.env.ANSWERS ?? 300);
const SEED = Number(process.env.SEED ?? 20261125);
jest.setTimeout(60_000 + REQUESTS * 500);

type Asked = readonly [method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', address: string, call?: Call];

/** What changes between two runs, as what does not: ids by their first appearance, times, tokens of pages. */
function steady(): (text: string) => string {
  const names = new Map<string, string>();
  const nameOf = (id: string) => names.get(id) ?? names.set(id, `id-${names.size}`).get(id) ?? '';
  return (text) =>
    text
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, nameOf)
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
      .replace(/\b(_cursor|_page)=[^&"]*/g, '$1=PLACE');
}

async function answerOf(to: Client, [method, address, call = {}]: Asked): Promise<string> {
  try {
    const { status, headers, text } = await to.call(method, address, call);
    return JSON.stringify([status, headers, text]);
  } catch (error) {
    if (error instanceof FhirError) return JSON.stringify([error.kind, error.message, error.issues, error.headers]);
    throw error;
  }
}

/** Versions of one unit have one time, and ids that a server gives are random: which comes first differs. All stand on one page here. */
function isInAnyOrder(address: string): boolean {
  return /^([A-Z]\w+\/)?_history\?|&_sort=-?_id&/.test(address);
}

function sorted(answer: string): string {
  const [status, headers, text] = JSON.parse(answer) as readonly [number | string, unknown, string];
  if (status !== 200) return answer;
  const { entry, ...around } = JSON.parse(text) as { readonly entry?: readonly unknown[] };
  return JSON.stringify([status, headers, around, entry?.map((each) => JSON.stringify(each)).sort()]);
}

await onWireServer('answers', (server) => {
  let stores: readonly Opened[];
  beforeAll(async () => {
    stores = [await openSqlite(), await opening(server)()];
  });
  afterAll(async () => {
    await Promise.all(stores.map((store) => store.close()));
  });

  test(`${REQUESTS} random requests, seed ${SEED}: the same bytes`, async () => {
    const random = createRandom(SEED);
    const clients = stores.map(({ store }) => client({ store }));
    const steadies = clients.map(steady);
    const different: unknown[] = [];
    const resources = randomArtifacts(SEED, 80);
    const queries = randomQueries(SEED, REQUESTS, resources);
    for (let i = 0; i < REQUESTS && different.length < 3; i++) {
      const asked = requestOf(random, resources, queries[i] ?? { type: 'Patient', query: [] });
      const answers: string[] = [];
      for (const [which, each] of clients.entries()) {
        const answer = steadies[which]?.(await answerOf(each, asked)) ?? '';
        answers.push(isInAnyOrder(asked[1]) ? sorted(answer) : answer);
      }
      if (answers[0] !== answers[1]) different.push({ i, asked, ...firstDifference(answers) });
      await sleep(2); // no two writes in one millisecond, on either
    }
    expect(different).toEqual([]);
  });
});

/** Where two answers part, with what stands around it. */
function firstDifference([sqlite = '', mongodb = '']: readonly string[]): object {
  let at = 0;
  while (sqlite[at] === mongodb[at]) at++;
  const around = (text: string) => text.slice(Math.max(0, at - 200), at + 200);
  return { at, sqlite: around(sqlite), mongodb: around(mongodb) };
}

type Query = { readonly type: string; readonly query: readonly (readonly [string, string])[] };

function requestOf(random: Random, resources: readonly FhirResource[], { type, query }: Query): Asked {
  const resource = random.pick(resources);
  const own = `${resource.resourceType}/${resource.id}`;
  const search = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  const ifMatch = random.chance(0.3) ? { ifMatch: `W/"${1 + random.below(3)}"` } : {};
  return random.pick<() => Asked>([
    () => ['PUT', own, { body: resource, ...ifMatch }],
    () => ['PUT', own, { body: { ...resource, language: random.pick(['de', 'en']) } }],
    () => ['PUT', `${type}?${search}`, { body: random.pick(resources.filter((each) => each.resourceType === type)) ?? resource }],
    () => ['POST', resource.resourceType, { body: resource }],
    () => ['POST', resource.resourceType, { body: resource, ifNoneExist: `identifier=${random.below(5)}` }],
    () => ['DELETE', own, ifMatch],
    () => ['DELETE', `${type}?${search}`],
    () => ['GET', own],
    () => ['GET', `${own}/_history/${1 + random.below(3)}`],
    () => ['GET', `${own}/_history?_count=${1 + random.below(4)}`],
    () => ['GET', `${resource.resourceType}/_history?_count=1000`],
    () => ['GET', '_history?_count=1000'],
    () => ['GET', `${type}?${search}&_sort=${random.pick(['_id', '-_id', '_lastUpdated', '-_lastUpdated'])}&_total=accurate&_count=1000`],
    () => ['GET', `${type}?${search}&_count=${1 + random.below(5)}`],
    () => [
      'GET',
      `${random.pick([type, 'Patient'])}?${type === 'Patient' ? search : ''}&_contained=${random.pick(['true', 'both'])}&_containedType=${random.pick(['container', 'contained'])}&_total=accurate&_count=${1 + random.below(4)}`,
    ],
    () => ['GET', `${type}?${search}&_summary=${random.pick(['count', 'true', 'text', 'data'])}`],
    () => ['POST', '', { body: transaction(random, resources) }],
  ])();
}

/** Updates and deletions of resources of which each is named once; reads of them. */
function transaction(random: Random, resources: readonly FhirResource[]): object {
  const several = [...new Set(random.several(1, 4, () => random.pick(resources)))];
  const entry = several.map((resource) => {
    const url = `${resource.resourceType}/${resource.id}`;
    return random.pick<() => object>([
      () => ({ resource, request: { method: 'PUT', url } }),
      () => ({ request: { method: 'DELETE', url } }),
      () => ({ request: { method: 'GET', url } }),
    ])();
  });
  return { resourceType: 'Bundle', type: 'transaction', entry };
}
