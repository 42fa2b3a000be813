import { describe, expect, test } from '@jest/globals';
import type { ElementDefinition, StructureDefinition } from '../../src/fhir/types.ts';
import { generateSnapshot } from '../../src/validation/snapshot.ts';
import { core, lines, patient, validatorOf } from './subject.ts';

const base = 'http://hl7.org/fhir/StructureDefinition/';

const profileOf = (
  name: string,
  type: string,
  element: Partial<ElementDefinition>[],
  baseDefinition = `${base}${type}`,
): StructureDefinition => ({
  resourceType: 'StructureDefinition',
  url: `http://example.org/${name}`,
  name,
  status: 'active',
  kind: 'resource',
  abstract: false,
  type,
  derivation: 'constraint',
  baseDefinition,
  differential: { element: element as ElementDefinition[] },
});

function elementsOf(profile: StructureDefinition): Map<string | undefined, ElementDefinition> {
  const { snapshot } = generateSnapshot(profile, core.structure(profile.type) as StructureDefinition, core.structure);
  return new Map((snapshot?.element ?? []).map((each) => [each.id, each]));
}

describe('a snapshot', () => {
  test('has the elements of the base, changed where the differential says so', () => {
    const elements = elementsOf(
      profileOf('a', 'Patient', [
        { path: 'Patient.birthDate', min: 1 },
        { path: 'Patient.name', max: '1' },
      ]),
    );
    expect(elements.size).toBe(core.structure('Patient')?.snapshot?.element.length);
    expect(elements.get('Patient.birthDate')).toMatchObject({ min: 1, max: '1', type: [{ code: 'date' }] });
    expect(elements.get('Patient.name')).toMatchObject({ min: 0, max: '1', base: { max: '*' } });
    expect(core.structure('Patient')?.snapshot?.element.find(({ id }) => id === 'Patient.birthDate')?.min).toBe(0);
  });

  test('unfolds data types, contents elsewhere and slices', () => {
    const elements = elementsOf(
      profileOf('a', 'Questionnaire', [
        { path: 'Questionnaire.item.item.text', min: 1 },
        { path: 'Questionnaire.code', slicing: { rules: 'open', discriminator: [{ type: 'value', path: 'system' }] } },
        { path: 'Questionnaire.code', sliceName: 'own', min: 1 },
        { path: 'Questionnaire.code.system', fixedUri: 'http://example.org/codes' },
        { path: 'Questionnaire.code', sliceName: 'other' },
      ]),
    );
    expect(elements.get('Questionnaire.item.item.text')).toMatchObject({ min: 1, path: 'Questionnaire.item.item.text' });
    expect(elements.get('Questionnaire.item.text')?.min).toBe(0);
    expect(elements.get('Questionnaire.code:own.system')).toMatchObject({
      fixedUri: 'http://example.org/codes',
      path: 'Questionnaire.code.system',
    });
    const ids = [...elements.keys()];
    expect(ids.indexOf('Questionnaire.code:other')).toBeGreaterThan(ids.indexOf('Questionnaire.code:own.display'));
    expect(elements.get('Questionnaire.code:other')?.min).toBe(0);
  });

  test('takes a choice by one of its names', () => {
    const elements = elementsOf(
      profileOf('a', 'Observation', [
        { path: 'Observation.valueQuantity.code', min: 1 },
        { path: 'Observation.valueQuantity', min: 1 },
      ]),
    );
    expect(elements.get('Observation.value[x]')?.type).toEqual([{ code: 'Quantity' }]);
    expect(elements.get('Observation.value[x]:valueQuantity.code')).toMatchObject({ path: 'Observation.value[x].code', min: 1 });
  });

  test('refuses what has no place in the base', () => {
    const wrong = profileOf('a', 'Patient', [{ path: 'Patient.shoeSize', min: 1 }]);
    expect(() => elementsOf(wrong)).toThrow('Patient.shoeSize');
  });
});

describe('a profile that is stored as a differential', () => {
  const born = profileOf('born', 'Patient', [{ path: 'Patient.birthDate', min: 1 }]);
  const named = profileOf('named', 'Patient', [{ path: 'Patient.name', min: 2 }], born.url);
  const marked = profileOf('marked', 'Patient', [
    { path: 'Patient.extension', min: 1 },
    { path: 'Patient.extension', sliceName: 'mark', min: 1, type: [{ code: 'Extension', profile: ['http://example.org/mark'] }] },
  ]);
  const lost = profileOf('lost', 'Patient', [{ path: 'Patient.name', min: 1 }], 'http://example.org/nowhere');
  const round = profileOf('round', 'Patient', [{ path: 'Patient.name', min: 1 }], 'http://example.org/round');
  const odd = profileOf('odd', 'Patient', [{ path: 'Patient.shoeSize', min: 1 }]);
  const validator = validatorOf(born, named, marked, lost, round, odd);
  const check = async (resource: object, name: string) =>
    lines(await validator.validate(resource, { profiles: [`http://example.org/${name}`] }));

  test('is applied, its bases too', async () => {
    expect(await check(patient, 'born')).toEqual([]);
    expect((await check({ resourceType: 'Patient' }, 'named')).sort()).toEqual([
      'error business-rule Patient.birthDate',
      'error business-rule Patient.name',
    ]);
  });

  test('finds required extensions by url', async () => {
    const extended = (url: string) => ({ ...patient, extension: [{ url, valueBoolean: true }] });
    expect(await check(extended('http://example.org/mark'), 'marked')).toEqual([]);
    expect(await check(extended('http://example.org/other'), 'marked')).toEqual(['error business-rule Patient.extension']);
  });

  test('says why it cannot be checked', async () => {
    for (const name of ['lost', 'round', 'odd']) expect(await check(patient, name)).toEqual(['error not-supported undefined']);
  });
});
