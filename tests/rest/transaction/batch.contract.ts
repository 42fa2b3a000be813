/** Each entry by itself (https://hl7.org/fhir/R4/http.html#brules). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Operation } from '../../../src/fhir/operation.ts';
import type { FhirResponse } from '../../../src/fhir/request.ts';
import type { OperationDefinition } from '../../../src/fhir/types.ts';
import { BASE, type Client, client, refusal } from '../client.ts';
import type { OpenedStore } from '../stores.ts';
import { bundle, get, jsonPatch, madeBy, observation, patch, patient, post, put, remove, send, statuses, stored } from './bundles.ts';

export function batches(open: () => Promise<OpenedStore>): void {
  describe('a batch', () => {
    let opened: OpenedStore;
    let rest: Client;
    let failing = false;
    const batch = (entries: readonly unknown[], prefer = {}) => send(rest, entries, prefer, 'batch');

    beforeAll(async () => {
      opened = await open();
      rest = client({
        store: opened.store,
        operations: [operation('echo', false), operation('stir', true), operation('fill', false, Buffer.alloc(40_000_000, '1'))],
        check: async () => {
          if (failing) throw new Error('a fault of the program');
          return [];
        },
      });
    });
    afterAll(() => opened.close());

    test('74, 75: each entry has a status of its own, in the order sent', async () => {
      await rest.call('PUT', 'Patient/gone', { body: patient(undefined, { id: 'gone' }) });
      await rest.call('DELETE', 'Patient/gone');
      const answer = await batch([
        post(patient()),
        get('Patient/never'),
        put('Patient/b', patient(undefined, { id: 'b' })),
        put('Patient/b2', patient(undefined, { id: 'other' })),
        null,
        get('Patient?nonsense=1'),
        { resource: patient(), request: { method: 'POST', url: 'Patient/1' } },
        { resource: patient(), request: { method: 'PATCH', url: 'Patient/b' } },
        get('Patient/gone'),
        put('Patient/b', patient(undefined, { id: 'b' }), { ifMatch: 'W/"99"' }),
        remove('Patient/never'),
      ]);
      expect([answer.status, answer.json.type]).toEqual([200, 'batch-response']);
      expect(statuses(answer)).toEqual(['201', '404', '201', '400', '400', '400', '405', '400', '410', '412', '204']);
      const { outcome } = answer.json.entry[3].response;
      expect(outcome).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ expression: ['Bundle.entry[3]', 'Bundle.entry[3].resource.id'] }],
      });
      expect(answer.json.entry[8].response.etag).toBe('W/"2"');
    });

    test('74: one that fails leaves the others written', async () => {
      const answer = await batch([put('Patient/stays', patient(undefined, { id: 'stays' })), get('Patient/never'), get('Patient/stays')]);
      expect(statuses(answer)).toEqual(['201', '404', '200']);
      expect(await stored(opened.store, 'Patient/stays')).not.toBe('');
    });

    test('65, 74: deletes, creates, updates, reads, whatever the order of the entries', async () => {
      await rest.call('PUT', 'Patient/first', { body: patient('batch-order', { id: 'first' }) });
      const criteria = { ifNoneExist: 'identifier=urn:s|batch-order' };
      const answer = await batch([
        get('Patient?identifier=urn:s|batch-order&_summary=count'),
        post(patient('batch-order'), criteria),
        remove('Patient/first'),
      ]);
      expect(statuses(answer)).toEqual(['200', '201', '204']);
      expect(answer.json.entry[0].resource.total).toBe(1);
    });

    test('what nobody waits for any more is not begun: entries of a batch, the write of a transaction', async () => {
      const entries = ['late-1', 'late-2', 'late-3'].map((id) => put(`Patient/${id}`, patient(undefined, { id })));
      const reads = [get('Patient/late-1'), get('Patient/late-3')];
      let asked = 0;
      const some = await rest.call('POST', '', { body: bundle([...entries, ...reads], 'batch'), isOver: () => ++asked > 2 });
      expect(statuses(some)).toEqual(['201', '201', '503', '503', '503']);
      const whole = rest.call('POST', '', { body: bundle(entries), isOver: () => true });
      expect(await refusal(whole)).toMatchObject({ kind: 'unavailable' });
      expect(await stored(opened.store, 'Patient/late-3')).toBe('');
      expect(JSON.parse(await stored(opened.store, 'Patient/late-1')).meta.versionId).toBe('1');
    });

    test('74: an entry that names another’s fullUrl gets 400, the other is carried out', async () => {
      const answer = await batch([
        post(patient(), { fullUrl: 'urn:uuid:p' }),
        post(observation('urn:uuid:p')),
        post(observation('urn:uuid:q')),
      ]);
      expect(statuses(answer)).toEqual(['201', '400', '201']);
    });

    test('74: a reference to what another entry updates under its own id stands for itself', async () => {
      const id = (type: string) => `${BASE}/${type}/linked`;
      const entries = [
        put('Patient/linked', patient(undefined, { id: 'linked' }), {}, id('Patient')),
        put('Observation/linked', { ...observation('Patient/linked'), id: 'linked' }, {}, id('Observation')),
      ];
      expect(statuses(await batch(entries))).toEqual(['201', '201']);
      const theirs = entries.map((entry) => ({ ...entry, fullUrl: String(entry.fullUrl).replace('localhost', 'theirs.example.org') }));
      expect(statuses(await batch(theirs))).toEqual(['200', '200']);
      expect(statuses(await batch([theirs[0], post(observation('http://theirs.example.org/fhir/Patient/linked'))]))).toEqual([
        '200',
        '400',
      ]);
    });

    test('69: entries that share a fullUrl get 400', async () => {
      const shared = { fullUrl: 'urn:uuid:s' };
      expect(statuses(await batch([post(patient(), shared), post(patient(), shared), post(patient())]))).toEqual(['400', '400', '201']);
    });

    test('several writes of one resource are carried out in their order', async () => {
      const entries = Array.from({ length: 20 }, (_, i) => put('Patient/often', patient(String(i), { id: 'often' })));
      expect(statuses(await batch(entries))).toEqual(['201', ...Array(19).fill('200')]);
      expect(JSON.parse(await stored(opened.store, 'Patient/often'))).toMatchObject({
        identifier: [{ value: '19' }],
        meta: { versionId: '20' },
      });
    });

    test('76: conditional forms and both patches', async () => {
      const answer = await batch([put('Patient?identifier=urn:s|conditional', patient('conditional', { id: 'conditional' }))]);
      expect(madeBy(answer, 0)).toBe('Patient/conditional');
      const patches = [
        patch('Patient?identifier=urn:s|conditional', 'male'),
        jsonPatch('Patient/conditional', [{ op: 'add', path: '/active', value: true }]),
      ];
      expect(statuses(await batch(patches))).toEqual(['200', '200']);
      expect(JSON.parse(await stored(opened.store, 'Patient/conditional'))).toMatchObject({ gender: 'male', active: true });
      expect(statuses(await batch([remove('Patient?identifier=urn:s|conditional')]))).toEqual(['204']);
    });

    test('76: operations; in a transaction those that change nothing', async () => {
      const input = { resource: { resourceType: 'Parameters' }, request: { method: 'POST', url: '$echo' } };
      const stir = { resource: { resourceType: 'Parameters' }, request: { method: 'POST', url: '$stir' } };
      const answer = await batch([input, stir, get('$echo')]);
      expect(statuses(answer)).toEqual(['200', '200', '200']);
      expect(answer.json.entry[0].resource).toMatchObject({ resourceType: 'Basic' });
      expect(statuses(await send(rest, [input, post(patient()), get('$echo')]))).toEqual(['200', '201', '200']);
      const missing = await refusal(send(rest, [get('Patient/$no-such')]));
      expect(missing).toMatchObject({ kind: 'not-found', message: expect.stringContaining('leads to nothing') });
      const fault = await refusal(send(rest, [post(patient()), stir]));
      expect([fault.kind, fault.issues?.[0]?.expression]).toEqual(['not-supported', ['Bundle.entry[1]']]);
    });

    test('76: a batch or transaction inside it is refused', async () => {
      expect(statuses(await batch([{ resource: bundle([]), request: { method: 'POST', url: '' } }, post(patient())]))).toEqual([
        '400',
        '201',
      ]);
    });

    test('15: Prefer of the batch holds for its writes; reads always have their resource', async () => {
      const entries = [post(patient()), get('Patient/b')];
      const minimal = await batch(entries);
      expect(minimal.json.entry.map((each: object) => 'resource' in each)).toEqual([false, true]);
      const whole = await batch(entries, { return: 'representation' });
      expect(whole.json.entry.map((each: { fullUrl: string }) => each.fullUrl)).toEqual([
        `${BASE}/${madeBy(whole, 0)}`,
        `${BASE}/Patient/b`,
      ]);
    });

    test('a Bundle has at most 10,000 entries, and its reads together a bounded answer', async () => {
      for (const type of ['batch', 'transaction']) {
        expect((await refusal(send(rest, Array(10_001).fill(get('Patient/b')), {}, type))).kind).toBe('too-costly');
      }
      expect(statuses(await batch([get('$fill'), get('$fill'), post(patient())]))).toEqual(['200', '403', '201']);
      const fault = await refusal(send(rest, [get('$fill'), get('$fill'), post(patient())]));
      expect([fault.kind, fault.issues?.[0]?.expression]).toEqual(['too-costly', ['Bundle.entry[1]']]);
    });

    test('a fault of the program is none of the caller’s, and is not answered as one', async () => {
      failing = true;
      try {
        await expect(batch([post(patient()), get('Patient/b')])).rejects.toThrow('a fault of the program');
        await expect(send(rest, [post(patient()), get('Patient/b')])).rejects.toThrow('a fault of the program');
      } finally {
        failing = false;
      }
    });
  });
}

function operation(
  code: string,
  affectsState: boolean,
  body: FhirResponse['body'] = { resourceType: 'Basic', code: { text: code } },
): Operation {
  const definition: OperationDefinition = {
    ...{ resourceType: 'OperationDefinition', name: code, status: 'active', kind: 'operation', code, affectsState },
    ...{ system: true, type: false, instance: false },
  };
  return { definition, run: async () => ({ status: 200, body }) };
}
