import { describe, expect, test } from '@jest/globals';
import type { Condition, FhirResource, Observation, Patient } from '../../src/fhir/types.ts';
import { type CallData, factsOf } from '../../src/reasoning/facts.ts';
import { nameIndex } from '../../src/reasoning/names.ts';
import { ATC, ICD, LOINC, RXNORM, SNOMED, UCUM } from './content.ts';

const WARFARIN = `${RXNORM}|11289`;
const listed = new Map([
  [WARFARIN, ['Warfarin']],
  [`${RXNORM}|1191`, ['aspirin', 'Acetylsalicylic acid']],
]);
const names = nameIndex(
  [{ listed, filtered: new Set([ATC, SNOMED]), has: (system, code) => listed.has(`${system}|${code}`) }],
  [{ coding: [{ system: RXNORM, code: '10689', display: 'Tramadol' }], text: 'Tramadol hydrochloride' }],
  (key) => listed.has(key) || key.startsWith(`${ATC}|B01`),
);

const patient: Patient = { resourceType: 'Patient', id: 'p' };
const subject = { reference: 'Patient/p' };
const condition = (id: string, more: object = {}): Condition =>
  ({ resourceType: 'Condition', id, subject, code: { coding: [{ system: ICD, code: 'I10' }] }, ...more }) as Condition;
const status = (code: string) => ({ coding: [{ code }] });

function facts(chart: readonly object[], more: Partial<CallData> = {}) {
  const data = {
    patient,
    context: [],
    chart: chart as FhirResource[],
    triggering: 'chart' as const,
    unavailable: [],
    without: [],
    ...more,
  };
  return factsOf(data, names);
}
const ids = (resources: readonly FhirResource[]) => resources.map(({ id }) => id);

describe('what counts', () => {
  test('context and chart are one, and the context wins', () => {
    const { conditions, triggering } = facts([condition('a', { clinicalStatus: status('resolved') }), condition('b')], {
      context: [condition('a', { clinicalStatus: status('active') })],
      triggering: 'context',
    });
    expect(ids(conditions)).toEqual(['a', 'b']);
    expect(ids(triggering)).toEqual(['a']);
  });

  test('Conditions: not what is resolved, refuted or entered in error; of the chart, what is over triggers nothing', () => {
    const { conditions, triggering } = facts([
      condition('active', { clinicalStatus: status('active') }),
      condition('without'),
      condition('inactive', { clinicalStatus: status('inactive') }),
      condition('remission', { clinicalStatus: status('remission') }),
      condition('resolved', { clinicalStatus: status('resolved') }),
      condition('refuted', { verificationStatus: status('refuted') }),
      condition('error', { verificationStatus: status('entered-in-error') }),
    ]);
    expect(ids(conditions)).toEqual(['active', 'without', 'inactive', 'remission']);
    expect(ids(triggering)).toEqual(['active', 'without']);
  });

  test('a status may stand beside codes of the site, or be a bare code as in earlier releases', () => {
    const beside = (code: string) => ({ coding: [{ system: 'urn:site', code: 'X' }, { code }] });
    const { conditions } = facts([
      condition('resolved', { clinicalStatus: beside('resolved') }),
      condition('both', { clinicalStatus: { coding: [{ code: 'active' }, { code: 'resolved' }] } }),
      condition('bare', { clinicalStatus: 'resolved' }),
      condition('error', { verificationStatus: 'entered-in-error' }),
      condition('active', { clinicalStatus: 'active', verificationStatus: 'confirmed' }),
    ]);
    expect(ids(conditions)).toEqual(['both', 'active']);
  });

  test('medicines, devices, procedures, allergies and forms by their status', () => {
    const of = (resourceType: string, id: string, more: object) => ({ resourceType, id, subject, patient: subject, ...more });
    const found = facts([
      ...['active', 'on-hold', 'completed', 'stopped', 'draft', 'cancelled', 'entered-in-error'].map((each) =>
        of('MedicationRequest', each, { status: each, medicationCodeableConcept: { text: 'x' } }),
      ),
      of('MedicationRequest', 'not', { status: 'active', doNotPerform: true }),
      of('MedicationStatement', 'statement', { status: 'active' }),
      ...['active', 'inactive', 'entered-in-error'].map((each) => of('Device', each, { status: each })),
      of('Device', 'without', {}),
      ...['completed', 'in-progress', 'not-done'].map((each) => of('Procedure', each, { status: each })),
      of('AllergyIntolerance', 'allergy', {}),
      of('AllergyIntolerance', 'gone', { clinicalStatus: status('inactive') }),
      of('AllergyIntolerance', 'refuted', { verificationStatus: status('refuted') }),
      of('QuestionnaireResponse', 'old', { status: 'completed', authored: '2026-01-01' }),
      of('QuestionnaireResponse', 'new', { status: 'amended', authored: '2026-01-02T08:00:00Z' }),
      of('QuestionnaireResponse', 'unfinished', { status: 'in-progress', authored: '2026-01-03' }),
    ]);
    expect(ids(found.medications)).toEqual(['active', 'on-hold', 'completed', 'stopped', 'statement']);
    expect(ids(found.devices)).toEqual(['active', 'without']);
    expect(ids(found.procedures)).toEqual(['completed', 'in-progress']);
    expect(ids(found.allergies)).toEqual(['allergy']);
    expect(ids(found.responses)).toEqual(['new', 'old']);
  });

  test('codes are brought to one spelling without touching what was sent', () => {
    const sent = condition('a', { code: { coding: [{ system: 'urn:oid:2.16.840.1.113883.6.90', code: 'm5385' }] } });
    const before = structuredClone(sent);
    expect(facts([sent]).conditions[0]?.code?.coding?.[0]).toMatchObject({ system: ICD, code: 'M53.85' });
    expect(sent).toEqual(before);
  });
});

describe('observations', () => {
  const observation = (id: string, more: object) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    subject,
    code: { coding: [{ system: LOINC, code: '8310-5' }] },
    ...more,
  });

  test('a date is written as effectiveDateTime', () => {
    const dates = facts([
      observation('a', { effectivePeriod: { start: '2026-01-01' } }),
      observation('b', { effectiveInstant: '2026-01-02T00:00:00Z' }),
      observation('c', { status: 'preliminary' }),
    ]).observations.map(({ effectiveDateTime }) => effectiveDateTime);
    expect(dates).toEqual(['2026-01-01', '2026-01-02T00:00:00Z']);
  });

  test('components stand on their own, with status and date of their parent', () => {
    const { observations } = facts([
      observation('bp', {
        status: 'amended',
        effectiveDateTime: '2026-01-01',
        component: [{ code: { coding: [{ system: LOINC, code: '8480-6' }] }, valueQuantity: { value: 150, unit: 'mmHg' } }],
      }),
    ]);
    expect(observations).toHaveLength(2);
    expect(observations[1]).toMatchObject({
      status: 'amended',
      effectiveDateTime: '2026-01-01',
      code: { coding: [{ code: '8480-6' }] },
      valueQuantity: { value: 150, system: UCUM, code: 'mm[Hg]' },
    });
  });

  test('a number without a unit that can be read is left out, and named', () => {
    expect(facts([observation('b', { valueQuantity: '' })]).withoutUnit).toHaveLength(1);
    const { observations, withoutUnit } = facts([observation('a', { valueQuantity: { value: 39, unit: 'deg' } })]);
    expect(observations[0]).not.toHaveProperty('valueQuantity');
    expect(ids(withoutUnit as Observation[])).toEqual(['a']);
  });

  test('so are the numbers of forms', () => {
    const { responses } = facts([
      {
        resourceType: 'QuestionnaireResponse',
        status: 'completed',
        subject,
        item: [
          {
            linkId: 'g',
            item: [{ linkId: 't', answer: [{ valueQuantity: { value: 39, unit: '°C' } }, { valueQuantity: { value: 39 } }] }],
          },
        ],
      },
    ]);
    expect(responses[0]?.item?.[0]?.item?.[0]?.answer).toEqual([
      { valueQuantity: { value: 39, unit: '°C', system: UCUM, code: 'Cel' } },
      {},
    ]);
  });
});

describe('whose data it is', () => {
  test.each([
    [condition('a', { subject: { reference: 'Patient/other' } })],
    [{ resourceType: 'AllergyIntolerance', patient: { reference: 'https://ehr.example/fhir/Patient/other' } }],
    [{ resourceType: 'Patient', id: 'other' }],
  ])('another patient is refused: %j', (resource) => {
    expect(() => facts([resource])).toThrow('another patient');
  });

  test('the same patient by an absolute or versioned reference', () => {
    const references = ['https://ehr.example/fhir/Patient/p', 'Patient/p/_history/3'];
    expect(facts(references.map((reference, i) => condition(`${i}`, { subject: { reference } }))).conditions).toHaveLength(2);
  });

  test('what names no patient counts where something of the patient refers to it', () => {
    const device = { resourceType: 'Device', id: 'd', type: { coding: [{ system: SNOMED, code: '14106009' }] } };
    const use = { resourceType: 'DeviceUseStatement', id: 'u', subject, device: { reference: 'Device/d' } };
    expect(facts([device]).devices).toHaveLength(0);
    expect(facts([device, use]).devices).toHaveLength(1);
  });

  test('a Condition of the chart that names no patient is not used, and not passed over in silence', () => {
    const { conditions, notUnderstood } = facts([condition('a', { subject: undefined })]);
    expect(conditions).toHaveLength(0);
    expect(notUnderstood).toEqual([{ type: 'Condition', name: 'Condition that names no patient' }]);
  });

  test('what the context holds belongs to the patient', () => {
    expect(facts([], { context: [condition('a', { subject: undefined })] }).conditions).toHaveLength(1);
  });
});

describe('medicines and allergies are recognised', () => {
  const medicine = (more: object) => ({ resourceType: 'MedicationRequest', id: 'm', status: 'active', subject, ...more });
  const keys = (concept: { coding?: { system?: string; code?: string }[] } | undefined) =>
    (concept?.coding ?? []).map(({ system, code }) => `${system}|${code}`);

  test.each([
    ['by a code of a set', { coding: [{ system: 'urn:oid:2.16.840.1.113883.6.88', code: '11289' }] }, [WARFARIN], []],
    ['by its text, in whole words', { text: 'WARFARIN sodium 5 mg tablet' }, [WARFARIN], ['Warfarin']],
    [
      'by the display of another code',
      { coding: [{ system: RXNORM, code: '855332', display: 'warfarin 5 MG' }] },
      [`${RXNORM}|855332`, WARFARIN],
      ['Warfarin'],
    ],
    ['by a name of several words', { text: 'acetylsalicylic ACID 100' }, [`${RXNORM}|1191`], ['Acetylsalicylic acid']],
    ['by the name of a product', { text: 'Tramadol' }, [`${RXNORM}|10689`], ['Tramadol']],
  ])('%s', (_, medicationCodeableConcept, found, byName) => {
    const result = facts([medicine({ medicationCodeableConcept })]);
    expect(keys(result.medications[0]?.medicationCodeableConcept)).toEqual(found);
    expect(result.byName).toEqual(byName);
    expect(result.notUnderstood).toEqual([]);
  });

  test.each([
    ['an ATC code', { coding: [{ system: ATC, code: 'A10BA02' }] }, []],
    ['an RxNorm code with a name', { coding: [{ system: RXNORM, code: '6809' }], text: 'Metformin' }, []],
    ['an RxNorm code alone', { coding: [{ system: RXNORM, code: '6809' }] }, [`${RXNORM}|6809`]],
    ['free text', { text: 'white pill' }, ['white pill']],
    ['a part of a word', { text: 'nonaspirinlike' }, ['nonaspirinlike']],
    ['a local code', { coding: [{ system: 'urn:x', code: '7', display: 'Thing' }] }, ['Thing']],
    ['nothing', undefined, ['a medicine without a name']],
  ])('another medicine or one not understood: %s', (_, medicationCodeableConcept, notUnderstood) => {
    const result = facts([medicine({ ...(medicationCodeableConcept && { medicationCodeableConcept }) })]);
    expect(result.notUnderstood.map(({ name }) => name)).toEqual(notUnderstood);
  });

  test('a reference is followed into contained, into the data of the call, and its display counts as text', () => {
    const coded = { coding: [{ system: RXNORM, code: '11289' }] };
    const result = facts([
      {
        ...medicine({ medicationReference: { reference: '#in' }, contained: [{ resourceType: 'Medication', id: 'in', code: coded }] }),
        id: '1',
      },
      { ...medicine({ medicationReference: { reference: 'Medication/w' } }), id: '2' },
      { ...medicine({ medicationReference: { reference: 'Medication/none', display: 'Warfarin' } }), id: '3' },
      { ...medicine({ medicationReference: { reference: 'Medication/none' } }), id: '4' },
      { resourceType: 'Medication', id: 'w', code: coded },
    ]);
    expect(result.medications.map((each) => keys(each.medicationCodeableConcept))).toEqual([[WARFARIN], [WARFARIN], [WARFARIN], []]);
    expect(result.notUnderstood).toHaveLength(1);
  });

  test('allergies by substance or by the substance of a reaction', () => {
    const allergy = (more: object) => ({ resourceType: 'AllergyIntolerance', patient: subject, ...more });
    const result = facts([
      allergy({ id: 'a', code: { text: 'allergic to aspirin' } }),
      allergy({ id: 'b', code: { text: 'rash' }, reaction: [{ substance: { text: 'Warfarin' } }] }),
      allergy({ id: 'c', code: { coding: [{ system: SNOMED, code: '716186003' }] } }),
      allergy({ id: 'd', code: { text: 'blue dye' } }),
      allergy({ id: 'e', code: { coding: [{ system: 'urn:site', code: 'A17' }] } }),
    ]);
    expect(keys(result.allergies[0]?.code)).toEqual([`${RXNORM}|1191`]);
    expect(keys(result.allergies[1]?.reaction?.[0]?.substance)).toEqual([WARFARIN]);
    expect(result.notUnderstood.map(({ name }) => name)).toEqual(['blue dye', 'urn:site|A17']);
  });

  test('a Condition without a code is named', () => {
    expect(facts([condition('a', { code: { text: 'back trouble' } })]).notUnderstood).toEqual([
      { type: 'Condition', name: 'back trouble' },
    ]);
  });
});

test('a Condition is named where no set can tell what it is: codes of unknown systems, and codes of the other edition of ICD-10', () => {
  const sets = [{ listed: new Map([[`${SNOMED}|1`, []]]), filtered: new Set([ICD]), has: () => false }];
  const index = nameIndex(sets, [], (key) => key === `${SNOMED}|1` || key.startsWith(`${ICD}|C`));
  const coded = (id: string, ...coding: object[]) => condition(id, { code: { coding, text: `text of ${id}` } });
  const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
  const chart = [
    coded('known', { system: SNOMED, code: '1' }),
    coded('another', { system: ICD, code: 'I10' }),
    coded('beside', { system: 'urn:site', code: 'x' }, { system: SNOMED, code: '2' }),
    coded('local', { system: 'urn:site', code: 'x' }),
    coded('without system', { code: 'C50' }),
    coded('other edition', { system: ICD_10, code: 'C50.9' }),
    condition('nameless', { code: { coding: [{ system: 'urn:site', code: 'y' }] } }),
  ];
  const data = { patient, context: [], chart, triggering: 'chart' as const, unavailable: [], without: [] };
  const { notUnderstood } = factsOf(data, index);
  expect(notUnderstood.map(({ name }) => name)).toEqual(['text of local', 'text of without system', 'text of other edition', 'y']);
});
