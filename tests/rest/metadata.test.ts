import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../src/fhir/operation.ts';
import { resourceTypes } from '../../src/fhir/resource-types.ts';
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CompartmentDefinition,
  OperationDefinition,
  OperationDefinitionParameter,
  ResourceType,
} from '../../src/fhir/types.ts';
import { JSON_PATCH } from '../../src/rest/patched.ts';
import type { Parameter, ParameterRegistry } from '../../src/search/parameters.ts';
import { MemoryStore } from '../memory-store.ts';
import { validatorOf } from '../validation/subject.ts';
import { BASE, type Client, client, core, refusal, registry } from './client.ts';
import { type OpenedStore, openEmbedded } from './stores.ts';

const definition = (code: string, more: Partial<OperationDefinition>): OperationDefinition => ({
  resourceType: 'OperationDefinition',
  url: `http://x/OperationDefinition/${code}`,
  name: code,
  status: 'active',
  kind: 'operation',
  code,
  system: false,
  type: false,
  instance: false,
  ...more,
});
const operation = (code: string, more: Partial<OperationDefinition>): Operation => ({
  definition: definition(code, more),
  run: async ({ type, id }) => ({ status: 200, body: { resourceType: 'Basic', code: { text: `${code} ${type} ${id}` } } }),
});
const input = (name: string, type: string, min = 0) => ({ name, use: 'in', type, min, max: '1' }) as OperationDefinitionParameter;

const operations: readonly Operation[] = [
  operation('count', { system: true, affectsState: false, parameter: [input('name', 'string', 1)] }),
  operation('judge', {
    type: true,
    instance: true,
    affectsState: false,
    resource: ['Resource'],
    parameter: [input('resource', 'Resource')],
  }),
  operation('merge', { type: true, instance: true, affectsState: true, resource: ['Patient', 'Group'] }),
  operation('weigh', { type: true, affectsState: false, resource: ['Patient'], parameter: [input('resource', 'Resource', 1)] }),
];

const statement = async (rest: Client, query = ''): Promise<CapabilityStatement> => (await rest.call('GET', `metadata${query}`)).json;
const about = ({ rest }: CapabilityStatement, type: ResourceType) =>
  rest?.[0]?.resource?.find((each) => each.type === type) as CapabilityStatementRestResource;

describe('metadata', () => {
  const rest = client({ store: new MemoryStore(), operations });

  test('58: says what this server is, and is valid R4', async () => {
    const stated = await statement(rest);
    expect(stated).toMatchObject({
      resourceType: 'CapabilityStatement',
      status: 'active',
      kind: 'instance',
      fhirVersion: '4.0.1',
      format: ['json', 'application/fhir+json'],
    });
    expect(stated).toMatchObject({ software: { name: 'Ramus', version: '0.0.0' }, implementation: { url: BASE } });
    expect(stated.rest?.[0]?.resource).toHaveLength(resourceTypes.length);
    const issues = await validatorOf().validate(stated);
    expect(issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([]);
  });

  test('39, 40: versions, conditions and references as they are', async () => {
    const patient = about(await statement(rest), 'Patient');
    expect(patient).toMatchObject({
      versioning: 'versioned',
      readHistory: true,
      updateCreate: true,
      conditionalCreate: true,
      conditionalRead: 'full-support',
      conditionalUpdate: true,
      conditionalDelete: 'single',
      referencePolicy: ['literal', 'logical'],
    });
    expect(patient.interaction?.map(({ code }) => code)).toEqual([
      'read',
      'vread',
      'update',
      'patch',
      'delete',
      'history-instance',
      'history-type',
      'create',
      'search-type',
    ]);
    expect(patient.searchInclude).toContain('Patient:general-practitioner');
    expect(patient.searchRevInclude).toContain('Observation:subject');
    expect((await statement(rest)).rest?.[0]?.documentation).toContain('never prevents the deletion');
  });

  test('58, 14: the ETag changes with the content and with nothing else', async () => {
    const { headers } = await rest.call('GET', 'metadata', { now: new Date('2020-01-01') });
    const tag = headers?.ETag ?? '';
    expect(tag).toMatch(/^W\/"[0-9a-f]+"$/);
    expect(await rest.call('GET', 'metadata', { ifNoneMatch: tag })).toMatchObject({ status: 304, text: '', headers: { ETag: tag } });
    expect((await client({ store: new MemoryStore(), operations }).call('GET', 'metadata')).headers?.ETag).toBe(tag);
    expect((await client({ store: new MemoryStore() }).call('GET', 'metadata')).headers?.ETag).not.toBe(tag);
  });

  test('14: answers 304 to whoever has it, by its date too', async () => {
    const made = client({ store: new MemoryStore() });
    const { headers } = await made.call('GET', 'metadata', { now: new Date('2020-01-01T10:00:00.5Z') });
    const date = headers?.['Last-Modified'] ?? '';
    expect(date).toBe('Wed, 01 Jan 2020 10:00:00 GMT');
    expect((await made.call('GET', 'metadata', { ifModifiedSince: date })).status).toBe(304);
    expect((await made.call('GET', 'metadata', { ifModifiedSince: 'Wed, 01 Jan 2020 09:59:59 GMT' })).status).toBe(200);
  });

  test('14: a date that another statement may have had is no ground for 304', async () => {
    const made = client({ store: new MemoryStore() });
    await made.call('GET', 'metadata', { now: new Date('2020-01-01T10:00:00Z') });
    expect((await made.call('GET', 'metadata', { ifModifiedSince: 'Wed, 01 Jan 2020 10:05:00 GMT' })).status).toBe(200);

    let current: ParameterRegistry = registry;
    const changing = client({ store: new MemoryStore(), parameters: () => current });
    const date = (await changing.call('GET', 'metadata', { now: new Date('2020-01-01T10:00:00.1Z') })).headers?.['Last-Modified'] ?? '';
    current = { ...registry, common: () => [] };
    const again = await changing.call('GET', 'metadata', { now: new Date('2020-01-01T10:00:00.9Z'), ifModifiedSince: date });
    expect([again.status, again.headers?.['Last-Modified']]).toEqual([200, date]);
  });

  test('58: tells of the token and of other origins', async () => {
    const security = async (token: boolean, cors: boolean) =>
      (await statement(client({ store: new MemoryStore(), access: { token, cors } }))).rest?.[0]?.security;
    expect(await security(true, false)).toMatchObject({ cors: false, description: expect.stringContaining('Bearer') });
    expect(await security(false, true)).toEqual({ cors: true, description: 'No token is asked for.' });
  });

  test('a search parameter that is being indexed is not advertised until it is', async () => {
    let pending: ReadonlySet<string> = new Set(['gender', 'general-practitioner']);
    let current: ParameterRegistry = { ...registry, pending: (type) => (type === 'Patient' ? pending : new Set()) };
    const changing = client({ store: new MemoryStore(), parameters: () => current });
    const names = async () => about(await statement(changing), 'Patient').searchParam?.map(({ name }) => name);
    expect(await names()).not.toContain('gender');
    expect(about(await statement(changing), 'Patient').searchInclude).not.toContain('Patient:general-practitioner');
    expect(await refusal(changing.call('GET', 'Patient?gender=male'))).toMatchObject({
      kind: 'not-supported',
      message: expect.stringContaining('gender'),
    });
    pending = new Set();
    current = { ...current };
    expect(await names()).toContain('gender');
  });

  test('59: only the mode that works', async () => {
    expect((await statement(rest, '?mode=full')).kind).toBe('instance');
    for (const query of ['mode=terminology', 'mode=x', 'mode=full&mode=full', 'name=x'])
      expect(['invalid', 'not-supported']).toContain((await refusal(rest.call('GET', `metadata?${query}`))).kind);
    expect((await statement(rest, '?_elements=software')).rest).toBeUndefined();
  });

  test('a server without writes advertises none', async () => {
    const closed = about(await statement(client({ store: new MemoryStore(), operations, readOnly: true })), 'Patient');
    expect(closed.interaction?.map(({ code }) => code)).toEqual(['read', 'vread', 'history-instance', 'history-type', 'search-type']);
    expect(closed).toMatchObject({ updateCreate: false, conditionalCreate: false });
    expect(closed.operation?.map(({ name }) => name)).toEqual(['judge', 'weigh']);
  });
});

describe('operations', () => {
  const rest = client({ store: new MemoryStore(), operations });

  test('61: stand where their definition says', async () => {
    expect((await rest.call('POST', '$count')).json.code.text).toBe('count undefined undefined');
    expect((await rest.call('POST', 'Device/$judge')).json.code.text).toBe('judge Device undefined');
    expect((await rest.call('POST', 'Device/1/$judge')).json.code.text).toBe('judge Device 1');
    expect((await rest.call('POST', 'Patient/1/$merge')).json.code.text).toBe('merge Patient 1');
    for (const address of ['$judge', 'Device/$merge', 'Patient/$count', 'Patient/1/$weigh', 'Patient/a_b/$merge']) {
      expect(await refusal(rest.call('POST', address))).toMatchObject({ kind: 'not-found' });
    }
  });

  test('61: by GET where nothing changes and the address can hold what is required', async () => {
    expect((await rest.call('GET', '$count?name=x')).status).toBe(200);
    expect((await rest.call('GET', 'Device/1/$judge')).status).toBe(200);
    const methods = (path: string) => rest.routes.filter((route) => route.path === path).map(({ method }) => method);
    expect(methods('/Patient/$merge')).toEqual(['POST']);
    expect(methods('/Patient/$weigh')).toEqual(['POST']);
    expect(methods('/[type]/$judge')).toEqual(['GET', 'POST']);
  });

  test('those that may change something are refused by a server without writes', async () => {
    const closed = client({ store: new MemoryStore(), operations, readOnly: true });
    expect(await refusal(closed.call('POST', 'Patient/1/$merge'))).toMatchObject({ kind: 'forbidden' });
    expect((await closed.call('POST', '$count')).status).toBe(200);
  });
});

describe('60: every advertised line works', () => {
  let opened: OpenedStore;
  let rest: Client;
  let stated: CapabilityStatement;

  beforeAll(async () => {
    opened = await openEmbedded();
    rest = client({ store: opened.store, operations });
    stated = await statement(rest);
  });
  afterAll(() => opened.close());

  const each = async (run: (resource: CapabilityStatementRestResource, type: ResourceType) => Promise<unknown>) => {
    for (const resource of stated.rest?.[0]?.resource ?? []) await run(resource, resource.type as ResourceType);
  };

  test('interactions', async () => {
    const calls: Record<string, (type: string) => Promise<{ status: number }>> = {
      update: (type) => rest.call('PUT', `${type}/a`, { body: { resourceType: type, id: 'a' } }),
      create: (type) => rest.call('POST', type, { body: { resourceType: type } }),
      read: (type) => rest.call('GET', `${type}/a`),
      vread: (type) => rest.call('GET', `${type}/a/_history/1`),
      'history-instance': (type) => rest.call('GET', `${type}/a/_history`),
      'history-type': (type) => rest.call('GET', `${type}/_history`),
      'search-type': (type) => rest.call('GET', type),
      patch: (type) => rest.call('PATCH', `${type}/a`, { body: [{ op: 'add', path: '/language', value: 'en' }], contentType: JSON_PATCH }),
      delete: (type) => rest.call('DELETE', `${type}/a`),
    };
    await each(async ({ interaction = [] }, type) => {
      const offered = interaction.map(({ code }) => String(code));
      expect(offered.sort()).toEqual(Object.keys(calls).sort());
      const statuses = [];
      for (const call of Object.values(calls)) statuses.push((await call(type)).status);
      expect(statuses).toEqual([201, 201, 200, 200, 200, 200, 200, 200, 204]);
    });
    expect(stated.rest?.[0]?.interaction?.map(({ code }) => code)).toEqual(['transaction', 'batch', 'search-system', 'history-system']);
    for (const type of ['transaction', 'batch']) {
      const entry = [{ resource: { resourceType: 'Basic' }, request: { method: 'POST', url: 'Basic' } }];
      const { json } = await rest.call('POST', '', { body: { resourceType: 'Bundle', type, entry } });
      expect([json.type, json.entry[0].response.status]).toEqual([`${type}-response`, '201']);
    }
    expect((await rest.call('GET', '')).status).toBe(200);
    expect((await rest.call('GET', '_history')).status).toBe(200);
  });

  test('conditional update, patch and delete; each patch format', async () => {
    expect(stated.patchFormat).toEqual([JSON_PATCH, 'application/fhir+json']);
    const parameter = [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'delete' },
          { name: 'path', valueString: 'Basic.language' },
        ],
      },
    ];
    await each(async (resource, type) => {
      expect([resource.conditionalUpdate, resource.conditionalDelete]).toEqual([true, 'single']);
      const statuses = [(await rest.call('PUT', `${type}?_id=c`, { body: { resourceType: type, id: 'c' } })).status];
      statuses.push((await rest.call('PATCH', `${type}?_id=c`, { body: [], contentType: JSON_PATCH })).status);
      statuses.push(
        (await rest.call('PATCH', `${type}/c`, { body: { resourceType: 'Parameters', parameter }, contentType: 'application/fhir+json' }))
          .status,
      );
      statuses.push((await rest.call('DELETE', `${type}?_id=c`)).status);
      expect([type, statuses]).toEqual([type, [201, 200, 200, 204]]);
    });
  });

  const tens = (all: readonly string[]) => Array.from({ length: Math.ceil(all.length / 10) }, (_, i) => all.slice(i * 10, i * 10 + 10));
  const samples = { date: '2020', number: '1', quantity: '1', string: 'a', token: 'a', uri: 'http://x/y', reference: 'a', special: 'a' };
  const sample = (parameter: Parameter | undefined): string => {
    if (parameter?.type === 'composite') return parameter.components.map((part) => sample(part.parameter)).join('$');
    return samples[parameter?.type ?? 'string'];
  };

  test('search parameters of each type', async () => {
    let tried = 0;
    await each(async ({ searchParam = [] }, type) => {
      const asked = searchParam.map(({ name, definition: url, type: kind }) => {
        const parameter = registry.get(type, name);
        expect([parameter?.url, parameter?.type]).toEqual([url, kind]);
        return `${name}=${encodeURIComponent(sample(parameter))}`;
      });
      tried += asked.length;
      for (const some of tens(asked))
        expect([type, (await rest.call('GET', `${type}?_count=1&${some.join('&')}`)).status]).toEqual([type, 200]);
    });
    expect(tried).toBeGreaterThan(1500);
  });

  test('search parameters of the system, and their definitions', async () => {
    for (const { name, definition: url } of stated.rest?.[0]?.searchParam ?? []) {
      if (name === '_filter') continue;
      const parameter = registry.common().find(({ code }) => code === name);
      expect((await rest.call('GET', `?${name}=${encodeURIComponent(sample(parameter))}`)).status).toBe(200);
      expect(core.resolve(url ?? '', 'SearchParameter') ?? core.searchParameters().find((each) => each.url === url)).toBeDefined();
    }
  });

  test('_filter, with each operator that is named', async () => {
    const { documentation = '' } = stated.rest?.[0]?.searchParam?.find(({ name }) => name === '_filter') ?? {};
    const operators = [...documentation.matchAll(/(\w\w) \([a-z, ]+\)/g)].map(([, operator = '']) => operator);
    expect(operators).toHaveLength(18);
    const samples: Record<string, string> = {
      co: 'name co a',
      sw: 'name sw a',
      pr: 'name pr true',
      re: 'general-practitioner re Practitioner/1',
    };
    for (const operator of operators.filter((each) => !['in', 'ni', 'ss', 'sb'].includes(each))) {
      const filter = encodeURIComponent(samples[operator] ?? `birthdate ${operator} 2020`);
      expect([operator, (await rest.call('GET', `Patient?_filter=${filter}`)).status]).toEqual([operator, 200]);
    }
  });

  test('includes', async () => {
    await each(async ({ searchInclude = [], searchRevInclude = [] }, type) => {
      const includes = [...searchInclude.map((value) => `_include=${value}`), ...searchRevInclude.map((value) => `_revinclude=${value}`)];
      for (const some of tens(includes)) expect((await rest.call('GET', `${type}?_count=1&${some.join('&')}`)).status).toBe(200);
    });
  });

  test('compartments', async () => {
    const urls = stated.rest?.[0]?.compartment ?? [];
    expect(urls).toHaveLength(5);
    for (const url of urls) {
      const { code = '', resource = [] } = core.resolve<CompartmentDefinition>(url, 'CompartmentDefinition') ?? {};
      for (const member of resource.filter(({ param = [] }) => param.length > 0)) {
        expect([member.code, (await rest.call('GET', `${code}/a/${member.code}`)).status]).toEqual([member.code, 200]);
      }
    }
  });

  test('operations', async () => {
    const [server] = stated.rest ?? [];
    expect(server?.operation).toEqual([{ name: 'count', definition: 'http://x/OperationDefinition/count' }]);
    await each(async ({ operation: offered = [] }, type) => {
      for (const { name } of offered) {
        const levels = [`${type}/$${name}`, `${type}/a/$${name}`].filter((address) =>
          rest.routes.some(({ path }) => path.replace('[type]', type).replace('[id]', 'a') === `/${address}`),
        );
        expect(levels.length).toBeGreaterThan(0);
        for (const address of levels) expect((await rest.call('POST', address)).status).toBe(200);
      }
    });
    expect(about(stated, 'Patient').operation?.map(({ name }) => name)).toEqual(['judge', 'merge', 'weigh']);
    expect(about(stated, 'Device').operation?.map(({ name }) => name)).toEqual(['judge']);
  });
});
