// Transactions and searches that lead from one resource to others, over 1,000 and over 100,000 resources, by turns. Every search finds as
// many in both: what it costs more in the larger store is what grows with the store.
import { costsOfTwo } from './load.mjs';
import { show } from './ramus.mjs';
import { observation } from './seed.mjs';

const SYSTEM = 'https://bench.example.org/mrn';

/** Nine observations and their patient. */
function family(number) {
  const patient = {
    resourceType: 'Patient',
    id: `p${number}`,
    identifier: [{ system: SYSTEM, value: String(number) }],
    name: [{ family: `Family${number}` }],
  };
  const observations = Array.from({ length: 9 }, (_, i) => ({
    ...observation(number * 9 + i),
    subject: { reference: `Patient/p${number}` },
  }));
  return [patient, ...observations];
}

const SEARCHES = [
  ['chain: 9 hits', (limit) => `/fhir/Observation?subject:Patient.identifier=${SYSTEM}|${Math.floor(Math.random() * limit)}`],
  ['_has: 3 hits', () => '/fhir/Patient?_has:Observation:subject:code=rare'],
  ['_include: 20 hits and 3 patients', () => '/fhir/Observation?code=rare&_include=Observation:subject'],
  [
    '_revinclude: 1 hit and 9 observations',
    (limit) => `/fhir/Patient?identifier=${SYSTEM}|${Math.floor(Math.random() * limit)}&_revinclude=Observation:subject`,
  ],
];

export async function joins(place) {
  const [few, many] = [await open(place, 100), await open(place, 10_000)];
  for (const [name, path] of SEARCHES) {
    const next = () => ({ path: path(100) });
    const [small, large] = await costsOfTwo(few, many, { connections: 4, amount: 2_000, next });
    show(`${name}: CPU at 1,000, 100,000, ratio`, small.toFixed(0), large.toFixed(0), (large / small).toFixed(2));
  }
  const [small, large] = await costsOfTwo(few, many, { connections: 1, amount: 80, next: transaction });
  show('transaction of 50 creates that refer to each other: CPU, ratio', small.toFixed(0), large.toFixed(0), (large / small).toFixed(2));
  for (const { server } of [few, many]) await server.stop();
}

function transaction() {
  const entry = Array.from({ length: 50 }, (_, i) => {
    const { id: _id, ...resource } = i === 0 ? family(0)[0] : observation(i);
    if (i > 0) resource.subject = { reference: 'urn:uuid:11111111-2222-4333-8444-000000000000' };
    const fullUrl = `urn:uuid:11111111-2222-4333-8444-${String(i).padStart(12, '0')}`;
    return { fullUrl, resource: { ...resource, identifier: undefined }, request: { method: 'POST', url: resource.resourceType } };
  });
  const body = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  return { method: 'POST', path: '/fhir', headers: { 'content-type': 'application/fhir+json' }, body };
}

async function open(place, families) {
  await place.fill(`joins-${families}.db`, families, family);
  const started = await place.start(`joins-${families}.db`, { CONTENT_DIRS: '' });
  await started.server.settled();
  return started;
}
