import { describe, expect, test } from '@jest/globals';
import { change, lines, patient, plan, validatorOf } from './subject.ts';

const validator = validatorOf();
const check = async (resource: unknown) => lines(await validator.validate(resource));
const sentences = async (resource: unknown) => (await validator.validate(resource)).map(({ diagnostics }) => diagnostics);

describe('a resource that is right', () => {
  test('gives no issue', async () => {
    expect(await check(plan)).toEqual([]);
    expect(await check(patient)).toEqual([]);
    expect(await check({ resourceType: 'Basic', code: { text: 'x' } })).toEqual([]);
    expect(await check({ resourceType: 'Parameters' })).toEqual([]);
  });
});

describe('what is no resource', () => {
  test.each([
    null,
    undefined,
    7,
    'Patient',
    [],
    [patient],
    {},
    { resourceType: 'patient' },
    { resourceType: 7 },
    { resourceType: 'Resource' },
    { resourceType: 'Bot' },
  ])('is refused: %j', async (value) => {
    expect(await check(value)).toEqual(['error structure Resource']);
  });
});

describe('members', () => {
  test('unknown ones are named with their place', async () => {
    expect(await check(change(plan, 'action.0.titel', 'x'))).toEqual(['error structure PlanDefinition.action[0].titel']);
    expect(await check(change(plan, 'action.0.action.0.resourceType', 'PlanDefinition'))).toEqual([
      'error structure PlanDefinition.action[0].action[0].resourceType',
    ]);
    expect(await check(change(plan, 'meta', { project: 'x' }))).toEqual(['error structure PlanDefinition.meta.project']);
    expect(await check(change(patient, '_name', [{ id: 'x' }]))).toEqual(['error structure Patient']);
    expect(await sentences(change(plan, 'action.0.titel', 'x'))).toEqual([
      'PlanDefinition.action[0] has a member "titel", which is no element of PlanDefinition.action in R4; remove it or correct its name.',
    ]);
  });

  test('names that are no names do not reach the answer as they are', async () => {
    expect(
      await check(JSON.parse('{"resourceType":"Basic","code":{"text":"x"},"__proto__":{"a":1},"<script>":1,"constructor":{}}')),
    ).toEqual(['error structure Basic', 'error structure Basic', 'error structure Basic.constructor']);
    expect((await sentences({ resourceType: 'Basic', code: { text: 'x' }, '<script>': 1 })).join()).not.toContain('<');
  });

  test('required ones, arrays and single values', async () => {
    expect(await check(change(plan, 'status', undefined))).toEqual(['error required PlanDefinition.status']);
    expect(
      await check({ ...change(plan, 'status', undefined), _status: { extension: [{ url: 'http://example.org/x', valueCode: 'y' }] } }),
    ).toEqual([]);
    expect(await check(change(plan, 'action.0.condition.0.kind', undefined))).toEqual([
      'error required PlanDefinition.action[0].condition[0].kind',
    ]);
    expect(await check(change(plan, 'action', { title: 'x' }))).toEqual(['error structure PlanDefinition.action']);
    expect(await check(change(plan, 'title', ['x']))).toEqual(['error structure PlanDefinition.title']);
    expect(await check(change(plan, 'type', 'eca-rule'))).toEqual(['error structure PlanDefinition.type']);
    expect(await check(change(plan, 'title', { value: 'x' }))).toEqual(['error value PlanDefinition.title']);
  });

  test('a choice may stand once', async () => {
    expect(await check(change(patient, 'multipleBirthBoolean', true))).toEqual(['error structure Patient.multipleBirth']);
    expect(await check(change(patient, '_multipleBirthInteger', { id: 'x' }))).toEqual([]);
    expect(await check(change(patient, 'multipleBirthString', 'x'))).toEqual(['error structure Patient.multipleBirthString']);
  });

  test('empty and null', async () => {
    expect(await check(change(plan, 'action', []))).toEqual(['error structure PlanDefinition.action']);
    expect(await check(change(plan, 'action.0.action.0', {}))).toEqual(['error structure PlanDefinition.action[0].action[0]']);
    expect(await check(change(plan, 'action.0.action.0', { id: 'x' }))).toContain('error invariant PlanDefinition.action[0].action[0]');
    expect(await check(change(plan, 'title', null))).toEqual(['error structure PlanDefinition.title']);
    expect(await check(change(plan, 'action.0', null))).toEqual(['error structure PlanDefinition.action[0]']);
    expect(await check(change(plan, 'title', ' '))).toEqual(['error value PlanDefinition.title']);
  });

  test('null pads arrays of primitives where the companion has a value, and only there', async () => {
    expect(await check(change(patient, 'name.0._given', undefined))).toEqual(['error structure Patient.name[0].given[1]']);
    expect(await check(change(patient, 'name.0._given.1', null))).toEqual([
      'error structure Patient.name[0].given[1]',
      'error structure Patient.name[0].given[1]',
    ]);
    expect(await check(change(patient, 'name.0._given', [null, { id: 'x' }]))).toEqual(['error structure Patient.name[0].given']);
    expect(await check(change(patient, 'name.0.given', undefined))).toEqual([
      'error structure Patient.name[0].given[0]',
      'error structure Patient.name[0].given[2]',
    ]);
    expect(await check(change(patient, 'name.0._given', { id: 'x' }))).toContain('error structure Patient.name[0].given');
    expect(await check(change(patient, '_birthDate', null))).toEqual(['error structure Patient.birthDate']);
    expect(await check(change(patient, '_birthDate', { value: 1 }))).toEqual(['error structure Patient.birthDate.value']);
  });
});

describe('resources in resources', () => {
  test('are held against R4 too', async () => {
    expect(await check(change(patient, 'contained.0.status', 'x'))).toEqual(['error structure Patient.contained[0].status']);
    expect(await check(change(patient, 'contained.0.resourceType', 'Org'))).toContain('error structure Patient.contained[0]');
    const bundle = {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ fullUrl: 'urn:uuid:0b5d2a3e-6a3c-4d4b-9f8e-1c2d3e4f5a6b', resource: change(plan, 'status', 'aktiv') }],
    };
    expect(await check(bundle)).toEqual(['error value Bundle.entry[0].resource.status']);
    expect(
      await check({ resourceType: 'Parameters', parameter: [{ name: 'resource', resource: change(plan, 'date', '2024-02-30') }] }),
    ).toEqual(['error value Parameters.parameter[0].resource.date']);
    expect(await check({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: [] }] })).toEqual([
      'error structure Bundle.entry[0].resource',
    ]);
  });

  test('contained ones are referred to, and references with # lead to one', async () => {
    expect(await check(change(patient, 'managingOrganization.reference', '#other'))).toEqual([
      'error invariant Patient.managingOrganization.reference',
      'error invariant Patient.contained[0]',
    ]);
    expect(await check(change(patient, 'managingOrganization', undefined))).toEqual(['error invariant Patient.contained[0]']);
    const twice = change(patient, 'contained', [...patient.contained, ...patient.contained]);
    expect(await check(twice)).toEqual(['error value Patient.contained[1].id']);
    const canonical = change(change(plan, 'library', ['#logic']), 'contained', [
      { resourceType: 'Library', id: 'logic', status: 'draft', type: { text: 'x' } },
    ]);
    expect(await check(canonical)).toEqual([]);
    const inner = { resourceType: 'Bundle', type: 'collection', entry: [{ resource: patient }] };
    expect(await check(inner)).toEqual([]);
  });
});

test('ends on bad input of any depth and size', async () => {
  let deep: unknown = { title: 'x' };
  for (let i = 0; i < 150; i++) deep = { title: 'x', action: [deep] };
  expect(
    (await check(change(plan, 'action.0.action', [deep]))).some((line) =>
      line.startsWith('error structure PlanDefinition.action[0].action[0]'),
    ),
  ).toBe(true);
  const many = Array.from({ length: 5000 }, () => ({ titel: 'x' }));
  expect((await check(change(plan, 'action', many))).length).toBeLessThan(250);
});
