/** What is not shaped as R4 has it neither fails a call nor passes for nothing. */
import { describe, expect, test } from '@jest/globals';
import type { FhirResource, Patient } from '../../src/fhir/types.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { createMembership } from '../../src/reasoning/membership.ts';
import { nameIndex } from '../../src/reasoning/names.ts';
import { readableQuantity } from '../../src/reasoning/quantities.ts';
import { ICD, LOINC, SNOMED, UCUM } from './content.ts';

const patient: Patient = { resourceType: 'Patient', id: 'p', birthDate: '1980-01-01' };
const subject = { reference: 'Patient/p' };
const names = nameIndex([], [], () => true);

function facts(chart: readonly object[], more: object = {}) {
  return factsOf(
    { patient, context: [], chart: chart as FhirResource[], triggering: 'chart', unavailable: [], without: [], ...more },
    names,
  );
}

const sound = {
  condition: { resourceType: 'Condition', id: 'c', subject, code: { coding: [{ system: ICD, code: 'I10' }] }, recordedDate: '2026-01' },
  observation: {
    ...{ resourceType: 'Observation', id: 'o', subject, status: 'final', effectiveDateTime: '2026-01-01T08:00:00Z' },
    code: { coding: [{ system: LOINC, code: '1' }] },
  },
  medicine: {
    ...{ resourceType: 'MedicationRequest', id: 'm', subject, status: 'active', authoredOn: '2026-01-01' },
    ...{ medicationCodeableConcept: { text: 'x' }, dispenseRequest: { validityPeriod: { end: '2026-02-01' } } },
  },
  form: { resourceType: 'QuestionnaireResponse', id: 'q', subject, status: 'completed', questionnaire: 'http://q', authored: '2026-01-01' },
};

describe('elements that are not shaped as R4 has them', () => {
  test('a chart without any is left as it is', () => {
    expect(facts(Object.values(sound)).unavailable).toEqual([]);
  });

  test.each([
    ['Condition', { ...sound.condition, recordedDate: '01.02.2026' }],
    ['Condition', { ...sound.condition, onsetPeriod: { start: 'spring' } }],
    ['Observation', { ...sound.observation, effectiveDateTime: '2026-13-45' }],
    ['MedicationRequest', { ...sound.medicine, dispenseRequest: { validityPeriod: { end: 5 } } }],
    ['QuestionnaireResponse', { ...sound.form, authored: {} }],
    ['QuestionnaireResponse', { ...sound.form, authored: { coding: [{}] } }],
    ['QuestionnaireResponse', { ...sound.form, questionnaire: 5 }],
    ['Condition', { ...sound.condition, code: 'I10' }],
    ['Condition', { ...sound.condition, code: { coding: { system: ICD, code: 'I10' } } }],
    ['Observation', { ...sound.observation, component: { code: sound.observation.code } }],
  ])('of a %s are left out, and the type counts as not read', (type, resource) => {
    const { unavailable, conditions, observations, medications, responses } = facts([resource], { unavailable: ['Device'] });
    expect(unavailable).toEqual(['Device', type]);
    const [read] = [...conditions, ...observations, ...medications, ...responses];
    expect(read?.id).toBe(resource.id);
    expect(JSON.stringify(read)).not.toMatch(/01\.02\.2026|spring|13-45|"end":5|"authored":{|"questionnaire":5/);
  });

  const yes = { linkId: 'flag', answer: [{ valueBoolean: true }] };

  test.each<[string, unknown]>([
    ['items that are no list', { linkId: 'g', item: [yes] }],
    ['an item that is none', [yes, null]],
    ['an item without linkId', [yes, { answer: [{ valueBoolean: true }] }]],
    ['answers that are no list', [yes, { linkId: 'a', answer: { valueBoolean: true } }]],
    ['a Boolean that is text', [yes, { linkId: 'a', answer: [{ valueBoolean: 'true' }] }]],
    ['a date that is no text', [yes, { linkId: 'a', answer: [{ valueDate: 5 }] }]],
    ['a number that is text', [yes, { linkId: 'a', answer: [{ valueInteger: '9' }] }]],
    ['the same deep inside', [yes, { linkId: 'g', item: [{ linkId: 'a', answer: [{ item: [{ linkId: 'b', answer: 'yes' }] }] }] }]],
  ])('a form with %s counts as not read, and what it says is not lost', (_, item) => {
    const { unavailable, responses } = facts([{ ...sound.form, item }]);
    expect(unavailable).toEqual(['QuestionnaireResponse']);
    if (Array.isArray(item)) expect(responses[0]?.item?.[0]).toEqual(yes);
    expect(JSON.stringify(responses)).not.toMatch(/"valueDate":5|"valueInteger":"9"|"valueBoolean":"true"/);
  });

  test.each([
    ['Observation', sound.observation],
    ['MedicationRequest', sound.medicine],
    ['QuestionnaireResponse', sound.form],
  ])('of a %s without status nobody can tell whether it counts', (type, resource) => {
    const { status: _, ...without } = resource;
    expect(facts([without]).unavailable).toEqual([type]);
  });

  test('codings without text for system and code are left out, the others stay', () => {
    const code = { text: 'T', coding: [{ system: SNOMED, code: 5 }, { system: {}, code: 'x' }, ...sound.condition.code.coding] };
    const { conditions, unavailable } = facts([{ ...sound.condition, code }]);
    expect(conditions[0]?.code).toEqual({ text: 'T', coding: sound.condition.code.coding });
    expect(unavailable).toEqual(['Condition']);
  });

  test('an age that cannot be read is not known', () => {
    const { patient: read, unavailable } = facts([], { patient: { ...patient, birthDate: '1.1.1980' } });
    expect([read.birthDate, unavailable]).toEqual([undefined, ['Patient']]);
  });

  test('a form that names no patient is not used, and not passed over in silence', () => {
    const { subject: _, ...nobodys } = sound.form;
    const { responses, notUnderstood, unavailable } = facts([nobodys]);
    expect([responses, notUnderstood.map(({ type }) => type)]).toEqual([[], ['QuestionnaireResponse']]);
    expect(unavailable).toEqual(['QuestionnaireResponse']);
  });
});

describe('quantities', () => {
  const of = (value: number, comparator?: string) =>
    readableQuantity({ value, system: UCUM, code: 'mg/L', ...(comparator && { comparator: comparator as '<' }) });

  test('a comparator gives the number next to the bound, on its side', () => {
    expect(of(30, '<=')).toEqual({ value: 30, system: UCUM, code: 'mg/L' });
    expect(of(30, '>=')?.value).toBe(30);
    const [below, above] = [of(30, '<'), of(30, '>')];
    expect(below).not.toHaveProperty('comparator');
    expect(below?.value).toBeLessThan(30);
    expect(below?.value).toBeGreaterThan(29.999);
    expect(above?.value).toBeGreaterThan(30);
    expect(above?.value).toBeLessThan(30.001);
  });

  test('another comparator, and a code that is no text, cannot be read', () => {
    expect(of(30, 'about')).toBeUndefined();
    expect(readableQuantity({ value: 1, system: UCUM, code: 5 as unknown as string })).toBeUndefined();
  });
});

test('codes longer than any real one are asked about each time, not remembered', () => {
  const asked: string[] = [];
  const has = (_: string, code: string) => asked.push(code) > 0;
  const membership = createMembership(new Map([['A', { listed: new Map(), filtered: new Set([SNOMED]), has }]]));
  const long = 'x'.repeat(1000);
  for (const code of ['short', 'short', long, long]) expect(membership(`${SNOMED}|${code}`)).toEqual(['A']);
  expect(asked).toEqual(['short', long, long]);
});
