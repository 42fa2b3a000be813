import { describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Operation } from '../../src/fhir/operation.ts';
import { resourceTypes } from '../../src/fhir/resource-types.ts';
import { searchParameterStatus } from '../../src/operations/search-parameter-status.ts';
import { openApiDocument } from '../../src/rest/openapi.ts';
import { MemoryStore } from '../memory-store.ts';
import { BASE, client, depsOf, registry } from './client.ts';

const status = searchParameterStatus({ status: async () => [] });
const change: Operation = { definition: { ...status.definition, code: 'change', affectsState: true }, run: status.run };
const operations = [status, change];
const store = new MemoryStore();
const documentOf = (more: Parameters<typeof client>[0] = { store }) => openApiDocument(depsOf({ operations, ...more }), BASE);
interface Described {
  readonly operationId: string;
  readonly parameters: readonly { readonly name?: string; readonly $ref?: string; readonly required?: boolean }[];
}
const paths = (document: ReturnType<typeof documentOf>): Record<string, Record<string, Described>> =>
  JSON.parse(document().json.toString('utf8')).paths;

describe('the REST API as OpenAPI', () => {
  const document = documentOf();
  const described = paths(document);

  test('is valid OpenAPI 3.1', async () => {
    const json = JSON.parse(document().json.toString('utf8'));
    expect(await new Validator().validate(json)).toEqual({ valid: true });
    expect(json.servers).toEqual([{ url: BASE }]);
    const ids = Object.values(described).flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['read-Patient-instance-get', 'status-SearchParameter-get', 'search-type-Patient-search-post']),
    );
  });

  test('has every route for every type, and no other', () => {
    const expected = new Set<string>();
    for (const { method, path, type } of client({ store, operations }).routes) {
      const template = path.replaceAll(/\[(\w+)\]/g, '{$1}') || '/';
      const each = type || !template.startsWith('/{type}') ? [template] : resourceTypes.map((name) => template.replace('{type}', name));
      for (const address of each) expected.add(`${method} ${address}`);
    }
    const told = Object.entries(described).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(new Set(told)).toEqual(expected);
  });

  test('tells parameters of searches, operations and conditional forms', () => {
    const names = (path: string, method: string) =>
      (described[path]?.[method]?.parameters ?? []).map(({ name, $ref }) => name ?? $ref?.split('/').at(-1));
    expect(names('/Patient', 'get')).toEqual(
      expect.arrayContaining([...registry.of('Patient').map(({ code }) => code), '_include', 'Prefer']),
    );
    expect(names('/Patient', 'get')).toEqual(expect.arrayContaining(['_contained', '_containedType']));
    expect(names('/', 'get')).not.toContain('_contained');
    expect(names('/SearchParameter/$status', 'get')).toEqual(['url', 'code', 'resource']);
    expect(names('/Patient', 'put')).toEqual(['If-Match', 'If-None-Match', 'Prefer', 'criteria']);
    expect(names('/Patient/{id}', 'put')).toEqual(['id', 'If-Match', 'If-None-Match', 'Prefer']);
    expect(names('/_history', 'get')).toEqual(['_count', '_since', '_at', '_summary', '_elements', '_format', '_pretty']);
    expect(names('/Patient/{id}', 'get').slice(-4)).toEqual(['_summary', '_elements', '_format', '_pretty']);
    for (const path of ['/', '/{compartment}/{owner}/*']) expect(names(path, 'get')).toContain('_type');
    for (const path of ['/Patient', '/{compartment}/{owner}/{type}']) expect(names(path, 'get')).not.toContain('_type');
  });

  test('tells of the token where one is asked for', async () => {
    const json = JSON.parse(documentOf({ store, access: { token: true, cors: false } })().json.toString('utf8'));
    expect(json.components.securitySchemes).toEqual({ token: { type: 'http', scheme: 'bearer' } });
    expect([json.security, json.paths['/metadata'].get.security]).toEqual([[{ token: [] }], []]);
    expect(json.paths['/Patient'].get.security).toBeUndefined();
    expect(await new Validator().validate(json)).toEqual({ valid: true });
    expect(JSON.parse(document().json.toString('utf8')).security).toBeUndefined();
  });

  test('a server without writes tells of none', () => {
    const closed = paths(documentOf({ store, readOnly: true }));
    expect(Object.keys(closed['/Patient'] ?? {})).toEqual(['get']);
    expect(Object.keys(closed['/Patient/{id}'] ?? {})).toEqual(['get']);
    expect(closed['/SearchParameter/$status']).toBeDefined();
    expect(closed['/SearchParameter/$change']).toBeUndefined();
  });

  test('is made once, and anew when the search parameters change', () => {
    let current = registry;
    const changing = documentOf({ store, parameters: () => current });
    const before = changing();
    expect(changing()).toBe(before);
    current = { ...registry, pending: (type) => (type === 'Patient' ? new Set(['gender']) : new Set()) };
    const pending = changing();
    expect(pending.tag).not.toBe(before.tag);
    expect(JSON.parse(pending.json.toString('utf8')).paths['/Patient'].get.parameters).not.toContainEqual(
      expect.objectContaining({ name: 'gender' }),
    );
    current = { ...registry };
    expect(changing().tag).toBe(before.tag);
  });
});
