// A hook call with 500 prefetched observations, alone and while 400 creates a second run.
import { createRequest } from './creates.mjs';
import { costOf, load } from './load.mjs';
import { show } from './ramus.mjs';
import { observation } from './seed.mjs';

const SECONDS = 20;
const CREATES_A_SECOND = 400;
const CALLS_A_SECOND = 20;

export async function hooks(place) {
  const { server, url } = await place.start('hooks.db');
  await server.settled();
  const { body, service } = hookCall();
  const next = () => ({ method: 'POST', path: `/cds-services/${service}`, headers: { 'content-type': 'application/json' }, body });
  const quiet = await costOf(server, url, { connections: 1, amount: 400, next });
  show('hook call alone, one after the other: CPU, p50, p99 ms', quiet.cpu.toFixed(0), quiet.p50, quiet.p99);
  const calls = { connections: 1, amount: SECONDS * CALLS_A_SECOND, rate: CALLS_A_SECOND, next };
  const paced = await load(url, calls);
  show(`hook call, ${CALLS_A_SECOND} a second: p50, p99 ms`, paced.p50, paced.p99);
  const amount = SECONDS * CREATES_A_SECOND;
  const writing = load(url, { connections: 16, amount, next: createRequest, status: 201, rate: CREATES_A_SECOND });
  const busy = await load(url, calls);
  const { seconds } = await writing;
  show(`  the same while ${Math.round(amount / seconds)} creates a second run: p50, p99 ms`, busy.p50, busy.p99);
  await server.stop();
}

/** A new thoracolumbar diagnosis with 500 prefetched observations. */
function hookCall() {
  const patient = { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1980-01-01' };
  const code = { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M53.85' }] };
  const condition = { resourceType: 'Condition', id: 'c1', code, subject: { reference: 'Patient/p1' }, onsetDateTime: '2026-01-01' };
  const observations = Array.from({ length: 500 }, (_, i) => ({
    resource: { ...observation(i), subject: { reference: 'Patient/p1' }, note: undefined },
  }));
  const bundle = (entry) => ({ resourceType: 'Bundle', type: 'searchset', entry });
  const empty = Object.fromEntries(
    ['medications', 'statements', 'allergies', 'devices', 'procedures', 'responses'].map((key) => [key, null]),
  );
  const prefetch = { patient, conditions: bundle([{ resource: condition }]), observations: bundle(observations), ...empty };
  const context = {
    userId: 'Practitioner/x',
    patientId: 'p1',
    conditions: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: condition }] },
  };
  const hook = 'problem-list-item-create';
  return {
    service: `prs-${hook}`,
    body: JSON.stringify({ hook, hookInstance: '11111111-2222-4333-8444-555555555555', context, prefetch }),
  };
}
