/** The Bundle, its entries, its order and its answer (https://hl7.org/fhir/R4/http.html#trules). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { issue } from '../../../src/fhir/outcome.ts';
import { BASE, type Client, client, refusal } from '../client.ts';
import type { OpenedStore } from '../stores.ts';
import {
  bundle,
  everything,
  get,
  jsonPatch,
  madeBy,
  observation,
  patch,
  patient,
  post,
  put,
  remove,
  send,
  statuses,
  stored,
} from './bundles.ts';

export function rules(open: () => Promise<OpenedStore>): void {
  describe('the rules of a transaction', () => {
    let opened: OpenedStore;
    let rest: Client;

    beforeAll(async () => {
      opened = await open();
      rest = client({ store: opened.store });
    });
    afterAll(() => opened.close());

    test('63: takes a Bundle of type batch or transaction, with or without entries', async () => {
      expect((await send(rest, [])).json).toMatchObject({ resourceType: 'Bundle', type: 'transaction-response' });
      expect((await rest.call('POST', '', { body: { resourceType: 'Bundle', type: 'batch' } })).json.type).toBe('batch-response');
    });

    test.each([
      ['no body', undefined],
      ['an array', []],
      ['another resource', { resourceType: 'Patient' }],
      ['a collection', bundle([], 'collection')],
      ['a history', bundle([], 'history')],
      ['no type', { resourceType: 'Bundle' }],
      ['entries that are no array', { resourceType: 'Bundle', type: 'transaction', entry: {} }],
    ])('63: refuses %s', async (_what, body) => {
      expect(['structure', 'invalid']).toContain((await refusal(rest.call('POST', '', body === undefined ? {} : { body }))).kind);
    });

    test.each([
      ['an entry that is null', null],
      ['no request', { resource: patient() }],
      ['no method', { resource: patient(), request: { url: 'Patient' } }],
      ['an unknown method', { resource: patient(), request: { method: 'MERGE', url: 'Patient' } }],
      ['no url', { resource: patient(), request: { method: 'POST' } }],
      ['POST without resource', { request: { method: 'POST', url: 'Patient' } }],
      ['PUT without resource', { request: { method: 'PUT', url: 'Patient/1' } }],
      ['a condition that is misspelt', { resource: patient(), request: { method: 'POST', url: 'Patient', ifNonExist: 'x' } }],
      ['a condition that is no text', { resource: patient(), request: { method: 'POST', url: 'Patient', ifNoneExist: 1 } }],
      ['an element that entries do not have', { resources: [], request: { method: 'GET', url: 'Patient' } }],
      ['a resource of another type', { resource: patient(), request: { method: 'POST', url: 'Group' } }],
      ['another id than in the url', put('Patient/a', patient(undefined, { id: 'b' }))],
      ['a url of another server', get('http://elsewhere.example.org/fhir/Patient/1')],
      ['a bad escape', get('Patient?name=%E0%A4')],
    ])('63, 66: refuses %s with 400 that names the entry', async (_what, entry) => {
      const { kind, issues } = await refusal(send(rest, [post(patient()), entry]));
      expect(['structure', 'invalid']).toContain(kind);
      expect(issues?.[0]?.expression?.[0]).toBe('Bundle.entry[1]');
    });

    test('64: urls may begin with a slash or this server’s base', async () => {
      await rest.call('PUT', 'Patient/here', { body: patient(undefined, { id: 'here' }) });
      const answer = await send(rest, [
        get('/Patient/here'),
        get(`${BASE}/Patient/here`),
        get('Patient/here/'),
        get('metadata?_elements=status'),
      ]);
      expect(statuses(answer)).toEqual(['200', '200', '200', '200']);
    });

    test('64: an unknown address is 404, a wrong method 405', async () => {
      expect((await refusal(send(rest, [get('patient/1')]))).kind).toBe('not-found');
      expect((await refusal(send(rest, [get('Patient/1/x/y/z')]))).kind).toBe('not-found');
      expect((await refusal(send(rest, [{ resource: patient(), request: { method: 'POST', url: 'Patient/1' } }]))).kind).toBe(
        'method-not-allowed',
      );
    });

    test('64: conditions of entries are those of single requests', async () => {
      const id = 'conditions';
      const body = patient(undefined, { id });
      expect(statuses(await send(rest, [put(`Patient/${id}`, body, { ifNoneMatch: '*' })]))).toEqual(['201']);
      expect((await refusal(send(rest, [put(`Patient/${id}`, body, { ifNoneMatch: '*' })]))).kind).toBe('stale');
      expect((await refusal(send(rest, [put(`Patient/${id}`, body, { ifMatch: 'W/"7"' })]))).kind).toBe('stale');
      expect((await refusal(send(rest, [remove(`Patient/${id}`, { ifMatch: 'W/"7"' })]))).kind).toBe('stale');
      expect((await refusal(send(rest, [put(`Patient/${id}`, body, { ifMatch: '7' })]))).kind).toBe('invalid');
      expect(statuses(await send(rest, [put(`Patient/${id}`, body, { ifMatch: 'W/"1"' })]))).toEqual(['200']);
      const since = new Date(Date.now() + 1000).toISOString();
      const reads = [
        get(`Patient/${id}`, { ifNoneMatch: 'W/"2"' }),
        get(`Patient/${id}`, { ifModifiedSince: since }),
        get(`Patient/${id}`),
      ];
      expect(statuses(await send(rest, reads))).toEqual(['304', '304', '200']);
    });

    test('65, 68: deletes, creates, updates, then reads, whatever the order of the entries', async () => {
      await rest.call('PUT', 'Patient/order', { body: patient('order', { id: 'order' }) });
      const entries = [
        get('Patient?identifier=urn:s|order'),
        put('Patient/order-2', patient(undefined, { id: 'order-2' })),
        post(patient('order'), { ifNoneExist: 'identifier=urn:s|order' }),
        get('Patient/order-2'),
        remove('Patient/order'),
      ];
      const answer = await send(rest, entries);
      expect(statuses(answer)).toEqual(['200', '201', '201', '200', '204']);
      expect(answer.json.entry[0].resource.entry.map((each: { fullUrl: string }) => each.fullUrl)).toEqual([
        `${BASE}/${madeBy(answer, 2)}`,
      ]);
      expect(answer.json.entry[3].resource.id).toBe('order-2');
    });

    test('66: what fails gives one outcome, with the place in the resource', async () => {
      const check = async (resource: unknown) => {
        if ((resource as { gender?: string }).gender === 'x')
          throw new (await import('../../../src/fhir/error.ts')).FhirError('unprocessable', 'Not valid.', {
            issues: [issue('error', 'value', 'That is no gender.', 'Patient.gender')],
          });
        return [];
      };
      const strict = client({ store: opened.store, check });
      const before = await everything(opened.store);
      const { kind, issues } = await refusal(send(strict, [post(patient()), post(patient('x', { gender: 'x' })), post(patient())]));
      expect(kind).toBe('unprocessable');
      expect(issues).toEqual(
        [issue('error', 'value', 'That is no gender.', 'x')].map((each) => ({
          ...each,
          expression: ['Bundle.entry[1]', 'Bundle.entry[1].resource.gender'],
        })),
      );
      expect(await everything(opened.store)).toBe(before);
    });

    test('67: a read of what the Bundle writes answers from the version written', async () => {
      await rest.call('PUT', 'Patient/read', { body: patient(undefined, { id: 'read' }) });
      const answer = await send(rest, [get('Patient/read'), put('Patient/read', patient(undefined, { id: 'read', active: true }))]);
      expect(answer.json.entry[0].resource).toMatchObject({ active: true, meta: { versionId: '2' } });
      expect(answer.json.entry[0].response).toMatchObject({ status: '200', etag: 'W/"2"' });
      const head = await send(rest, [{ request: { method: 'HEAD', url: 'Patient/read' } }]);
      expect(head.json.entry[0].resource).toBeUndefined();
      expect(head.json.entry[0].response).toMatchObject({ status: '200', etag: 'W/"2"' });
    });

    test.each([
      ['not known', get('Patient/never')],
      ['no version', get('Patient/read/_history/99')],
      ['a search parameter that is not known', get('Patient?nonsense=1')],
      ['a bad parameter of a read that the Bundle writes', get('Patient/read?_summary=perhaps')],
      ['a bad condition of a read that the Bundle writes', get('Patient/read', { ifNoneMatch: 'nonsense' })],
      ['deleted', get('Patient/gone')],
    ])('67: a read that fails fails the transaction: %s', async (_what, entry) => {
      await rest.call('PUT', 'Patient/gone', { body: patient(undefined, { id: 'gone' }) });
      await rest.call('DELETE', 'Patient/gone');
      const before = await everything(opened.store);
      const { issues } = await refusal(send(rest, [put('Patient/read', patient(undefined, { id: 'read' })), entry]));
      expect(issues?.[0]?.expression).toEqual(['Bundle.entry[1]']);
      expect(await everything(opened.store)).toBe(before);
    });

    test('67: a read of what the Bundle deletes fails it', async () => {
      await rest.call('PUT', 'Patient/deleted-now', { body: patient(undefined, { id: 'deleted-now' }) });
      expect((await refusal(send(rest, [get('Patient/deleted-now'), remove('Patient/deleted-now')]))).kind).toBe('gone');
    });

    test.each([
      ['versioned', { fullUrl: 'http://x.example.org/Patient/1/_history/1' }, patient()],
      ['of another id', { fullUrl: 'http://x.example.org/Patient/1' }, patient(undefined, { id: '2' })],
      ['of another type', { fullUrl: 'http://x.example.org/Group/1' }, patient()],
      ['empty', { fullUrl: '' }, patient()],
      ['a fragment', { fullUrl: '#p' }, patient()],
    ])('69: refuses a fullUrl that is %s', async (_what, more, resource) => {
      expect(['invalid', 'structure']).toContain((await refusal(send(rest, [post(resource, more)]))).kind);
    });

    test('69: refuses one fullUrl for two entries', async () => {
      const { kind, issues } = await refusal(
        send(rest, [post(patient(), { fullUrl: 'urn:uuid:1' }), post(patient(), { fullUrl: 'urn:uuid:1' })]),
      );
      expect(kind).toBe('invalid');
      expect(issues?.[0]?.expression).toEqual(['Bundle.entry[0]']);
    });

    test('75: one response entry for each request entry, with status, location, etag, lastModified; no resource by default', async () => {
      const answer = await send(rest, [
        post(patient()),
        put('Patient/answer', patient(undefined, { id: 'answer' })),
        remove('Patient/never'),
      ]);
      expect(answer.status).toBe(200);
      expect(answer.json.entry).toEqual([
        {
          response: {
            status: '201',
            location: expect.stringMatching(/^http:\/\/localhost\/fhir\/Patient\/[^/]+\/_history\/1$/),
            etag: 'W/"1"',
            lastModified: expect.stringMatching(/^\d{4}-.*Z$/),
          },
        },
        { response: { status: '201', location: `${BASE}/Patient/answer/_history/1`, etag: 'W/"1"', lastModified: expect.anything() } },
        { response: { status: '204' } },
      ]);
    });

    test('15, 75: Prefer of the Bundle holds for its entries', async () => {
      const entries = [post(patient()), remove('Patient/never')];
      const whole = await send(rest, entries, { return: 'representation' });
      expect(whole.json.entry[0]).toMatchObject({ fullUrl: `${BASE}/${madeBy(whole, 0)}`, resource: { resourceType: 'Patient' } });
      const remarks = await send(rest, entries, { return: 'OperationOutcome' });
      expect(remarks.json.entry[0].response.outcome).toMatchObject({ resourceType: 'OperationOutcome' });
      expect(remarks.json.entry[0].resource).toBeUndefined();
    });

    test('76: FHIRPath Patch and JSON Patch in a Binary', async () => {
      await rest.call('PUT', 'Patient/patched', {
        body: '{"resourceType":"Patient","id":"patched","extension":[{"url":"http://x","valueDecimal":1.50}]}',
      });
      await rest.call('PUT', 'Patient/patched-2', { body: patient(undefined, { id: 'patched-2' }) });
      const answer = await send(rest, [
        patch('Patient/patched', 'female'),
        jsonPatch('Patient/patched-2', [{ op: 'add', path: '/active', value: true }]),
      ]);
      expect(statuses(answer)).toEqual(['200', '200']);
      expect(await stored(opened.store, 'Patient/patched')).toMatch(/"valueDecimal":1\.50.*"gender":"female"/);
      expect(JSON.parse(await stored(opened.store, 'Patient/patched-2')).active).toBe(true);
      expect((await refusal(send(rest, [jsonPatch('Patient/patched-2', [{ op: 'remove', path: '/nothing' }])]))).kind).toBe(
        'unprocessable',
      );
      expect((await refusal(send(rest, [patch('Patient/never', 'female')]))).kind).toBe('not-found');
      expect((await refusal(send(rest, [{ resource: patient(), request: { method: 'PATCH', url: 'Patient/patched' } }]))).kind).toBe(
        'invalid',
      );
      const binary = { resourceType: 'Binary', contentType: 'text/plain', data: '' };
      expect((await refusal(send(rest, [{ resource: binary, request: { method: 'PATCH', url: 'Patient/patched' } }]))).kind).toBe(
        'unsupported-media',
      );
    });

    test('76: a batch or transaction inside another is refused; POST to Bundle stores it', async () => {
      const inner = bundle([post(patient())]);
      expect((await refusal(send(rest, [{ resource: inner, request: { method: 'POST', url: '' } }]))).kind).toBe('structure');
      expect((await refusal(send(rest, [{ resource: inner, request: { method: 'POST', url: '/' } }]))).kind).toBe('structure');
      expect(statuses(await send(rest, [{ resource: inner, request: { method: 'POST', url: 'Bundle' } }]))).toEqual(['201']);
    });

    test('10: number lexemes and the order of members are kept', async () => {
      const text =
        '{"resourceType":"Observation","code":{"text":"x"},"status":"final","valueQuantity":{"value":1.50,"unit":"mg"},"subject":{"reference":"urn:uuid:p"}}';
      const body = `{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"url":"Observation","method":"POST"},"resource":${text}},{"fullUrl":"urn:uuid:p","resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}]}`;
      const answer = await rest.call('POST', '', { body });
      const kept = await stored(opened.store, madeBy(answer, 0));
      expect(kept.replace(/"id":.*?\},/, '')).toBe(text.replace('urn:uuid:p', madeBy(answer, 1)));
      expect(observation('x')).toBeDefined();
    });

    test('READ_ONLY refuses every Bundle', async () => {
      expect((await refusal(send(client({ store: opened.store, readOnly: true }), [get('Patient')]))).kind).toBe('forbidden');
    });
  });
}
