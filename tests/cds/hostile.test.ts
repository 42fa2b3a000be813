/** Whatever a client sends: an answer that is right, or a refusal in a sentence. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FhirResource } from '../../src/fhir/types.ts';
import { ATC, codes, LOINC, library, SNOMED, UCUM, valueSet } from '../reasoning/content.ts';
import { faultsOf } from './oracle.ts';
import { bundle, condition, entry, item, NOW, patient, request, resources, rule, services } from './toy.ts';

const subject = { reference: 'Patient/p' };
const coded = (system: string, code: string) => ({ coding: [{ system, code }], text: code });
const answers = [{ valueBoolean: true }, { valueQuantity: { value: 3, unit: 'C' } }, { valueCoding: { system: SNOMED, code: '1' } }];
const chart: Record<string, object[]> = {
  conditions: [
    {
      ...condition('1'),
      clinicalStatus: coded('x', 'active'),
      verificationStatus: coded('x', 'confirmed'),
      onsetPeriod: { start: '2026-01-01' },
    },
  ],
  medications: [
    { resourceType: 'MedicationRequest', id: 'm', status: 'active', subject, medicationCodeableConcept: coded(ATC, 'A10BA02') },
    {
      resourceType: 'MedicationRequest',
      id: 'n',
      status: 'active',
      subject,
      medicationReference: { reference: '#x' },
      contained: [{ resourceType: 'Medication', id: 'x', code: coded('x', 'y') }],
    },
  ],
  observations: [
    {
      ...{
        resourceType: 'Observation',
        id: 'o',
        status: 'final',
        subject,
        effectivePeriod: { start: '2026-01-01' },
        code: coded(LOINC, '1'),
      },
      ...{
        valueQuantity: { value: 1, system: UCUM, code: 'mg' },
        component: [{ code: coded(LOINC, '2'), valueQuantity: { value: 2, unit: 'mmHg' } }],
      },
    },
  ],
  responses: [
    {
      resourceType: 'QuestionnaireResponse',
      id: 'q',
      status: 'completed',
      subject,
      authored: '2026-01-01',
      item: [{ linkId: 'g', item: [{ linkId: 'a', answer: answers }] }],
    },
  ],
  allergies: [
    { resourceType: 'AllergyIntolerance', id: 'a', patient: subject, code: coded(ATC, 'B'), reaction: [{ substance: coded(ATC, 'C') }] },
  ],
  devices: [{ resourceType: 'Device', id: 'd', patient: subject, type: coded(SNOMED, '1') }],
  procedures: [{ resourceType: 'Procedure', id: 'r', status: 'completed', subject, code: coded(SNOMED, '1') }],
};
const types = {
  conditions: 'Condition',
  medications: 'MedicationRequest',
  observations: 'Observation',
  responses: 'QuestionnaireResponse',
  allergies: 'AllergyIntolerance',
  devices: 'Device',
  procedures: 'Procedure',
};
const queries = {
  patient: 'Patient/{{context.patientId}}',
  ...Object.fromEntries(Object.entries(types).map(([key, type]) => [key, `${type}?patient={{context.patientId}}`])),
};
const rules = [
  '%triggering.exists()',
  "%conditions.code.coding.select(system & '|' & code).intersect(%Sick).exists()",
  "%observations.where(code.coding.select(system & '|' & code).intersect(%Seen).exists()).first().value.ofType(Quantity).exists($this > 1 'mg')",
  '%responses.descendants().where(answer.value.exists($this = true)).linkId.exists()',
  '%responses.where(authored >= today() - 90 days).exists()',
  "%medications.medication.ofType(CodeableConcept).coding.select(system & '|' & code).intersect(%Sick).exists()",
  '(%allergies.code | %allergies.reaction.substance).coding.exists()',
  '%patient.birthDate.exists($this <= today() - 18 years)',
];
const own: FhirResource[] = [
  ...resources.filter(({ id }) => id !== 'toy' && id !== 'toy-logic'),
  valueSet('seen', 'Seen', codes(LOINC, '1', '2')),
  library({}, ['sick', 'seen'], queries),
  entry('toy', 'problem-list-item-create', [
    { id: 'card', title: 'C', action: rules.map((text, i) => rule(`R${i}`, text, [item(`i${i}`, i % 2 ? 'test' : 'advice')])) },
  ]),
];

const body = request('1', {
  prefetch: { patient, ...Object.fromEntries(Object.entries(chart).map(([key, found]) => [key, bundle(...found)])) },
});
const places: (readonly string[])[] = [];
const walk = (value: unknown, path: readonly string[]): void => {
  places.push(path);
  if (typeof value === 'object' && value !== null) for (const [name, member] of Object.entries(value)) walk(member, [...path, name]);
};
walk(body, []);

const junk = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e308,
    true,
    [],
    {},
    [null],
    [[]],
    '\u0000',
    '2026-13-45',
    '{{x}}',
    { coding: {} },
    { coding: [null] },
    { reference: 5 },
  ),
  fc.constantFrom<unknown>(
    { resourceType: 'Bundle' },
    { resourceType: 'OperationOutcome' },
    { extension: {} },
    { value: 'x' },
    [{}],
    'x'.repeat(5000),
  ),
  fc.jsonValue(),
);
const edits = fc.array(fc.tuple(fc.nat(places.length - 1), junk), { minLength: 1, maxLength: 3 });

function edited(changes: readonly (readonly [number, unknown])[]): unknown {
  let whole: unknown = structuredClone(body);
  for (const [at, value] of changes) {
    const path = places[at] ?? [];
    const last = path.at(-1);
    if (last === undefined) whole = value;
    let holder = whole as Record<string, unknown> | undefined;
    for (const name of path.slice(0, -1)) holder = holder?.[name] as Record<string, unknown> | undefined;
    if (last !== undefined && typeof holder === 'object' && holder !== null) holder[last] = structuredClone(value);
  }
  return whole;
}

test('any body is answered rightly or refused', async () => {
  const { cds, reported } = services(own);
  expect(await cds.heldBack()).toEqual([]);
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(edits, async (changes) => {
      try {
        expect(faultsOf(await cds.call('toy', edited(changes), NOW))).toEqual([]);
        answered++;
      } catch (error) {
        expect(error).toMatchObject({ name: 'FhirError', kind: expect.stringMatching(/^(structure|invalid|incomplete)$/) });
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
  expect(answered).toBeGreaterThan(100);
  expect(new Set(reported.map((text) => text.replace(/action R\d.*/, ''))).size).toBeLessThanOrEqual(1);
});
