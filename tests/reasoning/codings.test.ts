import { describe, expect, test } from '@jest/globals';
import { keysOf, normaliseCoding, normaliseConcept } from '../../src/reasoning/codings.ts';
import { readableQuantity } from '../../src/reasoning/quantities.ts';
import { ATC, ICD, LOINC, RXNORM, SNOMED, UCUM } from './content.ts';

describe('a code has one spelling', () => {
  test.each([
    ['urn:oid:2.16.840.1.113883.6.90', 'M53.85', `${ICD}|M53.85`],
    ['2.16.840.1.113883.6.90', 'M53.85', `${ICD}|M53.85`],
    ['http://hl7.org/fhir/sid/icd-10-us', 'M53.85', `${ICD}|M53.85`],
    ['http://hl7.org/fhir/sid/icd-10-cm|2024', 'M53.85', `${ICD}|M53.85`],
    ['https://hl7.org/fhir/sid/icd-10-cm/', 'm5385', `${ICD}|M53.85`],
    [ICD, 'S33.5XXA', `${ICD}|S33.5XXA`],
    [ICD, 's335xxa', `${ICD}|S33.5XXA`],
    [ICD, 'I10', `${ICD}|I10`],
    ['http://hl7.org/fhir/sid/icd-10', 'm5385', 'http://hl7.org/fhir/sid/icd-10|M53.85'],
    ['urn:oid:2.16.840.1.113883.6.96', '279039007', `${SNOMED}|279039007`],
    ['http://snomed.info/sct/900000000000207008/version/20240101', '279039007', `${SNOMED}|279039007`],
    ['http://snomed.info/sct|http://snomed.info/sct/731000124108', '279039007', `${SNOMED}|279039007`],
    ['urn:oid:2.16.840.1.113883.6.88', '1191', `${RXNORM}|1191`],
    [ATC, 'm01ae02', `${ATC}|M01AE02`],
    ['urn:oid:2.16.840.1.113883.6.1', '8310-5', `${LOINC}|8310-5`],
    ['https://clinic.example/codes|3', 'aB.1', 'https://clinic.example/codes|aB.1'],
  ])('%s | %s', (system, code, key) => {
    expect(keysOf({ coding: [normaliseCoding({ system, code })] })).toEqual([key]);
  });

  test('what is spelled so already is not copied', () => {
    const concept = { coding: [{ system: ICD, code: 'M53.85' }, { code: 'local' }], text: 'x' };
    expect(normaliseConcept(concept)).toBe(concept);
  });

  test('a concept that is not shaped as one has no codes', () => {
    expect(keysOf({ coding: 'M53.85' } as never)).toEqual([]);
    expect(keysOf(undefined)).toEqual([]);
    expect(normaliseConcept({ coding: [null] } as never)).toEqual({ coding: [null] });
  });
});

describe('a quantity is read only with a unit', () => {
  test.each([
    [{ value: 37, system: UCUM, code: 'Cel' }, 'Cel'],
    [{ value: 37, unit: '°C' }, 'Cel'],
    [{ value: 98, system: UCUM, code: 'degF' }, '[degF]'],
    [{ value: 120, unit: 'mmHg' }, 'mm[Hg]'],
    [{ value: 60, unit: 'mL/min/1.73m2', code: 'mL/min/1.73m2' }, 'mL/min/{1.73_m2}'],
    [{ value: 3, system: 'urn:oid:2.16.840.1.113883.6.8', code: 'mg/L' }, 'mg/L'],
  ])('%j is in %s', (quantity, code) => {
    expect(readableQuantity(quantity)).toMatchObject({ value: quantity.value, system: UCUM, code });
  });

  test.each([
    [{ value: 37 }],
    [{ value: 37, unit: 'degrees' }],
    [{ value: 37, code: 'Cel' }],
    [{ value: 37, system: 'urn:x', code: 'Cel' }],
    [{ unit: 'C' }],
  ])('%j is not', (quantity) => {
    expect(readableQuantity(quantity)).toBeUndefined();
  });
});
