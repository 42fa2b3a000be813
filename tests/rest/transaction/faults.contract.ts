/**
 * Whole or not at all: a fault in any entry, and other writers in between. More random transactions: TRANSACTIONS=200; the
 * seed of one that fails is in its message.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { ResourceStore } from '../../../src/storage/store.ts';
import { type Client, client, refusal } from '../client.ts';
import type { OpenedStore } from '../stores.ts';
import {
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
  type Sent,
  send,
  shuffled,
  statuses,
  stored,
} from './bundles.ts';

const P = 'urn:uuid:11111111-1111-4111-8111-111111111111';
const SIZE = 50;
const RANDOM = Number(process.env.TRANSACTIONS ?? 10);
const CLIENTS = 16;

const faults: readonly (readonly [entry: Sent | null, kind: string])[] = [
  [put('Patient/base', patient(undefined, { id: 'base' }), { ifMatch: 'W/"99"' }), 'stale'],
  [get('Patient/never'), 'not-found'],
  [null, 'structure'],
  [post(observation('Patient?identifier=urn:s|nobody')), 'incomplete'],
  [put('Patient/x', patient(undefined, { id: 'y' })), 'invalid'],
  [jsonPatch('Patient/base', [{ op: 'test', path: '/active', value: 'no' }]), 'unprocessable'],
  [patch('Patient?identifier=urn:s|nobody', 'male'), 'not-found'],
  [remove('Patient/base', { ifMatch: 'W/"99"' }), 'stale'],
  [get('Patient?nonsense=1'), 'invalid'],
];

/** Entries that go well together, of all kinds. */
function good(tag: string): readonly Sent[] {
  const kinds = [
    (i: number) => post(observation(P, { note: [{ text: `${tag} ${i}` }] })),
    (i: number) => put(`Patient/${tag}-${i}`, patient(`${tag}-${i}`, { id: `${tag}-${i}` })),
    (i: number) => put(`Patient?identifier=urn:s|${tag}-${i}`, patient(`${tag}-${i}`)),
    (i: number) => post(patient(`${tag}-${i}`), { ifNoneExist: `identifier=urn:s|${tag}-${i}` }),
    () => get('Patient/base'),
    (i: number) => remove(`Patient/none-${i}`),
  ];
  const rest = Array.from({ length: SIZE - 1 }, (_, i) => kinds[i % kinds.length]?.(i) as Sent);
  return [post(patient(tag), { fullUrl: P }), ...rest];
}

export function wholeOrNot(open: () => Promise<OpenedStore>): void {
  describe('whole or not at all', () => {
    let opened: OpenedStore;
    let store: ResourceStore;
    let rest: Client;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
      rest = client({ store });
      await rest.call('PUT', 'Patient/base', { body: patient('base', { id: 'base' }) });
    });
    afterAll(() => opened.close());

    test(`77: a fault in entry k of ${SIZE}, for each k`, async () => {
      const entries = good('each');
      const before = await everything(store);
      for (let k = 0; k < SIZE; k++) {
        const [entry, kind] = faults[k % faults.length] ?? [];
        const fault = await refusal(send(rest, entries.toSpliced(k, 1, entry as Sent)));
        expect([k, fault.kind, fault.issues?.[0]?.expression?.[0]]).toEqual([k, kind, `Bundle.entry[${k}]`]);
      }
      expect(await everything(store)).toBe(before);
      expect((await rest.call('GET', 'Observation?_summary=count')).json.total).toBe(0);
    }, 60_000);

    test(`77: ${RANDOM} random transactions of ${SIZE} entries, half of them with a fault`, async () => {
      for (let seed = 0; seed < RANDOM; seed++) {
        const entries = shuffled(good(`random-${seed}`), seed);
        const before = await everything(store);
        const count = before.split('\n').length;
        if (seed % 2) {
          const [entry] = faults[seed % faults.length] ?? [];
          await refusal(send(rest, entries.toSpliced((seed * 7) % SIZE, 1, entry as Sent)));
          expect([seed, await everything(store)]).toEqual([seed, before]);
        } else {
          const made = statuses(await send(rest, entries)).filter((status) => status === '201').length;
          expect([seed, made]).toEqual([seed, 34]);
          expect([seed, (await everything(store)).split('\n').length]).toEqual([seed, count + made]);
        }
      }
    }, 600_000);

    test('66: a store that fails in the middle of the unit has written nothing', async () => {
      const before = await everything(store);
      const broken: ResourceStore = Object.assign(Object.create(store), {
        write: (changes: Parameters<ResourceStore['write']>[0], expectations: Parameters<ResourceStore['write']>[1]) =>
          store.write([...changes, { kind: 'create', type: 'Patient', id: 'base', method: 'POST' }], expectations),
        read: store.read.bind(store),
        search: store.search.bind(store),
      });
      expect((await refusal(send(client({ store: broken }), good('broken')))).kind).toBe('conflict');
      expect(await everything(store)).toBe(before);
    });

    describe('other writers in between', () => {
      /** A client whose first writes each find that something was done just before them. */
      const disturbed = (times: number, disturb: (time: number) => Promise<unknown>): Client => {
        let left = times;
        const write: ResourceStore['write'] = async (changes, expectations) => {
          if (left > 0) await disturb(left--);
          return store.write(changes, expectations);
        };
        return client({
          store: Object.assign(Object.create(store), { write, read: store.read.bind(store), search: store.search.bind(store) }),
        });
      };

      test('72: what a conditional create did not find is there now: links point to it', async () => {
        const appear = () => rest.call('PUT', 'Patient/appeared', { body: patient('appeared', { id: 'appeared' }) });
        const entries = [post(patient('appeared'), { fullUrl: P, ifNoneExist: 'identifier=urn:s|appeared' }), post(observation(P))];
        const answer = await send(disturbed(1, appear), entries);
        expect(statuses(answer)).toEqual(['200', '201']);
        expect(JSON.parse(await stored(store, madeBy(answer, 1))).subject.reference).toBe('Patient/appeared');
      });

      const touch = (time: number) =>
        rest.call('PUT', 'Patient/touched', { body: patient('touched', { id: 'touched', birthDate: `200${time}` }) });

      test.each([1, 2, 3])('67: a read is held until the write, resolved again %i times', async (times) => {
        await touch(9);
        const answer = await send(disturbed(times, touch), [get('Patient/touched'), post(patient())]);
        expect(statuses(answer)).toEqual(['200', '201']);
        expect(answer.json.entry[0].resource.birthDate).toBe('2001');
      });

      test('67: after three times it is 409, and nothing is written', async () => {
        await touch(9);
        const fault = await refusal(send(disturbed(4, touch), [get('Patient/touched'), post(patient('unwritten'))]));
        expect(fault.kind).toBe('conflict');
        expect((await rest.call('GET', 'Patient?identifier=urn:s|unwritten&_summary=count')).json.total).toBe(0);
      });

      test('a conflict that lasts is told in its own words, at the first try', async () => {
        let tries = 0;
        const lasting = async () => {
          tries++;
          throw new FhirError('conflict', 'This one stays as it is.', { isLasting: true });
        };
        const sent = [put('Patient/stays', patient(undefined, { id: 'stays' }))];
        const fault = await refusal(send(disturbed(9, lasting), sent));
        expect(fault).toMatchObject({ kind: 'conflict', message: 'This one stays as it is.', expression: 'Bundle' });
        expect(await refusal(disturbed(9, lasting).call('DELETE', 'Patient?_id=touched'))).toMatchObject({ isLasting: true });
        expect(tries).toBe(2);
      });

      test('48: a patch is applied to what came in between', async () => {
        await touch(9);
        const answer = await send(disturbed(2, touch), [patch('Patient/touched', 'other')]);
        expect(statuses(answer)).toEqual(['200']);
        expect(JSON.parse(await stored(store, 'Patient/touched'))).toMatchObject({ gender: 'other', birthDate: '2001' });
      });

      test('71: a version-specific link names the version that is really written', async () => {
        await touch(9);
        const body = patient('touched', { id: 'touched' });
        const answer = await send(disturbed(2, touch), [put('Patient/touched', body, {}, P), post(observation(`${P}/_history/1`))]);
        const written = JSON.parse(await stored(store, 'Patient/touched')).meta.versionId;
        expect(JSON.parse(await stored(store, madeBy(answer, 1))).subject.reference).toBe(`Patient/touched/_history/${written}`);
      });

      test('34: ifMatch that held when it was looked at and holds no more is 412 at its entry', async () => {
        await touch(9);
        const { versionId } = JSON.parse(await stored(store, 'Patient/touched')).meta;
        const entries = [post(patient()), put('Patient/touched', patient(undefined, { id: 'touched' }), { ifMatch: `W/"${versionId}"` })];
        const fault = await refusal(send(disturbed(1, touch), entries));
        expect([fault.kind, fault.issues?.[0]?.expression]).toEqual(['stale', ['Bundle.entry[1]']]);
      });

      test('73: a reference by search is resolved again', async () => {
        await touch(9);
        const twin = () => rest.call('PUT', 'Patient/touched-2', { body: patient('touched', { id: 'touched-2' }) });
        expect((await refusal(send(disturbed(1, twin), [post(observation('Patient?identifier=urn:s|touched'))]))).kind).toBe('ambiguous');
      });
    });

    test(`46, 72: ${CLIENTS} clients with one conditional create: one 201, the others 200, all links to the one`, async () => {
      const entries = [post(patient('race'), { fullUrl: P, ifNoneExist: 'identifier=urn:s|race' }), post(observation(P))];
      const answers = await Promise.all(Array.from({ length: CLIENTS }, () => send(rest, entries)));
      expect(answers.map((each) => statuses(each)[0]).sort()).toEqual([...Array(CLIENTS - 1).fill('200'), '201']);
      const subjects = await Promise.all(answers.map(async (each) => JSON.parse(await stored(store, madeBy(each, 1))).subject.reference));
      expect(new Set(subjects)).toEqual(new Set([madeBy(answers[0] as (typeof answers)[number], 0)]));
    }, 30_000);

    test(`46: ${CLIENTS} clients with one conditional update: one 201, the others 200, consecutive versions`, async () => {
      const entries = [put('Patient?identifier=urn:s|race-2', patient('race-2')), post(patient())];
      const answers = await Promise.all(Array.from({ length: CLIENTS }, () => send(rest, entries)));
      const seen = answers.map((each) => each.json.entry[0].response as { status: string; etag: string });
      expect(seen.map(({ status }) => status).sort()).toEqual([...Array(CLIENTS - 1).fill('200'), '201']);
      expect(seen.map(({ etag }) => Number(/\d+/.exec(etag)?.[0])).sort((a, b) => a - b)).toEqual(
        Array.from({ length: CLIENTS }, (_, i) => i + 1),
      );
    }, 30_000);

    test(`66: ${CLIENTS} clients that write the same two resources leave both from one of them`, async () => {
      const both = (mark: string) => ['t1', 't2'].map((id) => put(`Patient/${id}`, patient(mark, { id })));
      await Promise.all(Array.from({ length: CLIENTS }, (_, i) => send(rest, i % 2 ? both(`m${i}`) : both(`m${i}`).toReversed())));
      const marks = await Promise.all(['t1', 't2'].map(async (id) => JSON.parse(await stored(store, `Patient/${id}`))));
      expect(marks[0].identifier).toEqual(marks[1].identifier);
      expect(marks.map(({ meta }) => meta.versionId)).toEqual([String(CLIENTS), String(CLIENTS)]);
    }, 30_000);
  });
}
