import { describe, expect, test } from '@jest/globals';
import { resourceTypes } from '../../src/fhir/resource-types.ts';
import type { SearchParameter } from '../../src/fhir/types.ts';
import { codeSystems, coreParameters, coreRegistry } from './core-registry.ts';
import { finds } from './finder.ts';

const registry = coreRegistry();

const own = (members: Partial<SearchParameter>): SearchParameter =>
  ({
    resourceType: 'SearchParameter',
    url: 'https://ramus.example.org/fhir/SearchParameter/own',
    name: 'own',
    code: 'own',
    status: 'active',
    description: 'A parameter of the server',
    base: ['PlanDefinition'],
    type: 'token',
    expression: 'PlanDefinition.action.code',
    ...members,
  }) as SearchParameter;

describe("R4's own parameters", () => {
  test('are all there, but for those that need more than an index of values', () => {
    const missing = coreParameters.flatMap(({ base, code, url }) =>
      (base as string[])
        .filter((type) => !['Resource', 'DomainResource'].includes(type) && registry.get(type as never, code)?.url !== url)
        .map((type) => `${type}:${code}`),
    );
    expect(missing.sort()).toEqual([
      'DeviceDefinition:classification',
      'Location:near',
      'MolecularSequence:chromosome-variant-coordinate',
      'MolecularSequence:chromosome-window-coordinate',
      'MolecularSequence:referenceseqid-variant-coordinate',
      'MolecularSequence:referenceseqid-window-coordinate',
      'Patient:phonetic',
      'Person:phonetic',
      'Practitioner:phonetic',
      'RelatedPerson:phonetic',
    ]);
  });

  test('know the elements that they look at, but for one', () => {
    const blind = resourceTypes.flatMap((type) =>
      registry
        .of(type)
        .filter(({ elements }) => elements.length === 0)
        .map(({ code }) => `${type}:${code}`),
    );
    expect(blind).toEqual(['Patient:deceased']);
  });

  test('are sorted by code and hold the common ones', () => {
    const codes = registry.of('MedicationKnowledge').map(({ code }) => code);
    expect(codes).toEqual([...codes].sort());
    expect(registry.common().map(({ code }) => code)).toEqual(['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag']);
    for (const { code } of registry.common()) expect(codes).toContain(code);
  });

  test('are narrowed to the type', () => {
    expect(registry.get('Observation', 'code')?.expression).toBe('Observation.code');
    expect(registry.get('DocumentReference', 'relationship')?.components.map(({ parameter }) => parameter.type)).toEqual([
      'token',
      'reference',
    ]);
  });
});

describe('the hash of a type', () => {
  test('stays while nothing changes and changes with parameters, systems and base', () => {
    expect(coreRegistry().hash('PlanDefinition')).toBe(registry.hash('PlanDefinition'));
    expect(coreRegistry([own({})]).hash('PlanDefinition')).not.toBe(registry.hash('PlanDefinition'));
    expect(coreRegistry([own({})]).hash('Patient')).toBe(registry.hash('Patient'));
    expect(coreRegistry([], { baseUrl: 'http://other/fhir' }).hash('Patient')).not.toBe(registry.hash('Patient'));
    const fewer = new Map([...codeSystems].filter(([path]) => path !== 'Patient.gender'));
    expect(coreRegistry([], { codeSystems: fewer }).hash('Patient')).not.toBe(registry.hash('Patient'));
  });

  test('is told apart by parameter', () => {
    const before = registry.fingerprints('PlanDefinition');
    const after = coreRegistry([own({})]).fingerprints('PlanDefinition');
    const changed = Object.keys(after).filter((code) => after[code] !== before[code]);
    expect(changed).toEqual(['own']);
    const other = coreRegistry([own({ expression: 'PlanDefinition.action.reason' })]).fingerprints('PlanDefinition');
    expect(other.own).not.toBe(after.own);
    const elsewhere = coreRegistry([], { baseUrl: 'http://other/fhir' }).fingerprints('Observation');
    expect(elsewhere.subject).not.toBe(registry.fingerprints('Observation').subject);
    expect(elsewhere.code).toBe(registry.fingerprints('Observation').code);
  });
});

describe('a parameter of the server', () => {
  test.each([
    ['a plain path', 'PlanDefinition.action.code'],
    ['a path in parentheses', '(PlanDefinition.action).code'],
    ['what only the engine understands', 'PlanDefinition.action.select(code).where(coding.exists())'],
  ])('finds by %s', (_, expression) => {
    const more = coreRegistry([own({ expression })]);
    const plan = {
      resourceType: 'PlanDefinition',
      status: 'draft',
      action: [{ code: [{ coding: [{ system: 'urn:x', code: 'R33' }] }] }],
    } as never;
    expect(finds(plan, 'own=urn:x|R33', more)).toBe(true);
    expect(finds(plan, 'own=R3', more)).toBe(false);
    expect(finds(plan, 'own:missing=true', more)).toBe(false);
  });

  test('replaces the one of R4 with its code', () => {
    const more = coreRegistry([own({ code: 'title', type: 'string', expression: 'PlanDefinition.subtitle' })]);
    const plan = { resourceType: 'PlanDefinition', status: 'draft', title: 'a', subtitle: 'b' } as never;
    expect(finds(plan, 'title=b', more)).toBe(true);
    expect(finds(plan, 'title=a', more)).toBe(false);
  });

  test.each([
    ['a path that R4 does not have', { expression: 'PlanDefinition.nothing' }, /finds nothing in PlanDefinition/],
    ['a type that its expression does not name', { base: ['Patient'] as never }, /finds nothing in Patient/],
    ['an expression that does not compile', { expression: 'PlanDefinition.action.(' }, /does not compile/],
    ['an expression that follows references', { expression: 'PlanDefinition.library.resolve().name' }, /follows references/],
    ['no expression', { expression: undefined as never }, /finds nothing/],
    ['the type special', { type: 'special' as const }, /finds nothing/],
    [
      'a part that is not defined',
      { type: 'composite' as const, component: [{ definition: 'http://nothing', expression: 'code' }] },
      /not defined/,
    ],
  ])('with %s is refused at once, by name', (_, members, sentence) => {
    expect(() => coreRegistry([own(members)])).toThrow(sentence);
    expect(() => coreRegistry([own(members)])).toThrow(/own|PlanDefinition/);
  });
});
