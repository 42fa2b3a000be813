/** Which resource each entry comes to: criteria, overlaps, and that the order of the entries makes no difference. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ResourceStore } from '../../../src/storage/store.ts';
import { type Client, client, refusal } from '../client.ts';
import type { OpenedStore } from '../stores.ts';
import {
  everything,
  get,
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
let number = 0;

export function identities(open: () => Promise<OpenedStore>): void {
  describe('identities in a transaction', () => {
    let opened: OpenedStore;
    let store: ResourceStore;
    let rest: Client;
    /** An identifier of each test's own, and a Patient that has it. */
    let key: string;
    let old: string;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
      rest = client({ store });
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      key = `key-${++number}`;
      old = `old-${number}`;
      await rest.call('PUT', `Patient/${old}`, { body: patient(key, { id: old }) });
    });

    const bySame = () => `Patient?identifier=urn:s|${key}`;
    const body = (more: object = {}) => patient(key, more);

    describe('72: conditional create', () => {
      test('a match: 200, nothing made, and links point to it', async () => {
        const entries = [post(body(), { fullUrl: P, ifNoneExist: `identifier=urn:s|${key}` }), post(observation(P))];
        const answer = await send(rest, entries);
        expect(statuses(answer)).toEqual(['200', '201']);
        expect(answer.json.entry[0].response).toMatchObject({
          location: expect.stringMatching(`/Patient/${old}/_history/1$`),
          etag: 'W/"1"',
        });
        expect(JSON.parse(await stored(store, madeBy(answer, 1))).subject.reference).toBe(`Patient/${old}`);
      });

      test('equal criteria twice: one made, the other 200 with it', async () => {
        const criteria = { ifNoneExist: `identifier=urn:s|new-${key}` };
        const made = patient(`new-${key}`);
        const answer = await send(rest, [post(made, criteria), post(made, { ...criteria, fullUrl: P }), post(observation(P))]);
        expect(statuses(answer).toSorted()).toEqual(['200', '201', '201']);
        expect(madeBy(answer, 0)).toBe(madeBy(answer, 1));
        expect(JSON.parse(await stored(store, madeBy(answer, 2))).subject.reference).toBe(madeBy(answer, 0));
      });

      test('equal criteria whose own resource does not fit them are still one', async () => {
        const criteria = { ifNoneExist: `identifier=urn:s|unlike-${key}` };
        const answer = await send(rest, [post(patient('other'), criteria), post(patient('other'), criteria)]);
        expect(statuses(answer).toSorted()).toEqual(['200', '201']);
      });

      test('other criteria for the same, or a plain create beside it: one made, too', async () => {
        const made = patient(`new-${key}`);
        const other = await send(rest, [
          post(made, { ifNoneExist: `identifier=urn:s|new-${key}` }),
          post(made, { ifNoneExist: `identifier=new-${key}` }),
        ]);
        expect(statuses(other).toSorted()).toEqual(['200', '201']);
        const plain = patient(`plain-${key}`);
        const beside = await send(rest, [post(plain, { ifNoneExist: `identifier=urn:s|plain-${key}` }), post(plain)]);
        expect(statuses(beside)).toEqual(['200', '201']);
        expect(madeBy(beside, 0)).toBe(madeBy(beside, 1));
      });

      test('what the Bundle deletes is no match', async () => {
        const answer = await send(rest, [post(body(), { ifNoneExist: `identifier=urn:s|${key}` }), remove(`Patient/${old}`)]);
        expect(statuses(answer)).toEqual(['201', '204']);
      });

      test('a match that the Bundle updates is no overlap', async () => {
        const answer = await send(rest, [
          post(body(), { ifNoneExist: `identifier=urn:s|${key}` }),
          put(`Patient/${old}`, body({ id: old, active: true })),
        ]);
        expect(statuses(answer)).toEqual(['200', '200']);
        expect(answer.json.entry[0].response.etag).toBe('W/"2"');
      });

      test.each([
        ['several', (_: string) => 'identifier=urn:s|several', 'ambiguous'],
        ['no filter', () => '', 'invalid'],
        ['a result parameter', (each: string) => `identifier=${each}&_count=1`, 'invalid'],
      ])('%s fail the transaction', async (_what, criteria, kind) => {
        await send(rest, [
          put(`Patient/a-${key}`, patient('several', { id: `a-${key}` })),
          put(`Patient/b-${key}`, patient('several', { id: `b-${key}` })),
        ]);
        const fault = await refusal(send(rest, [post(body()), post(body(), { ifNoneExist: criteria(key) })]));
        expect([fault.kind, fault.issues?.[0]?.expression]).toEqual([kind, ['Bundle.entry[1]']]);
      });
    });

    describe('41-46: conditional update, patch and delete', () => {
      test('find what is stored', async () => {
        const answer = await send(rest, [put(bySame(), body({ active: true })), post(observation(P))]);
        expect(statuses(answer)).toEqual(['200', '201']);
        expect(madeBy(answer, 0)).toBe(`Patient/${old}`);
        expect(statuses(await send(rest, [patch(bySame(), 'male')]))).toEqual(['200']);
        expect(JSON.parse(await stored(store, `Patient/${old}`))).toMatchObject({ active: true, gender: 'male', meta: { versionId: '3' } });
        expect(statuses(await send(rest, [remove(bySame())]))).toEqual(['204']);
        expect((await store.read('Patient', old))?.json).toBeUndefined();
        expect(statuses(await send(rest, [remove(bySame())]))).toEqual(['204']);
      });

      test('find nothing: an update creates, and links find it', async () => {
        const nobody = `Patient?identifier=urn:s|nobody-${key}`;
        const entries = [put(nobody, patient(`nobody-${key}`), {}, P), post(observation(P, { focus: [{ reference: `${P}/_history/4` }] }))];
        const answer = await send(rest, entries);
        expect(statuses(answer)).toEqual(['201', '201']);
        expect(JSON.parse(await stored(store, madeBy(answer, 1)))).toMatchObject({
          subject: { reference: madeBy(answer, 0) },
          focus: [{ reference: `${madeBy(answer, 0)}/_history/1` }],
        });
        expect(
          statuses(await send(rest, [put(`Patient?identifier=urn:s|given-${key}`, patient(`given-${key}`, { id: `given-${key}` }))])),
        ).toEqual(['201']);
      });

      test.each<[string, () => Sent, string]>([
        ['another id', () => put(bySame(), body({ id: 'another' })), 'invalid'],
        ['an id that is taken', () => put(`Patient?identifier=urn:s|nobody-${key}`, body({ id: old })), 'conflict'],
        ['ifMatch that does not hold', () => put(bySame(), body(), { ifMatch: 'W/"9"' }), 'stale'],
        ['ifMatch and nothing found', () => put(`Patient?identifier=urn:s|nobody-${key}`, body(), { ifMatch: '*' }), 'stale'],
        ['ifNoneMatch and one found', () => put(bySame(), body(), { ifNoneMatch: '*' }), 'stale'],
        ['ifNoneMatch of a version', () => put(bySame(), body(), { ifNoneMatch: 'W/"9"' }), 'invalid'],
        ['a patch with ifNoneMatch', () => patch(bySame(), 'male', { ifNoneMatch: '*' }), 'not-supported'],
        ['a delete with ifNoneExist', () => remove(bySame(), { ifNoneExist: 'active=true' }), 'not-supported'],
        ['a patch and nothing found', () => patch(`Patient?identifier=urn:s|nobody-${key}`, 'male'), 'not-found'],
        ['a patch with ifMatch that does not hold', () => patch(bySame(), 'male', { ifMatch: 'W/"9"' }), 'stale'],
        ['a delete with ifMatch that does not hold', () => remove(bySame(), { ifMatch: 'W/"9"' }), 'stale'],
        ['no filter', () => put('Patient', body()), 'invalid'],
      ])('%s: refused at the entry', async (_what, entry, kind) => {
        const before = await everything(store);
        const fault = await refusal(send(rest, [post(patient()), entry()]));
        expect([fault.kind, fault.issues?.[0]?.expression?.[0]]).toEqual([kind, 'Bundle.entry[1]']);
        expect(await everything(store)).toBe(before);
      });

      test('44: several are deleted by configuration only', async () => {
        await send(rest, [put(`Patient/more-${key}`, body({ id: `more-${key}` }))]);
        expect((await refusal(send(rest, [remove(bySame())]))).kind).toBe('ambiguous');
        const several = client({ store, deleteSeveral: true });
        expect(statuses(await send(several, [remove(bySame())]))).toEqual(['204']);
        expect((await rest.call('GET', `${bySame()}&_summary=count`)).json.total).toBe(0);
      });
    });

    describe('68: one resource written or deleted twice', () => {
      const theOld = (more: object = {}) => put(`Patient/${old}`, body({ id: old, ...more }));
      test.each<[string, () => readonly Sent[]]>([
        ['PUT twice', () => [theOld(), theOld({ active: true })]],
        ['DELETE and PUT', () => [remove(`Patient/${old}`), theOld()]],
        ['DELETE twice', () => [remove(`Patient/${old}`), remove(`Patient/${old}`)]],
        ['PUT and PATCH', () => [theOld(), patch(`Patient/${old}`, 'male')]],
        ['PUT and conditional PUT', () => [theOld(), put(bySame(), body())]],
        ['PUT and conditional PATCH', () => [theOld(), patch(bySame(), 'male')]],
        ['PUT and conditional DELETE', () => [theOld(), remove(bySame())]],
        ['DELETE and conditional DELETE', () => [remove(`Patient/${old}`), remove(bySame())]],
        ['conditional PUT twice', () => [put(bySame(), body()), put(bySame(), body())]],
        ['conditional PUT twice, by other criteria', () => [put(bySame(), body()), put(`Patient?_id=${old}`, body())]],
        [
          'conditional PUT twice, and nothing found',
          () => [put(`${bySame()}&active=true`, body()), put(`${bySame()}&active=true`, body())],
        ],
        [
          'conditional PUT of what another PUT makes',
          () => [put(`Patient/n-${key}`, patient(`n-${key}`, { id: `n-${key}` })), put(`Patient?identifier=n-${key}`, patient(`n-${key}`))],
        ],
        [
          'conditional PUT of what a POST makes',
          () => [post(patient(`n-${key}`)), put(`Patient?identifier=n-${key}`, patient(`n-${key}`))],
        ],
      ])('%s: 400', async (_what, entries) => {
        const before = await everything(store);
        for (const order of [entries(), entries().toReversed()]) {
          const fault = await refusal(send(rest, order));
          expect([fault.kind, fault.message]).toEqual(['invalid', expect.stringContaining('writes each resource once')]);
        }
        expect(await everything(store)).toBe(before);
      });

      test('a conditional PUT beside a DELETE of what it would find creates', async () => {
        expect(statuses(await send(rest, [put(bySame(), body()), remove(`Patient/${old}`)]))).toEqual(['201', '204']);
      });
    });

    test('35: a url and version that another resource has is told at the entry, and may change hands', async () => {
      const plan = (version: string, id?: string) => ({
        resourceType: 'PlanDefinition',
        status: 'draft',
        url: `http://x/${key}`,
        version,
        ...(id && { id }),
      });
      const [a, b] = [`a-${key}`, `b-${key}`];
      expect(statuses(await send(rest, [put(`PlanDefinition/${a}`, plan('1', a)), put(`PlanDefinition/${b}`, plan('2', b))]))).toEqual([
        '201',
        '201',
      ]);
      const taken = await refusal(send(rest, [post(body()), post(plan('1'))]));
      expect([taken.kind, taken.issues?.[0]?.expression]).toEqual(['conflict', ['Bundle.entry[1]']]);
      expect((await refusal(send(rest, [post(plan('3')), post(plan('3'))]))).issues?.[0]?.expression).toEqual(['Bundle.entry[1]']);
      expect(statuses(await send(rest, [put(`PlanDefinition/${a}`, plan('2', a)), put(`PlanDefinition/${b}`, plan('1', b))]))).toEqual([
        '200',
        '200',
      ]);
      expect(statuses(await send(rest, [remove(`PlanDefinition/${a}`), post(plan('2'))]))).toEqual(['204', '201']);
    });

    test('65: the entries in any order give the same', async () => {
      const entries = (tag: string) => [
        post(patient(`p-${tag}`), { fullUrl: P, ifNoneExist: `identifier=urn:s|p-${tag}` }),
        post(patient(`p-${tag}`, { active: true }), { ifNoneExist: `identifier=urn:s|p-${tag}` }),
        post(observation(P, { note: [{ text: 'one' }] }), { fullUrl: 'urn:uuid:o' }),
        post(observation(`Patient?identifier=urn:s|q-${tag}`, { derivedFrom: [{ reference: 'urn:uuid:o' }] })),
        put(`Patient/q-${tag}`, patient(`q-${tag}`, { id: `q-${tag}` })),
        put(`Patient?identifier=urn:s|r-${tag}`, patient(`r-${tag}`, { generalPractitioner: [{ reference: 'urn:uuid:pr' }] })),
        post({ resourceType: 'Practitioner' }, { fullUrl: 'urn:uuid:pr' }),
        remove(`Patient/old-${tag}`),
        get(`Patient/q-${tag}`),
        get(`Patient?identifier=urn:s|p-${tag}&_elements=identifier`),
      ];
      /** What became of it, with ids and times that each run has of its own left out; ids are named by where they stand first. */
      const run = async (seed: number): Promise<string> => {
        const tag = `${key}-${seed}`;
        await rest.call('PUT', `Patient/old-${tag}`, { body: patient(`p-${tag}`, { id: `old-${tag}` }) });
        const order = shuffled(
          entries(tag).map((entry, i) => ({ entry, i })),
          seed,
        );
        const answer = await send(
          rest,
          order.map(({ entry }) => entry),
          { return: 'representation' },
        );
        const inPlace = order
          .map(({ i }, at) => ({ i, entry: answer.json.entry[at] }))
          .sort((a, b) => a.i - b.i)
          .map(({ entry }) => entry);
        const names = new Map<string, string>();
        const named = (id: string) => names.get(id) ?? names.set(id, `id${names.size}`).get(id) ?? '';
        return JSON.stringify(inPlace)
          .replaceAll(tag, 'TAG')
          .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, named)
          .replace(/"fullUrl":"[^"]*",/g, '')
          .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
      };
      const first = await run(0);
      for (let seed = 1; seed <= Number(process.env.SHUFFLES ?? 6); seed++) expect([seed, await run(seed)]).toEqual([seed, first]);
    });
  });
}
