import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { issue } from '../../src/fhir/outcome.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { BASE, type Client, client, refusal } from './client.ts';
import { type OpenedStore, stores } from './stores.ts';

const patient = (id?: string, more: object = {}) => ({ resourceType: 'Patient', ...(id && { id }), ...more });

describe.each(stores)('on %s', (_name, open) => {
  let opened: OpenedStore;
  let store: ResourceStore;
  let rest: Client;

  beforeAll(async () => {
    opened = await open();
    store = opened.store;
    rest = client({ store });
  });
  afterAll(() => opened.close());

  describe('create', () => {
    test('27, 28: gives an id of its own, version 1, and says where', async () => {
      const { status, json, location, version } = await rest.call('POST', 'Patient', { body: patient('mine', { active: true }) });
      expect(status).toBe(201);
      expect(json).toEqual({
        resourceType: 'Patient',
        id: json.id,
        meta: { versionId: '1', lastUpdated: version?.lastUpdated },
        active: true,
      });
      expect(json.id).not.toBe('mine');
      expect(location).toBe(`${BASE}/Patient/${json.id}/_history/1`);
      expect(version?.versionId).toBe(1);
      expect(await refusal(rest.call('GET', 'Patient/mine'))).toMatchObject({ kind: 'not-found' });
    });

    test('27: does not touch the resource whose id the body has', async () => {
      await rest.call('PUT', 'Patient/taken', { body: patient('taken') });
      const { json } = await rest.call('POST', 'Patient', { body: patient('taken') });
      expect(json.id).not.toBe('taken');
      expect((await rest.call('GET', 'Patient/taken')).version?.versionId).toBe(1);
    });

    test('10, 23: keeps the order of members and the digits of numbers', async () => {
      const text = '{"valueQuantity":{"value":1.50,"unit":"kg"},"status":"final","resourceType":"Observation","code":{"text":"x"}}';
      const { json } = await rest.call('POST', 'Observation', { body: text });
      const read = await rest.call('GET', `Observation/${json.id}`);
      expect(read.text).toContain('{"valueQuantity":{"value":1.50,"unit":"kg"},"status":"final","resourceType":"Observation"');
      expect(read.json.id).toBe(json.id);
    });

    test('11: takes no version and time from the client, but the rest of meta', async () => {
      const meta = { versionId: '9', lastUpdated: '1999-01-01T00:00:00Z', tag: [{ code: 'mine' }], profile: ['http://x/p'] };
      const { json, version } = await rest.call('POST', 'Patient', { body: patient(undefined, { meta }) });
      expect(json.meta).toEqual({ versionId: '1', lastUpdated: version?.lastUpdated, tag: [{ code: 'mine' }], profile: ['http://x/p'] });
    });

    test('29: stores a Bundle as it is, and carries nothing out', async () => {
      const bundle = {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [{ resource: patient('never'), request: { method: 'PUT', url: 'Patient/never' } }],
      };
      expect((await rest.call('POST', 'Bundle', { body: bundle })).status).toBe(201);
      expect(await refusal(rest.call('GET', 'Patient/never'))).toMatchObject({ kind: 'not-found' });
    });

    test.each([
      ['no body', undefined, 'structure'],
      ['an array', '[]', 'structure'],
      ['a string', '"Patient"', 'structure'],
      ['null', 'null', 'structure'],
      ['no resourceType', '{}', 'invalid'],
      ['another resourceType', '{"resourceType":"Group"}', 'invalid'],
      ['meta that is no object', '{"resourceType":"Patient","meta":"x"}', 'structure'],
    ])('10: refuses %s', async (_what, body, kind) => {
      const { kind: given, message } = await refusal(rest.call('POST', 'Patient', body === undefined ? {} : { body }));
      expect(given).toBe(kind);
      expect(message).toMatch(/Patient|body/);
    });

    test('139: refuses what is tagged SUBSETTED', async () => {
      const tag = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];
      const body = patient('s', { meta: { tag } });
      expect(await refusal(rest.call('POST', 'Patient', { body }))).toMatchObject({
        kind: 'unprocessable',
        expression: 'Patient.meta.tag',
      });
      expect(await refusal(rest.call('PUT', 'Patient/s', { body }))).toMatchObject({ kind: 'unprocessable' });
    });

    test('15: answers as the caller prefers', async () => {
      const minimal = await rest.call('POST', 'Patient', { body: patient(), prefer: { return: 'minimal' } });
      expect([minimal.status, minimal.body, minimal.version?.versionId]).toEqual([201, undefined, 1]);
      expect(minimal.location).toMatch(/_history\/1$/);
      const told = await rest.call('POST', 'Patient', { body: patient(), prefer: { return: 'OperationOutcome' } });
      expect(told.json).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'information', diagnostics: expect.stringMatching(/^Patient\/.* was created\.$/) }],
      });
    });

    test('writes nothing that the check refuses, and passes its remarks on', async () => {
      const picky = client({
        store,
        check: async (resource) => {
          if ((resource as { active?: boolean }).active === false) throw new FhirError('unprocessable', 'No.');
          return [issue('warning', 'business-rule', 'Hm.')];
        },
      });
      expect(await refusal(picky.call('PUT', 'Patient/picky', { body: patient('picky', { active: false }) }))).toMatchObject({
        kind: 'unprocessable',
      });
      expect(await store.read('Patient', 'picky')).toBeUndefined();
      const { json } = await picky.call('PUT', 'Patient/picky', { body: patient('picky'), prefer: { return: 'OperationOutcome' } });
      expect(json.issue).toEqual([issue('warning', 'business-rule', 'Hm.')]);
    });

    test('an unknown parameter is refused, and passed over when the caller is lenient', async () => {
      expect(await refusal(rest.call('POST', 'Patient?active=true', { body: patient() }))).toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('"active"'),
      });
      expect((await rest.call('POST', 'Patient?active=true', { body: patient(), prefer: { handling: 'lenient' } })).status).toBe(201);
    });
  });

  describe('conditional create', () => {
    const identified = (value: string, more: object = {}) => ({
      body: patient(undefined, { identifier: [{ system: 'http://x', value }], ...more }),
      ifNoneExist: `identifier=http://x|${value}`,
    });

    test('42: creates where nothing fits, and answers with the match where one does', async () => {
      const first = await rest.call('POST', 'Patient', identified('c1'));
      expect(first.status).toBe(201);
      const again = await rest.call('POST', 'Patient', identified('c1', { active: true }));
      expect([again.status, again.json, again.location]).toEqual([200, first.json, first.location]);
      const silent = await rest.call('POST', 'Patient', { ...identified('c1'), prefer: { return: 'minimal' } });
      expect([silent.status, silent.body, silent.version?.versionId]).toEqual([200, undefined, 1]);
    });

    test.each(['?identifier=http://x|c2', 'Patient?identifier=http://x|c2', ' identifier=http%3A%2F%2Fx%7Cc2&name= '])(
      '42: takes %j',
      async (ifNoneExist) => {
        expect([200, 201]).toContain((await rest.call('POST', 'Patient', { ...identified('c2'), ifNoneExist })).status);
        const page = await rest.call('GET', 'Patient?identifier=http://x|c2');
        expect(page.json.entry).toHaveLength(1);
      },
    );

    test('42: is refused where several fit', async () => {
      await rest.call('PUT', 'Patient/twin-a', { body: patient('twin-a', { identifier: [{ value: 'twin' }] }) });
      await rest.call('PUT', 'Patient/twin-b', { body: patient('twin-b', { identifier: [{ value: 'twin' }] }) });
      expect(await refusal(rest.call('POST', 'Patient', { body: patient(), ifNoneExist: 'identifier=twin' }))).toMatchObject({
        kind: 'ambiguous',
      });
    });

    test.each([
      '',
      '?',
      'identifier=',
      '_count=1',
      'nonsense=1',
      '_sort=name&identifier=x',
      'identifier=x&_format=json',
      'birthdate=nodate',
    ])('41: refuses the criteria %j, lenient or not', async (ifNoneExist) => {
      const error = await refusal(rest.call('POST', 'Patient', { body: patient(), ifNoneExist, prefer: { handling: 'lenient' } }));
      expect(error.kind).toBe('invalid');
    });

    test('46: of 30 racing clients one creates', async () => {
      const answers = await Promise.all(Array.from({ length: 30 }, () => rest.call('POST', 'Patient', identified('race'))));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(29);
      expect(new Set(answers.map(({ json }) => json.id)).size).toBe(1);
    });

    test('46: gives up with a conflict after three more tries', async () => {
      let tries = 0;
      const write = async () => {
        tries++;
        throw new FhirError('conflict', 'Another was faster.');
      };
      const unlucky = client({
        store: {
          read: store.read.bind(store),
          history: store.history.bind(store),
          search: store.search.bind(store),
          changes: store.changes.bind(store),
          close: store.close.bind(store),
          write,
        },
      });
      expect(await refusal(unlucky.call('POST', 'Patient', identified('unlucky')))).toMatchObject({ kind: 'conflict' });
      expect(tries).toBe(4);
    });
  });

  describe('update', () => {
    test('31, 32: creates with the id of the address, then updates', async () => {
      const created = await rest.call('PUT', 'Patient/u1', { body: patient('u1') });
      expect([created.status, created.location]).toEqual([201, `${BASE}/Patient/u1/_history/1`]);
      const updated = await rest.call('PUT', 'Patient/u1', { body: patient('u1', { active: true }) });
      expect([updated.status, updated.json.active, updated.json.meta.versionId]).toEqual([200, true, '2']);
      expect((await rest.call('PUT', 'Patient/123', { body: patient('123') })).status).toBe(201);
    });

    test('33: an identical body makes a version', async () => {
      await rest.call('PUT', 'Patient/u2', { body: patient('u2') });
      expect((await rest.call('PUT', 'Patient/u2', { body: patient('u2') })).version?.versionId).toBe(2);
    });

    test('11: replaces tags, profiles and security', async () => {
      await rest.call('PUT', 'Patient/u3', { body: patient('u3', { meta: { tag: [{ code: 'a' }] } }) });
      expect((await rest.call('PUT', 'Patient/u3', { body: patient('u3') })).json.meta.tag).toBeUndefined();
    });

    test.each([[patient()], [patient('other')], [patient('', { id: 5 })]])('30: refuses the id of %j', async (body) => {
      expect(await refusal(rest.call('PUT', 'Patient/u4', { body }))).toMatchObject({ kind: 'invalid', expression: 'Patient.id' });
    });

    test.each(['a_b', 'x'.repeat(65), '..'])('3: refuses the id %s', async (id) => {
      expect(await refusal(rest.call('PUT', `Patient/${id}`, { body: patient(id) }))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('GET', `Patient/${id}`))).toMatchObject({ kind: 'not-found' });
      expect(await refusal(rest.call('DELETE', `Patient/${id}`))).toMatchObject({ kind: 'not-found' });
    });

    test('3: an id of 64 characters is one', async () => {
      const id = 'x'.repeat(64);
      expect((await rest.call('PUT', `Patient/${id}`, { body: patient(id) })).status).toBe(201);
    });

    test('34: If-Match binds to the current version', async () => {
      await rest.call('PUT', 'Patient/u5', { body: patient('u5') });
      const body = patient('u5', { active: true });
      expect(await refusal(rest.call('PUT', 'Patient/u5', { body, ifMatch: 'W/"2"' }))).toMatchObject({ kind: 'stale' });
      expect((await rest.call('GET', 'Patient/u5')).version?.versionId).toBe(1);
      expect((await rest.call('PUT', 'Patient/u5', { body, ifMatch: 'W/"1"' })).status).toBe(200);
      expect((await rest.call('PUT', 'Patient/u5', { body, ifMatch: 'W/"7", "2"' })).status).toBe(200);
      expect((await rest.call('PUT', 'Patient/u5', { body, ifMatch: '*' })).status).toBe(200);
      expect(await refusal(rest.call('PUT', 'Patient/u5', { body, ifMatch: '3' }))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('PUT', 'Patient/u6', { body: patient('u6'), ifMatch: 'W/"1"' }))).toMatchObject({ kind: 'stale' });
    });

    test('34: If-None-Match: * only creates', async () => {
      const call = { body: patient('u7'), ifNoneMatch: '*' };
      expect((await rest.call('PUT', 'Patient/u7', call)).status).toBe(201);
      expect(await refusal(rest.call('PUT', 'Patient/u7', call))).toMatchObject({ kind: 'stale' });
    });

    test('35: a url and version that another resource has is a conflict', async () => {
      const library = (id: string) => ({
        resourceType: 'Library',
        id,
        url: 'http://x/L',
        version: '1',
        status: 'draft',
        type: { text: 't' },
      });
      await rest.call('PUT', 'Library/l1', { body: library('l1') });
      expect((await rest.call('PUT', 'Library/l1', { body: library('l1') })).status).toBe(200);
      expect(await refusal(rest.call('PUT', 'Library/l2', { body: library('l2') }))).toMatchObject({
        kind: 'conflict',
        message: expect.stringContaining('Library/l1'),
      });
    });

    test('35: 40 parallel updates make 40 versions', async () => {
      await rest.call('PUT', 'Patient/busy', { body: patient('busy') });
      const answers = await Promise.all(Array.from({ length: 40 }, () => rest.call('PUT', 'Patient/busy', { body: patient('busy') })));
      expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
      expect(answers.map(({ version }) => version?.versionId).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 40 }, (_, i) => i + 2),
      );
    });
  });

  describe('read and vread', () => {
    test('23, 25: any version can be read, after deletion and revival too', async () => {
      await rest.call('PUT', 'Patient/r1', { body: patient('r1', { gender: 'male' }) });
      await rest.call('PUT', 'Patient/r1', { body: patient('r1', { gender: 'female' }) });
      await rest.call('DELETE', 'Patient/r1');
      const revived = await rest.call('PUT', 'Patient/r1', { body: patient('r1') });
      expect([revived.status, revived.json.meta.versionId, revived.location]).toEqual([201, '4', `${BASE}/Patient/r1/_history/4`]);
      expect((await rest.call('GET', 'Patient/r1/_history/1')).json).toMatchObject({ id: 'r1', gender: 'male', meta: { versionId: '1' } });
      expect((await rest.call('GET', 'Patient/r1/_history/2')).json.gender).toBe('female');
      expect(await refusal(rest.call('GET', 'Patient/r1/_history/3'))).toMatchObject({ kind: 'gone' });
      expect((await rest.call('GET', 'Patient/r1/_history/4')).status).toBe(200);
      for (const vid of ['5', '0', 'x', '01'])
        expect(await refusal(rest.call('GET', `Patient/r1/_history/${vid}`))).toMatchObject({ kind: 'not-found' });
    });

    test('24: unknown is 404, deleted is 410 with the ETag of the deletion', async () => {
      expect(await refusal(rest.call('GET', 'Patient/nobody'))).toMatchObject({
        kind: 'not-found',
        message: expect.stringContaining('Patient/nobody'),
      });
      await rest.call('PUT', 'Patient/r2', { body: patient('r2') });
      await rest.call('DELETE', 'Patient/r2');
      expect(await refusal(rest.call('GET', 'Patient/r2'))).toMatchObject({ kind: 'gone', headers: { ETag: 'W/"2"' } });
    });

    test('14: 304 without a body where the caller has it', async () => {
      await rest.call('PUT', 'Patient/r3', { body: patient('r3') });
      const { version } = await rest.call('GET', 'Patient/r3');
      for (const address of ['Patient/r3', 'Patient/r3/_history/1']) {
        expect(await rest.call('GET', address, { ifNoneMatch: 'W/"1"' })).toMatchObject({
          status: 304,
          text: '',
          version: { versionId: 1 },
        });
        expect((await rest.call('GET', address, { ifNoneMatch: 'W/"2"' })).status).toBe(200);
        const ifModifiedSince = new Date(version?.lastUpdated ?? '').toUTCString();
        expect((await rest.call('GET', address, { ifModifiedSince })).status).toBe(304);
      }
    });

    test('26: a part where it is asked for', async () => {
      await rest.call('PUT', 'Patient/r4', { body: patient('r4', { gender: 'male', photo: [{ title: 'p' }] }) });
      expect((await rest.call('GET', 'Patient/r4?_summary=true')).json).toMatchObject({
        gender: 'male',
        meta: { tag: [{ code: 'SUBSETTED' }] },
      });
      expect((await rest.call('GET', 'Patient/r4?_elements=photo')).json.gender).toBeUndefined();
      expect((await rest.call('GET', 'Patient/r4?_summary=false&_format=json&_pretty=true')).json.photo).toBeDefined();
      for (const query of ['_summary=count', '_summary=maybe', '_elements=colour', 'name=x', '_count=1']) {
        expect(await refusal(rest.call('GET', `Patient/r4?${query}`))).toMatchObject({ kind: 'invalid' });
      }
    });
  });

  describe('delete', () => {
    test('36, 37: 204 with the version of the deletion, again and again', async () => {
      await rest.call('PUT', 'Patient/d1', { body: patient('d1') });
      expect(await rest.call('DELETE', 'Patient/d1')).toMatchObject({ status: 204, text: '', version: { versionId: 2 } });
      expect(await rest.call('DELETE', 'Patient/d1')).toMatchObject({ status: 204, version: { versionId: 2 } });
      const unknown = await rest.call('DELETE', 'Patient/d2');
      expect([unknown.status, unknown.version]).toEqual([204, undefined]);
    });

    test('39: If-Match is honoured', async () => {
      await rest.call('PUT', 'Patient/d3', { body: patient('d3') });
      expect(await refusal(rest.call('DELETE', 'Patient/d3', { ifMatch: 'W/"4"' }))).toMatchObject({ kind: 'stale' });
      expect((await rest.call('DELETE', 'Patient/d3', { ifMatch: 'W/"1"' })).status).toBe(204);
    });

    test('38: afterwards it is found by no search, criteria or include, and its history stays', async () => {
      await rest.call('PUT', 'Patient/d4', { body: patient('d4', { identifier: [{ value: 'd4' }] }) });
      await rest.call('PUT', 'Observation/d4', {
        body: { resourceType: 'Observation', id: 'd4', status: 'final', code: { text: 'x' }, subject: { reference: 'Patient/d4' } },
      });
      await rest.call('DELETE', 'Patient/d4');
      expect((await rest.call('GET', 'Patient?identifier=d4')).json.entry).toBeUndefined();
      expect((await rest.call('GET', 'Observation?subject.identifier=d4')).json.entry).toBeUndefined();
      expect((await rest.call('GET', 'Patient?_has:Observation:subject:status=final&_id=d4')).json.entry).toBeUndefined();
      expect((await rest.call('GET', 'Observation?_id=d4&_include=Observation:subject')).json.entry).toHaveLength(1);
      const history = (await rest.call('GET', 'Patient/d4/_history')).json;
      expect(history.entry.map((entry: { request: { method: string } }) => entry.request.method)).toEqual(['DELETE', 'PUT']);
      expect((await rest.call('POST', 'Patient', { body: patient(), ifNoneExist: 'identifier=d4' })).status).toBe(201);
    });
  });

  test('a server without writes says so', async () => {
    const closed = client({ store, readOnly: true });
    for (const [method, address] of [
      ['POST', 'Patient'],
      ['PUT', 'Patient/x'],
      ['DELETE', 'Patient/x'],
    ] as const) {
      expect(await refusal(closed.call(method, address, { body: patient('x') }))).toMatchObject({
        kind: 'forbidden',
        message: expect.stringContaining('READ_ONLY'),
      });
    }
  });
});
