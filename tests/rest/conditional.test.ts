import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { issue } from '../../src/fhir/outcome.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { BASE, type Client, client, refusal } from './client.ts';
import { type OpenedStore, stores } from './stores.ts';

let number = 0;
/** An identifier that no other test uses. */
const fresh = () => `n${++number}`;
const patient = (value: string, more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'http://x/mrn', value }],
  ...more,
});
const criteria = (value: string) => `Patient?identifier=http://x/mrn|${value}`;

describe.each(stores)('on %s', (_name, open) => {
  let opened: OpenedStore;
  let store: ResourceStore;
  let rest: Client;
  const ids = async (value: string): Promise<string[]> =>
    ((await rest.call('GET', criteria(value))).json.entry ?? []).map(({ resource }: { resource: { id: string } }) => resource.id);

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    rest = client({ store });
  });
  afterAll(() => opened.close());

  describe('conditional update', () => {
    test('43: none fits and the body has no id: a create', async () => {
      const value = fresh();
      const { status, json, location } = await rest.call('PUT', criteria(value), { body: patient(value) });
      expect(status).toBe(201);
      expect(location).toBe(`${BASE}/Patient/${json.id}/_history/1`);
    });

    test('43: none fits and the body has an id: a create under that id', async () => {
      const value = fresh();
      const { status, json } = await rest.call('PUT', criteria(value), { body: patient(value, { id: `given-${value}` }) });
      expect([status, json.id]).toEqual([201, `given-${value}`]);
    });

    test('43: none fits, but the id is taken: 409 and nothing is overwritten', async () => {
      const [taken, value] = [fresh(), fresh()];
      await rest.call('PUT', `Patient/${taken}`, { body: patient(taken, { id: taken }) });
      expect(await refusal(rest.call('PUT', criteria(value), { body: patient(value, { id: taken }) }))).toMatchObject({ kind: 'conflict' });
      expect((await rest.call('GET', `Patient/${taken}`)).version?.versionId).toBe(1);
    });

    test.each([['absent'], ['equal']])('43: one fits and the id is %s: an update', async (how) => {
      const value = fresh();
      const { json } = await rest.call('POST', 'Patient', { body: patient(value) });
      const answer = await rest.call('PUT', criteria(value), {
        body: patient(value, { active: true, ...(how === 'equal' && { id: json.id }) }),
      });
      expect([answer.status, answer.json.id, answer.json.meta.versionId, answer.json.active]).toEqual([200, json.id, '2', true]);
    });

    test('43: one fits and the id is another: 400', async () => {
      const value = fresh();
      await rest.call('POST', 'Patient', { body: patient(value) });
      expect(await refusal(rest.call('PUT', criteria(value), { body: patient(value, { id: 'other' }) }))).toMatchObject({
        kind: 'invalid',
        expression: 'Patient.id',
      });
    });

    test('43: several fit: 412', async () => {
      const value = fresh();
      for (let i = 0; i < 2; i++) await rest.call('POST', 'Patient', { body: patient(value) });
      expect(await refusal(rest.call('PUT', criteria(value), { body: patient(value) }))).toMatchObject({ kind: 'ambiguous' });
    });

    test('46: If-Match binds the match', async () => {
      const value = fresh();
      expect(await refusal(rest.call('PUT', criteria(value), { body: patient(value), ifMatch: 'W/"1"' }))).toMatchObject({ kind: 'stale' });
      await rest.call('POST', 'Patient', { body: patient(value) });
      expect(await refusal(rest.call('PUT', criteria(value), { body: patient(value), ifMatch: 'W/"2"' }))).toMatchObject({ kind: 'stale' });
      expect((await rest.call('PUT', criteria(value), { body: patient(value), ifMatch: 'W/"1"' })).status).toBe(200);
    });

    test('46: If-None-Match: * only creates', async () => {
      const value = fresh();
      const put = (ifNoneMatch: string) => rest.call('PUT', criteria(value), { body: patient(value), ifNoneMatch });
      expect(await refusal(put('W/"1"'))).toMatchObject({ kind: 'invalid' });
      expect((await put('*')).status).toBe(201);
      expect(await refusal(put('*'))).toMatchObject({ kind: 'stale' });
      expect((await rest.call('GET', criteria(value))).json.entry[0].resource.meta.versionId).toBe('1');
    });

    test('46: 16 clients race on the same criteria: one 201, 15 × 200, versions consecutive', async () => {
      const value = fresh();
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => settle(() => rest.call('PUT', criteria(value), { body: patient(value) }))),
      );
      expect(count(answers.map(({ status }) => status))).toEqual({ 200: 15, 201: 1 });
      expect(answers.map(({ version }) => version?.versionId ?? 0).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 16 }, (_, i) => i + 1),
      );
      expect(await ids(value)).toHaveLength(1);
    });
  });

  test('46: 16 clients race on the same conditional create: one 201, 15 × 200', async () => {
    const value = fresh();
    const header = `identifier=http://x/mrn|${value}`;
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => settle(() => rest.call('POST', 'Patient', { body: patient(value), ifNoneExist: header }))),
    );
    expect(count(answers.map(({ status }) => status))).toEqual({ 200: 15, 201: 1 });
    expect(await ids(value)).toHaveLength(1);
  });

  test('a condition that a write does not look at is refused, and nothing is written', async () => {
    const value = fresh();
    const { id } = (await rest.call('POST', 'Patient', { body: patient(value) })).json;
    const patch = { body: [], contentType: 'application/json-patch+json' };
    const body = patient(value, { id });
    for (const refused of [
      rest.call('DELETE', `Patient/${id}`, { ifNoneMatch: '*' }),
      rest.call('DELETE', criteria(value), { ifNoneMatch: '*' }),
      rest.call('PATCH', `Patient/${id}`, { ...patch, ifNoneMatch: '*' }),
      rest.call('PATCH', criteria(value), { ...patch, ifNoneExist: 'active=true' }),
      rest.call('PUT', `Patient/${id}`, { body, ifNoneExist: 'active=true' }),
      rest.call('PUT', criteria(value), { body, ifNoneExist: 'active=true' }),
      rest.call('POST', 'Patient', { body, ifMatch: 'W/"1"' }),
    ])
      expect(await refusal(refused)).toMatchObject({ kind: 'not-supported', message: expect.stringContaining('leave it out') });
    expect((await rest.call('GET', criteria(value))).json.entry[0].resource.meta.versionId).toBe('1');
  });

  describe('conditional delete', () => {
    test('44: none fits: 204; one: it is deleted', async () => {
      const value = fresh();
      expect((await rest.call('DELETE', criteria(value))).status).toBe(204);
      const { json } = await rest.call('POST', 'Patient', { body: patient(value) });
      const { status, version } = await rest.call('DELETE', criteria(value));
      expect([status, version?.versionId]).toEqual([204, 2]);
      expect(await refusal(rest.call('GET', `Patient/${json.id}`))).toMatchObject({ kind: 'gone' });
    });

    test('44: several fit: 412 unless the server deletes several, then all in one unit', async () => {
      const value = fresh();
      for (let i = 0; i < 3; i++) await rest.call('POST', 'Patient', { body: patient(value) });
      expect(await refusal(rest.call('DELETE', criteria(value)))).toMatchObject({ kind: 'ambiguous' });
      expect(await ids(value)).toHaveLength(3);
      expect((await client({ store, deleteSeveral: true }).call('DELETE', criteria(value))).status).toBe(204);
      expect(await ids(value)).toEqual([]);
    });

    test('46: If-Match binds the match', async () => {
      const value = fresh();
      expect(await refusal(rest.call('DELETE', criteria(value), { ifMatch: 'W/"1"' }))).toMatchObject({ kind: 'stale' });
      await rest.call('POST', 'Patient', { body: patient(value) });
      expect(await refusal(rest.call('DELETE', criteria(value), { ifMatch: 'W/"7"' }))).toMatchObject({ kind: 'stale' });
      expect((await rest.call('DELETE', criteria(value), { ifMatch: '*' })).status).toBe(204);
    });
  });

  test.each(['PUT', 'DELETE', 'PATCH'] as const)(
    '41: %s without a criterion, with one that is unknown, or with a result parameter is refused, lenient or not',
    async (method) => {
      const body = method === 'PUT' ? patient(fresh()) : [{ op: 'test', path: '/resourceType', value: 'Patient' }];
      for (const query of ['', 'identifier=', 'frob=1', 'identifier=a&_sort=name', '_count=1']) {
        const call = rest.call(method, `Patient?${query}`, {
          ...(method !== 'DELETE' && { body }),
          contentType: 'application/json-patch+json',
          prefer: { handling: 'lenient' },
        });
        expect([query, (await refusal(call)).kind]).toEqual([query, 'invalid']);
      }
    },
  );

  describe('patch', () => {
    const jsonPatch = (address: string, body: object, more: object = {}) =>
      rest.call('PATCH', address, { body, contentType: 'application/json-patch+json', ...more });
    const observation =
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.50},"component":[{"code":{"text":"y"},"valueQuantity":{"value":2.10}}]}';
    const created = async (body: object | string) =>
      (await rest.call('POST', `${(typeof body === 'string' ? JSON.parse(body) : body).resourceType}`, { body })).json;

    test('48, 49: JSON Patch makes a new version, other digits stay', async () => {
      const { id } = await created(observation);
      const answer = await jsonPatch(`Observation/${id}`, [{ op: 'replace', path: '/status', value: 'amended' }]);
      expect([answer.status, answer.version?.versionId]).toEqual([200, 2]);
      expect(answer.text).toContain('"valueQuantity":{"value":1.50},"component":[{"code":{"text":"y"},"valueQuantity":{"value":2.10}}]');
      expect((await store.read('Observation', id))?.method).toBe('PATCH');
    });

    test('51: FHIRPath Patch', async () => {
      const { id } = await created(observation);
      const parameter = [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: 'Observation.component[0].value.value' },
            { name: 'value', valueDecimal: 3 },
          ],
        },
      ];
      const answer = await rest.call('PATCH', `Observation/${id}`, {
        body: { resourceType: 'Parameters', parameter },
        contentType: 'application/fhir+json',
      });
      expect(answer.text).toContain('"valueQuantity":{"value":1.50},"component":[{"code":{"text":"y"},"valueQuantity":{"value":3}}]');
    });

    test('51: FHIRPath Patch builds elements by their parts, of a type and of what repeats itself too', async () => {
      const { id } = await created({ resourceType: 'Questionnaire', status: 'draft', item: [{ linkId: 'a', item: [{ linkId: 'b' }] }] });
      const adding = (path: string, name: string, part: object[]) => ({
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'add' },
          { name: 'path', valueString: path },
          { name: 'name', valueString: name },
          { name: 'value', part },
        ],
      });
      const extension = [
        { name: 'url', valueUri: 'http://x/e' },
        { name: 'value', valueString: 's' },
      ];
      const item = [
        { name: 'linkId', valueString: 'c' },
        { name: 'code', valueCoding: { code: 'x' } },
      ];
      const parameter = [
        adding('Questionnaire', 'extension', extension),
        adding('Questionnaire.status', 'extension', extension),
        adding('Questionnaire.item.item', 'item', item),
      ];
      const body = { resourceType: 'Parameters', parameter };
      const { json } = await rest.call('PATCH', `Questionnaire/${id}`, { body, contentType: 'application/fhir+json' });
      expect([json.extension, json._status, json.item[0].item]).toEqual([
        [{ url: 'http://x/e', valueString: 's' }],
        { extension: [{ url: 'http://x/e', valueString: 's' }] },
        [{ linkId: 'b', item: [{ linkId: 'c', code: [{ code: 'x' }] }] }],
      ]);
    });

    test('51: FHIRPath Patch adds an element whose name another one begins with', async () => {
      const { id } = await created({ resourceType: 'CodeSystem', status: 'draft', content: 'complete', versionNeeded: true });
      const part = [
        { name: 'type', valueCode: 'add' },
        { name: 'path', valueString: 'CodeSystem' },
        { name: 'name', valueString: 'version' },
        { name: 'value', valueString: '1' },
      ];
      const body = { resourceType: 'Parameters', parameter: [{ name: 'operation', part }] };
      const { json } = await rest.call('PATCH', `CodeSystem/${id}`, { body, contentType: 'application/fhir+json' });
      expect(json).toMatchObject({ version: '1', versionNeeded: true });
    });

    test('49, 51: a patch can neither nest without end nor hold operations without end', async () => {
      const { id } = await created(patient(fresh(), { extension: [{ url: 'http://x/e' }] }));
      const add = {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'add' },
          { name: 'path', valueString: 'Patient.repeat(extension).last()' },
          { name: 'name', valueString: 'extension' },
          { name: 'value', valueExtension: { url: 'http://x/e' } },
        ],
      };
      const send = (count: number) =>
        rest.call('PATCH', `Patient/${id}`, {
          body: { resourceType: 'Parameters', parameter: Array(count).fill(add) },
          contentType: 'application/fhir+json',
        });
      expect((await send(3)).status).toBe(200);
      expect(await refusal(send(60))).toMatchObject({ kind: 'unprocessable', message: expect.stringContaining('deeper than 100') });
      expect(await refusal(send(501))).toMatchObject({ kind: 'invalid', message: expect.stringContaining('at most 500') });
      expect((await rest.call('GET', `Patient/${id}`)).version?.versionId).toBe(2);
    });

    test('48: unknown → 404, deleted → 410, If-Match that does not hold → 412', async () => {
      expect(await refusal(jsonPatch('Observation/none', []))).toMatchObject({ kind: 'not-found' });
      const { id } = await created(observation);
      expect(await refusal(jsonPatch(`Observation/${id}`, [], { ifMatch: 'W/"9"' }))).toMatchObject({ kind: 'stale' });
      await rest.call('DELETE', `Observation/${id}`);
      expect(await refusal(jsonPatch(`Observation/${id}`, []))).toMatchObject({ kind: 'gone' });
    });

    test.each([
      ['changed id', [{ op: 'replace', path: '/id', value: 'x' }], 'unprocessable'],
      ['changed type', [{ op: 'replace', path: '/resourceType', value: 'Patient' }], 'unprocessable'],
      ['no resource', [{ op: 'replace', path: '', value: 3 }], 'unprocessable'],
      [
        'tagged as a part',
        [
          {
            op: 'add',
            path: '/meta/tag',
            value: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }],
          },
        ],
        'unprocessable',
      ],
      ['meta that is none', [{ op: 'replace', path: '/meta', value: [] }], 'unprocessable'],
      ['test false', [{ op: 'test', path: '/status', value: 'x' }], 'unprocessable'],
      ['malformed', [{ op: 'frob' }], 'invalid'],
    ])('49: %s: nothing is written', async (_case, body, kind) => {
      const { id } = await created(observation);
      expect(await refusal(jsonPatch(`Observation/${id}`, body))).toMatchObject({ kind });
      expect((await rest.call('GET', `Observation/${id}`)).version?.versionId).toBe(1);
    });

    test('49: a result that is not valid is 422, at its element, and nothing is written', async () => {
      const { id } = await created(observation);
      const issues = [issue('error', 'structure', 'not known', 'Observation.foo')];
      for (const kind of ['structure', 'invalid', 'unprocessable'] as const) {
        const check = async () => {
          throw new FhirError(kind, 'not valid', { issues });
        };
        const strict = client({ store, check });
        const call = { body: [{ op: 'add', path: '/foo', value: 1 }], contentType: 'application/json-patch+json' };
        expect(await refusal(strict.call('PATCH', `Observation/${id}`, call))).toMatchObject({ kind: 'unprocessable', issues });
      }
      expect((await rest.call('GET', `Observation/${id}`)).version?.versionId).toBe(1);
    });

    test('52: a generated narrative goes when the data change, unless it is patched too; an additional one prevents the patch', async () => {
      const text = (status: string) => ({ status, div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' });
      const replace = { op: 'replace', path: '/active', value: false };
      const generated = await created(patient(fresh(), { active: true, text: text('generated') }));
      expect((await jsonPatch(`Patient/${generated.id}`, [{ op: 'test', path: '/active', value: true }])).json.text).toBeDefined();
      expect((await jsonPatch(`Patient/${generated.id}`, [replace])).json.text).toBeUndefined();
      const both = await created(patient(fresh(), { active: true, text: text('generated') }));
      const div = { op: 'replace', path: '/text/div', value: '<div xmlns="http://www.w3.org/1999/xhtml">y</div>' };
      expect((await jsonPatch(`Patient/${both.id}`, [replace, div])).json.text).toBeDefined();
      const additional = await created(patient(fresh(), { active: true, text: text('additional') }));
      expect(await refusal(jsonPatch(`Patient/${additional.id}`, [replace]))).toMatchObject({
        kind: 'unprocessable',
        expression: 'Patient.text',
      });
    });

    test('45: conditional: none → 404, one is patched, several → 412', async () => {
      const value = fresh();
      const add = [{ op: 'add', path: '/active', value: true }];
      expect(await refusal(jsonPatch(criteria(value), add))).toMatchObject({ kind: 'not-found' });
      await created(patient(value));
      expect((await jsonPatch(criteria(value), add)).json.active).toBe(true);
      await created(patient(value));
      expect(await refusal(jsonPatch(criteria(value), add))).toMatchObject({ kind: 'ambiguous' });
    });

    test('two patches at once both take effect', async () => {
      const { id } = await created(patient(fresh()));
      const names = ['a', 'b', 'c'].map((family) =>
        settle(() => jsonPatch(`Patient/${id}`, [{ op: 'add', path: '/identifier/-', value: { value: family } }])),
      );
      await Promise.all(names);
      const { json } = await rest.call('GET', `Patient/${id}`);
      expect(
        json.identifier
          .slice(1)
          .map((each: { value: string }) => each.value)
          .sort(),
      ).toEqual(['a', 'b', 'c']);
    });
  });
});

/** A client that meets 409 tries again, as 409 tells it. */
async function settle<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if ((error as { kind?: string }).kind !== 'conflict' || tries > 20) throw error;
    }
  }
}

function count(values: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
