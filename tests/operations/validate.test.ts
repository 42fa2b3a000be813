import { describe, expect, test } from '@jest/globals';
import { openCore } from '../../src/definitions/core.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { parseJson } from '../../src/fhir/json.ts';
import type { FhirRequest } from '../../src/fhir/request.ts';
import type { OperationDefinition, OperationOutcome, ResourceType } from '../../src/fhir/types.ts';
import { validate } from '../../src/operations/validate.ts';
import type { ResourceStore, Version } from '../../src/storage/store.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { createValidator } from '../../src/validation/resource-validator.ts';

const core = openCore();
const definitions = { resolve: async (canonical: string, type?: ResourceType) => core.resolve(canonical, type) as never };
const validator = createValidator({ structure: core.structure, definitions, terminology: createTerminology({ definitions }) });

const library = {
  resourceType: 'Library',
  id: 'a',
  url: 'http://example.org/Library/a',
  version: '1',
  status: 'draft',
  type: { text: 'logic' },
};
const row = (json?: object): Version => ({
  type: 'Library',
  id: 'a',
  versionId: 1,
  lastUpdated: '',
  method: 'PUT',
  ...(json && { json: Buffer.from(JSON.stringify(json)) }),
});
const store = {
  read: async (_: string, id: string) => (id === 'a' ? row(library) : id === 'gone' ? row() : undefined),
  search: async ({ where }: { where: { keys: readonly string[] } }) => ({
    versions: where.keys.includes(`url\u001f${library.url}`) ? [row(library)] : [],
  }),
} as unknown as ResourceStore;

const operation = validate({ store, validator, definition: core.operationDefinition('Resource-validate') as OperationDefinition });

async function run(
  body: unknown,
  { type = 'Library', id, query = [] }: { type?: ResourceType; id?: string; query?: [string, string][] } = {},
) {
  const request: FhirRequest = {
    method: body === undefined ? 'GET' : 'POST',
    type,
    ...(id && { id }),
    query,
    conditions: {},
    prefer: {},
    ...(body !== undefined && { body: parseJson(JSON.stringify(body)) }),
    baseUrl: 'http://localhost/fhir',
    now: new Date(0),
  };
  const response = await operation.run(request);
  expect(response.status).toBe(200);
  return (response.body as OperationOutcome).issue.map(({ severity, code, expression, diagnostics }) => ({
    line: [severity, code, ...(expression ?? [])].join(' '),
    diagnostics,
  }));
}

const lines = async (...given: Parameters<typeof run>) => (await run(...given)).map(({ line }) => line);
const parameters = (...parameter: object[]) => ({ resourceType: 'Parameters', parameter });

async function kindOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FhirError);
  return (error as FhirError).kind;
}

describe('$validate', () => {
  test('says what was checked where all is well', async () => {
    const [issue, ...others] = await run(library, { query: [['profile', 'http://hl7.org/fhir/StructureDefinition/Library']] });
    expect(others).toEqual([]);
    expect(issue?.line).toBe('information informational');
    expect(issue?.diagnostics).toContain('Library of R4 and the profile http://hl7.org/fhir/StructureDefinition/Library');
  });

  test('claims no check against a profile that nobody knows', async () => {
    const issues = await run({ ...library, meta: { profile: ['http://example.org/none'] } });
    expect(issues.map(({ line }) => line)).toEqual(['warning not-found Library.meta.profile[0]', 'information informational']);
    expect(issues[1]?.diagnostics).toBe('The resource has no errors: it was checked against Library of R4.');
  });

  test('answers faults with 200', async () => {
    expect(await lines({ ...library, status: 'aktiv' })).toEqual(['error value Library.status']);
    expect(await lines({ resourceType: 'Nothing' })).toContain('error structure Resource');
    expect(await lines(library, { type: 'PlanDefinition' })).toEqual(['error structure PlanDefinition']);
  });

  test('takes resource, mode and profile as parameters', async () => {
    const named = { name: 'profile', valueUri: 'http://example.org/none' };
    expect(await lines(parameters({ name: 'resource', resource: library }, named))).toEqual(['error not-found']);
    expect(
      await lines(parameters({ name: 'resource', resource: { ...library, version: '2' } }, { name: 'mode', valueCode: 'create' })),
    ).toEqual(['information informational']);
  });

  test('holds a stored resource against R4 and profiles', async () => {
    expect(await lines(undefined, { id: 'a' })).toEqual(['information informational']);
    expect(await lines(parameters({ name: 'profile', valueUri: 'http://example.org/none' }), { id: 'a' })).toEqual(['error not-found']);
    expect(await kindOf(run(undefined, { id: 'b' }))).toBe('not-found');
    expect(await kindOf(run(undefined, { id: 'gone' }))).toBe('gone');
  });

  test('mode create and update: identity and address', async () => {
    const mode = (value: string): [string, string][] => [['mode', value]];
    expect(await lines(library, { query: mode('create') })).toEqual(['error duplicate Library.url']);
    expect(await lines(library, { id: 'a', query: mode('update') })).toEqual(['information informational']);
    expect(await lines({ ...library, id: 'b' }, { id: 'b', query: mode('update') })).toEqual(['error duplicate Library.url']);
    expect(await lines(library, { id: 'b', query: mode('update') })).toContain('error value Library.id');
  });

  test('mode delete: whether there is something to delete', async () => {
    expect(await lines(undefined, { id: 'a', query: [['mode', 'delete']] })).toEqual(['information informational']);
    expect(await kindOf(run(undefined, { id: 'b', query: [['mode', 'delete']] }))).toBe('not-found');
  });

  test('a Parameters resource may itself be asked about', async () => {
    expect(await lines(parameters({ name: 'x', valueString: ' ' }), { type: 'Parameters' })).toEqual([
      'error value Parameters.parameter[0].value',
    ]);
  });

  test('refuses what cannot be asked', async () => {
    const query = (...pairs: [string, string][]) => ({ query: pairs });
    expect(await kindOf(run(library, query(['mode', 'destroy'])))).toBe('invalid');
    expect(await kindOf(run(library, query(['mode', 'create'], ['mode', 'update'])))).toBe('invalid');
    expect(await kindOf(run(library, query(['mode', 'update'])))).toBe('invalid');
    expect(await kindOf(run(library, query(['profile', ''])))).toBe('invalid');
    expect(await kindOf(run(parameters(), {}))).toBe('invalid');
    const resource = { name: 'resource', resource: library };
    expect(await kindOf(run(parameters(resource, resource)))).toBe('invalid');
    expect(await kindOf(run(undefined, {}))).toBe('invalid');
    expect(await kindOf(run({ resourceType: 'Parameters', parameter: { name: 'resource' } }))).toBe('structure');
    expect(await kindOf(run({ resourceType: 'Parameters', parameter: [7] }))).toBe('structure');
  });

  test('is defined as R4 has it', () => {
    expect(operation.definition).toMatchObject({ code: 'validate', system: false, type: true, instance: true, affectsState: false });
  });
});
