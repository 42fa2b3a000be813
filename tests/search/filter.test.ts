/** 129: `_filter` over the same entries as plain searches. */
import { describe, expect, test } from '@jest/globals';
import type { FhirResource } from '../../src/fhir/types.ts';
import { parseCriteria } from '../../src/search/parse-criteria.ts';
import { coreRegistry } from './core-registry.ts';
import { finds, NOW, parse, refused } from './finder.ts';

const registry = coreRegistry();
const patient = {
  resourceType: 'Patient',
  id: 'p1',
  identifier: [{ system: 'http://s', value: '7' }],
  name: [{ family: 'Carreño Quinones', given: ['Peter James'] }],
  gender: 'male',
  birthDate: '1980-05-11',
  generalPractitioner: [{ reference: 'Practitioner/d1' }],
} as FhirResource;
const observation = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: 'http://l', code: 'a' }], text: 'x' },
  subject: { reference: 'Patient/p1' },
  effectivePeriod: { start: '2013-01-10', end: '2013-01-14' },
  valueQuantity: { value: 5.4, system: 'http://unitsofmeasure.org', code: 'mg' },
} as FhirResource;
const plan = { resourceType: 'PlanDefinition', id: 'd', url: 'http://x/P', status: 'draft', title: 'A (b] c' } as FhirResource;
const all = [patient, observation, plan];

const found = (filter: string, resource: FhirResource = patient) =>
  finds(
    resource,
    `_filter=${filter}`,
    registry,
    all.filter((each) => each !== resource),
  );

describe('129: operators', () => {
  test.each([
    ['given eq "peter james"', 'given eq peter'],
    ['family eq carreno', 'family eq car'],
    ['name co "quin"', 'name co xyz'],
    ['family sw CARR', 'family sw uinones'],
    ['gender eq male', 'gender eq female'],
    ['identifier eq http://s|7', 'identifier eq http://t|7'],
    ['birthdate ge 1980-05-11', 'birthdate gt 1980-05-11'],
    ['birthdate lt 1981', 'birthdate lt 1980'],
    ['birthdate ne 1981', 'birthdate ne 1980'],
    ['birthdate sa 1979', 'birthdate eb 1979'],
    ['birthdate le 1980-06', 'birthdate le 1979'],
    ['birthdate ap 1980', 'birthdate ap 2025'],
    ['birthdate po 1980-05', 'birthdate po 1980-06'],
    ['gender pr true', 'gender pr false'],
    ['address pr false', 'address pr true'],
    ['_id eq p1', '_id eq p2'],
    ['_id pr true', '_id pr false'],
    ['_lastUpdated ge 2026', '_lastUpdated lt 2026'],
    ['_lastUpdated po 2026-03', '_lastUpdated po 2026-04'],
    ['general-practitioner re Practitioner/d1', 'general-practitioner re Practitioner/d2'],
  ])('%s, not %s', (right, wrong) => {
    expect([found(right), found(wrong)]).toEqual([true, false]);
  });

  test.each([
    ['date po 2013-01-14T10:00Z', 'date po 2013-01-15'],
    ['value-quantity eq 5.4|http://unitsofmeasure.org|mg', 'value-quantity gt 5.4'],
    ['code-value-quantity eq a$ge5', 'code-value-quantity eq b$ge5'],
    ['subject.name co quin', 'subject.name co xyz'],
    ['subject:Patient.birthdate lt 1990', 'subject:Patient.birthdate lt 1970'],
    ['subject[gender eq male].name co quin', 'subject[gender eq female].name co quin'],
    ['subject[gender eq male or gender eq female].name co quin', 'subject[not (gender eq male)].name co quin'],
  ])('of an Observation: %s, not %s', (right, wrong) => {
    expect([found(right, observation), found(wrong, observation)]).toEqual([true, false]);
  });

  test('_has leads back, and its end may be filtered', () => {
    expect(found('_has:Observation:subject:code eq http://l|a and gender eq male')).toBe(true);
    expect(found('_has:Observation:subject:code eq http://l|b')).toBe(false);
    expect(found('_has:Observation:subject:subject[gender eq female].name co quin')).toBe(false);
  });

  test('in, ni, ss and sb are left to terminology', () => {
    const concepts = (filter: string) => parse('Observation', `_filter=${filter}`, registry).query.where;
    expect(concepts('code in http://v')).toMatchObject({ conditions: [{ kind: 'concepts', relation: 'in', value: 'http://v' }] });
    expect(concepts('code ni http://v')).toMatchObject({ conditions: [{ kind: 'not', condition: { relation: 'in' } }] });
    expect(concepts('code ss http://l|a')).toMatchObject({ conditions: [{ relation: 'below' }] });
    expect(concepts('code sb http://l|a')).toMatchObject({ conditions: [{ relation: 'above' }] });
  });
});

describe('129: logic', () => {
  test.each([
    ['gender eq female and gender eq male or birthdate eq 1980', true], // (a and b) or c
    ['birthdate eq 1980 or gender eq male and gender eq female', false], // (a or b) and c
    ['birthdate eq 1980 or (gender eq male and gender eq female)', true],
    ['not (gender eq female)', true],
    ['not (gender eq male) or gender eq male', true],
    ['not(gender eq female and gender eq male)and birthdate eq 1980', true],
    ['(gender eq male or gender eq female) or (gender eq other)', true],
    ['((gender eq male))', true],
  ])('%s is %s', (filter, expected) => {
    expect(found(filter)).toBe(expected);
  });

  test('quotes hold what would end a value', () => {
    expect(found('title eq "a (b] c"', plan)).toBe(true);
    expect(found('title co "b]"', plan)).toBe(true);
    expect(found('title sw "\\u0041"', plan)).toBe(true);
  });

  test('a comma is part of the value, and several _filter must all hold', () => {
    expect(found('gender eq male,female')).toBe(false);
    expect(finds(patient, '_filter=gender eq male&_filter=birthdate eq 1981', registry)).toBe(false);
  });
});

describe('129: all else is refused', () => {
  test.each([
    ['family ew nones', 'not-supported', /operator "ew".*takes eq, sw, co, pr/],
    ['gender ne male', 'not-supported', /operator "ne".*not \(gender eq …\)/],
    ['gender co male', 'not-supported', /operator "co"/],
    ['family gt a', 'not-supported', /operator "gt"/],
    ['family xx a', 'not-supported', /operator "xx"/],
    ['constructor eq a', 'invalid', /"constructor"/],
    ['family constructor a', 'not-supported', /operator "constructor"/],
    ['colour eq red', 'invalid', /"colour"/],
    ['general-practitioner.colour eq red', 'invalid', /"general-practitioner.colour"/],
    ['gender.name eq red', 'invalid', /no reference/],
    ['gender pr yes', 'invalid', /true or false/],
    ['birthdate ge no', 'invalid', /date/],
    ['birthdate ge lt1980', 'invalid', /date/],
    ['birthdate po no', 'invalid', /date/],
    ['gender[active eq true] eq male', 'invalid', /ends a path/],
    ['family:exact eq x', 'invalid', /ends a path/],
    ['_id in http://v', 'invalid', /modifier/],
    ['gender', 'invalid', /character 7: an operator/],
    ['gender eq', 'invalid', /character 10: a value/],
    ['gender eq male birthdate eq 1980', 'invalid', /character 16: "and", "or"/],
    ['(gender eq male', 'invalid', /"\)" is expected/],
    ['gender eq male)', 'invalid', /character 15/],
    ['not gender eq male', 'invalid', /./],
    ['family eq "a', 'invalid', /./],
    ['family eq "\\x"', 'invalid', /JSON/],
    ['and', 'invalid', /./],
    [`${'('.repeat(40)}gender eq male`, 'invalid', /nests/],
    [Array(65).fill('gender eq male').join(' or '), 'invalid', /64 tests/],
    ['link.link.link.link.gender eq male', 'invalid', /3 links/],
  ] as const)('%s', (filter, kind, sentence) => {
    const error = refused(() => parse('Patient', `_filter=${filter}`, registry));
    expect(error.message).toMatch(sentence);
    expect(error.kind).toBe(kind);
  });

  test('leniency does not leave it out', () => {
    expect(refused(() => parse('Patient', '_filter=colour eq red', registry, true)).kind).toBe('invalid');
  });
});

test('criteria may hold it; over all types, parameters of all', () => {
  const criteria = (filter: string) => parseCriteria({ type: 'Patient', query: [['_filter', filter]], registry, now: NOW });
  expect(criteria('gender eq male').where).toEqual({ kind: 'and', conditions: [{ kind: 'key', keys: ['gender\u001f\u001fmale'] }] });
  expect(parse(undefined, '_filter=_id eq 1 or _tag eq x', registry).query.types).toEqual([]);
  expect(refused(() => parse(undefined, '_filter=gender eq male', registry)).message).toMatch(/all types together/);
});
