import { describe, expect, test } from '@jest/globals';
import { familyPattern } from '../../src/content/generate/families.ts';

const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
const ATC = 'http://www.whocc.no/atc';
const takes = (pattern: string, code: string) => new RegExp(`^(?:${pattern})$`).test(code);

describe('a family of codes', () => {
  test.each([
    ['a category', ICD, 'is-a', 'G40', ['G40', 'G40.909', 'G40.811'], ['G41', 'G4', 'G400', 'AG40', 'G40.']],
    ['a category with a letter', ICD, 'is-a', 'Z3A', ['Z3A', 'Z3A.12'], ['Z3B', 'Z3A12', 'Z30.1']],
    ['a subcategory', ICD, 'is-a', 'M53.2', ['M53.2', 'M53.2X5'], ['M53.3', 'M53', 'M5312', 'M53x2']],
    ['a deeper subcategory', ICD, 'is-a', 'M80.08', ['M80.08', 'M80.08XK'], ['M80.0', 'M80.8']],
    ['a group of medicines', ATC, 'is-a', 'M01AE', ['M01AE', 'M01AE02'], ['M01AB05', 'M01A', 'XM01AE']],
    ['a main group of medicines', ATC, 'is-a', 'C09', ['C09', 'C09AA03'], ['C08CA01']],
    [
      'a block over decades',
      ICD,
      'range',
      'C00-C96',
      ['C00', 'C00.1', 'C4A.9', 'C50.911', 'C89', 'C96', 'C96.Z'],
      ['C97', 'C9A', 'D00', 'B99', 'C0'],
    ],
    ['a block that ends in a letter', ICD, 'range', 'O00-O9A', ['O00', 'O36.1912', 'O99', 'O9A', 'O9A.2'], ['O9B', 'P00', 'N99']],
    ['a block across a decade', ICD, 'range', 'E08-E13', ['E08', 'E09.9', 'E10.3539', 'E13'], ['E07', 'E14', 'E80']],
    ['a block inside a decade', ICD, 'range', 'I44-I49', ['I44', 'I45.6', 'I49.9'], ['I43', 'I4A', 'I50', 'I4']],
    ['a block up to the last digit', ICD, 'range', 'I60-I69', ['I60', 'I69.090'], ['I5A', 'I6A', 'I70']],
  ])('%s', (_, system, filter, code, members, others) => {
    const pattern = familyPattern(system, filter, code);
    expect(members.filter((member) => !takes(pattern, member))).toEqual([]);
    expect(others.filter((other) => takes(pattern, other))).toEqual([]);
  });

  test('is refused where it cannot be written', () => {
    expect(() => familyPattern(ICD, 'range', 'C00-D49')).toThrow('one letter');
    expect(() => familyPattern(ICD, 'descendent-of', 'C00')).toThrow('neither is-a nor range');
  });
});
