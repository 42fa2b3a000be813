/** A small document whose services the tests call. */
import { randomUUID } from 'node:crypto';
import { type CdsParts, cdsServices } from '../../src/cds/cds-services.ts';
import type { FhirResource, PlanDefinitionAction } from '../../src/fhir/types.ts';
import { holdBack } from '../../src/reasoning/hold-back.ts';
import { activity, BASE, canonical, codes, entry, item, library, plan, rule, SNOMED, valueSet } from '../reasoning/content.ts';
import { memory } from './memory.ts';

export const NOW = new Date('2026-06-01T12:00:00Z');

export const queries = {
  patient: 'Patient/{{context.patientId}}',
  conditions: 'Condition?patient={{context.patientId}}&_count=500',
  medications: 'MedicationRequest?patient={{context.patientId}}&_count=500',
  observations: 'Observation?patient={{context.patientId}}&_count=500',
};
const named = {
  Codes: "%triggering.code.coding.select(system & '|' & code)",
  Sickness: '%Codes.intersect(%Sick).exists()',
  Chart: "%conditions.code.coding.select(system & '|' & code).intersect(%Sick).exists()",
};

export const cards: PlanDefinitionAction[] = [
  {
    id: 'card.redflag',
    title: 'Urgent',
    action: [rule('R9', '%Codes.intersect(%Urgent).exists()', [item('urgent', 'test')], { priority: 'stat' })],
  },
  { id: 'card.safety', title: 'Safety', action: [rule('R4', '%Sickness and %unavailable.exists()')] },
  {
    id: 'card.main',
    title: 'Care',
    description: 'What *may* help.',
    action: [rule('R1', '%Sickness', [item('advice', 'advice'), item('test', 'test')])],
  },
];

export const resources: FhirResource[] = [
  valueSet('sick', 'Sick', codes(SNOMED, '1')),
  valueSet('urgent', 'Urgent', codes(SNOMED, '2')),
  library(named, ['sick', 'urgent'], queries),
  activity('advice', 'CommunicationRequest', 'education', { description: 'Keep moving.' }),
  activity('test', 'ServiceRequest', 'assessment'),
  activity('drug', 'MedicationRequest', 'treatment'),
  entry('toy', 'problem-list-item-create', cards),
];

/** Services over these resources, and what they were told to report. */
export function services(all: readonly FhirResource[] = resources, more: Partial<CdsParts> = {}) {
  const held = memory(all);
  const reported: string[] = [];
  const cds = cdsServices({
    store: held.store,
    definitions: held.definitions,
    terminology: { expand: async () => [{ system: `${BASE}/CodeSystem/reason`, code: 'later', display: 'Later' }] },
    statuses: ['active', 'draft'],
    safety: holdBack,
    fetch: async () => {
      throw new Error('nothing is fetched here');
    },
    allowedServers: [],
    without: [],
    baseUrl: 'http://127.0.0.1:8080/fhir',
    report: (sentence) => reported.push(sentence),
    ...more,
  });
  return { cds, reported, ...held };
}

export const patient = { resourceType: 'Patient', id: 'p', birthDate: '1980-01-01' };
export const condition = (code: string, id = `c${code}`) => ({
  resourceType: 'Condition',
  id,
  subject: { reference: 'Patient/p' },
  code: { coding: [{ system: SNOMED, code }] },
});
export const bundle = (...found: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'searchset',
  entry: found.map((resource) => ({ resource })),
});
export const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };

/** A call with a new Condition of this code; members of `more` replace those of the body. */
export function request(code: string, more: Record<string, unknown> = {}) {
  return {
    hook: 'problem-list-item-create',
    hookInstance: randomUUID(),
    context: {
      userId: 'Practitioner/d',
      patientId: 'p',
      conditions: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: condition(code) }] },
    },
    prefetch: { patient, conditions: bundle(), medications: bundle(), observations: bundle() },
    ...more,
  };
}

export { canonical, entry, item, plan, rule };
