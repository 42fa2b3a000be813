/** What the adapter sends, and what becomes of a unit when the database or the network fails in the middle of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createReadiness } from '../../../src/http/readiness.ts';
import type { Condition } from '../../../src/search/query.ts';
import { collections } from '../../../src/storage/mongodb/collections.ts';
import { migrate } from '../../../src/storage/mongodb/schema.ts';
import { sweep } from '../../../src/storage/mongodb/sweep.ts';
import type { OpenStore } from '../../../src/stores.ts';
import { find, has, key, outcomes, post, put, query, remove, write } from '../changes.ts';
import { type FailPoint, onWireServer, type Watched, watched } from './opening.ts';
import type { Command, Cut } from './wire-proxy.ts';

jest.setTimeout(60_000);

await onWireServer('MongoDB and its faults', (server) => {
  if (!server.isOurs) {
    test.skip('did not run: they need a server whose faults may be provoked, and MONGODB_URI names another', () => undefined);
    return;
  }
  let wire: Watched;
  let opened: OpenStore;
  beforeAll(async () => {
    wire = await watched(server);
    opened = await wire.open(
      {},
      wire.url('faults', '&w=1&journal=false&readConcernLevel=local&readPreference=secondary&retryWrites=false'),
    );
  });
  afterAll(() => wire.close());

  describe('on the wire', () => {
    const sent = async (work: () => Promise<unknown>): Promise<readonly Command[]> => {
      await opened.store.read('Basic', 'nobody'); // what a poll sent before is gone
      wire.proxy.taken();
      await work();
      return wire.proxy.taken().filter(({ body }) => !['meta', 'revisions'].includes(String(body.find)));
    };
    const value = (body: Command['body'], name: string) => JSON.stringify(body[name]);

    test('every statement of a unit carries its session and transaction, the first the read concern, the commit alone the write concern', async () => {
      const name = key('identifier', key('s|', 'wire'));
      await write(opened.store, post('ValueSet', 'matched', { keys: [name] }));
      await write(opened.store, post('ValueSet', 'wire', { claims: [key('ValueSet', key('http://wire', '1'))] }));
      const commands = await sent(() =>
        opened.store.write(
          [put('ValueSet', 'wire', { keys: [name], claims: [key('ValueSet', key('http://wire', '2'))] }), remove('Basic', 'nobody')],
          [
            { query: query('ValueSet', has(name)), ids: ['matched'] },
            { query: query('Task', { kind: 'refers', parameter: 'for', types: ['Basic'], where: has(name) }), ids: [] },
          ],
        ),
      );
      expect(commands.map(({ name, body }) => `${name} ${name === 'commitTransaction' ? '' : body[name]}`.trim())).toEqual([
        ...[
          'find current',
          'find current',
          'find current',
          'find current',
          'find claims',
          'delete claims',
          'insert claims',
          'insert versions',
          'update versions',
        ],
        ...['update current', 'update guards', 'findAndModify meta', 'insert revisions', 'commitTransaction'],
      ]);
      for (const [i, { body }] of commands.entries()) {
        expect(value(body, 'lsid')).toBe(value(commands[0]?.body ?? {}, 'lsid'));
        expect(body.txnNumber).toEqual(commands[0]?.body.txnNumber);
        expect(body.txnNumber).toBeDefined();
        expect(body.autocommit).toBe(false);
        expect(body.startTransaction).toBe(i === 0 ? true : undefined);
        expect(body.readConcern).toEqual(i === 0 ? { level: 'snapshot' } : undefined);
        expect(body.writeConcern).toEqual(i === commands.length - 1 ? { w: 'majority', j: true, wtimeout: expect.anything() } : undefined);
      }
    });

    test('the steps of several chains in one expectation go one after the other: a session is not for two statements at once', async () => {
      const chain = (code: string): Condition => ({ kind: 'refers', parameter: code, types: ['Basic'], where: has(code) });
      const where: Condition = { kind: 'or', conditions: ['a', 'b', 'c', 'd'].map(chain) };
      for (const changes of [[], [post('Task', 'chained')]]) {
        const commands = await sent(() => opened.store.write(changes, [{ query: query('Task', where), ids: [] }]));
        const statements = commands.map(({ name, body }) => [name, body.startTransaction, body.txnNumber]);
        expect(statements.filter(([name]) => name === 'commitTransaction')).toHaveLength(1);
        expect(statements.map(([, started]) => started)).toEqual([true, ...Array(statements.length - 1).fill(undefined)]);
      }
    });

    test('reads are majority reads, whatever the address says; what stands alone is acknowledged by a majority and on disk', async () => {
      const reads = await sent(async () => {
        await opened.store.read('Basic', 'a');
        await opened.store.search(query('Basic', has('a'), { total: true }));
        await opened.store.history({}, { count: 3 });
        await opened.ledger.list('kind', { count: 3 });
      });
      for (const { body } of reads) expect(body.readConcern).toEqual({ level: 'majority' });
      const [append] = await sent(() => opened.ledger.append('kind', {}, { key: 'k' }));
      expect(append?.body.writeConcern).toEqual({ w: 'majority', j: true, wtimeout: expect.anything() });
    });

    test('what a first start writes is acknowledged by a majority and on disk, whatever the address says', async () => {
      wire.proxy.taken();
      await wire.open({}, wire.url(undefined, '&w=1&journal=false'));
      const writes = wire.proxy.taken().filter(({ body }) => body.update === 'meta' && body.autocommit === undefined);
      expect(writes.length).toBeGreaterThan(1);
      for (const { body } of writes) expect(body.writeConcern).toEqual({ w: 'majority', j: true });
    });

    const many = { keys: ['many'] };
    beforeAll(async () => {
      for (let i = 0; i < 251; i++) await opened.ledger.append('many', {});
    });
    test.each<[number, string, () => Promise<unknown>]>([
      [1, 'a read', () => opened.store.read('Basic', 'a')],
      [1, 'a read of one version', () => opened.store.read('Basic', 'a', 1)],
      [1, 'a page of a search', () => opened.store.search(query('Basic', has('a'), { sort: [{ parameter: 'x', descending: true }] }))],
      [2, 'a page with its total', () => opened.store.search(query('Basic', has('a'), { total: true }))],
      [1, 'a total alone', () => opened.store.search(query('Basic', has('a'), { count: 0 }))],
      [
        2,
        'a chain',
        () => opened.store.search(query('Basic', { kind: 'refers', parameter: 'subject', types: ['Patient'], where: has('a') })),
      ],
      [2, 'the history of one resource, with its total', () => opened.store.history({ type: 'Basic', id: 'a' }, { count: 5 })],
      [2, 'the history of a type, with its total', () => opened.store.history({ type: 'Basic' }, { count: 5 })],
      [2, 'the history of all, with its total', () => opened.store.history({}, { count: 5 })],
      [0, 'what changed', () => opened.store.changes(1)],
      [4, 'a create', () => opened.store.write([post('Basic', 'trips')])],
      [5, 'an update', () => opened.store.write([put('Basic', 'trips')])],
      [5, 'a deletion', () => opened.store.write([remove('Basic', 'trips')])],
      [4, '250 creates in one unit', () => opened.store.write(Array.from({ length: 250 }, (_, i) => post('Basic', `trips-${i}`, many)))],
      [5, '250 updates in one unit', () => opened.store.write(Array.from({ length: 250 }, (_, i) => put('Basic', `trips-${i}`, many)))],
      [1, 'a page of 250', () => opened.store.search(query('Basic', has('many'), { count: 250 }))],
      [2, 'a history of 250, with its total', () => opened.store.history({ type: 'Basic' }, { count: 250 })],
      [
        2,
        'a chain over 250',
        () => opened.store.search(query('Task', { kind: 'refers', parameter: 'for', types: ['Basic'], where: has('many') })),
      ],
      [1, '250 records of the ledger', () => opened.ledger.list('many', { count: 250 })],
      [
        6,
        'a conditional create',
        () =>
          opened.store.write(
            [post('Basic', 'cond', { keys: ['identifier\u001f\u001fc'] })],
            [{ query: query('Basic', has('identifier\u001f\u001fc')), ids: [] }],
          ),
      ],
      [1, 'a record of the ledger', () => opened.ledger.append('kind', {}, { key: 'trip' })],
    ])('%i round trips: %s', async (trips, _, work) => {
      expect(await sent(work)).toHaveLength(trips);
    });
  });

  describe('a unit that is disturbed is written once and whole', () => {
    const TRANSIENT = ['TransientTransactionError'];
    const faults: readonly FailPoint[] = [
      ...['find', 'insert', 'update', 'commitTransaction'].flatMap((command) => [
        { failCommands: [command], errorCode: 112, errorLabels: TRANSIENT }, // WriteConflict
        { failCommands: [command], errorCode: 251, errorLabels: TRANSIENT }, // NoSuchTransaction
        { failCommands: [command], errorCode: 10107 }, // NotWritablePrimary
        { failCommands: [command], errorCode: 189 }, // PrimarySteppedDown
        { failCommands: [command], closeConnection: true },
      ]),
      { failCommands: ['commitTransaction'], errorCode: 91, errorLabels: ['RetryableWriteError'] }, // ShutdownInProgress
      { failCommands: ['commitTransaction'], errorCode: 64, errorLabels: ['UnknownTransactionCommitResult'] },
      { failCommands: ['commitTransaction'], writeConcernError: { code: 64, errmsg: 'timed out' } },
      { failCommands: ['commitTransaction'], writeConcernError: { code: 91, errmsg: 'stops', errorLabels: ['RetryableWriteError'] } },
    ];

    /** Writes a unit while something goes wrong: it must come out as if nothing had. */
    async function undisturbed(id: string, disturb: () => unknown): Promise<void> {
      await opened.store.write([post('Basic', id, { keys: ['before'] }), post('Flag', id)]);
      await disturb();
      const written = await opened.store.write([put('Basic', id, { keys: [`after-${id}`] }), put('Flag', id)]);
      await wire.fail({ failCommands: [] }, 'off');
      expect(written.map(({ outcome, version }) => [outcome, version?.versionId])).toEqual([
        ['updated', 2],
        ['updated', 2],
      ]);
      for (const type of ['Basic', 'Flag'] as const) {
        const { items } = await opened.store.history({ type, id }, { count: 9 });
        expect(items.map(({ versionId }) => versionId)).toEqual([2, 1]);
        expect(await opened.store.read(type, id)).toEqual(items[0]);
      }
      expect(await find(opened.store, 'Basic', has(`after-${id}`))).toEqual([id]);
    }

    test.each(faults)('%j', async (fault) => {
      const times = 1 + (faults.indexOf(fault) % 3);
      await undisturbed(`fault-${faults.indexOf(fault)}`, () => wire.fail(fault, { times }));
    });

    const cuts = ['find', 'insert', 'update', 'commitTransaction'].flatMap((command) =>
      (['before', 'after'] as const).flatMap((when) => [1, 3].map((times): Cut => ({ command, when, times }))),
    );
    test.each(cuts)('the connection is cut $when $command, $times times', async (cut) => {
      await undisturbed(`cut-${cuts.indexOf(cut)}`, () => wire.proxy.cut(cut));
    });

    test.each(['insert', 'update', 'commitTransaction'])('the primary steps down before %s', async (command) => {
      await undisturbed(`step-${command}`, () =>
        wire.proxy.hold(command, () => wire.client.db('admin').command({ replSetStepDown: 1, force: true })),
      );
    });

    test('the commit was carried out, its answer lost, and the server has forgotten the transaction: the unit knows its own rows', async () => {
      const other = await wire.open({}, wire.url('faults'));
      await write(opened.store, post('Basic', 'forgotten', { keys: ['forgotten'] }));
      wire.proxy.cut({ command: 'commitTransaction', when: 'after', times: 1 });
      wire.proxy.hold('commitTransaction', async () => {
        wire.proxy.hold('commitTransaction', async () => {
          await write(other.store, put('Basic', 'forgotten', { keys: ['other'] })); // nor is it confused by who wrote since
          await wire.fail({ failCommands: ['commitTransaction'], errorCode: 251, errorLabels: TRANSIENT });
        });
      });
      wire.proxy.taken();
      const { outcome, version } = await write(opened.store, put('Basic', 'forgotten', { ifMatch: [1] }));
      expect([outcome, version?.versionId]).toEqual(['updated', 2]);
      const looked = wire.proxy.taken().filter(({ body }) => body.aggregate === 'versions');
      expect(looked).toEqual([expect.objectContaining({ body: expect.objectContaining({ startTransaction: true, autocommit: false }) })]);
      expect(await opened.store.read('Basic', 'forgotten', 2)).toEqual(version);
      expect((await opened.store.read('Basic', 'forgotten'))?.versionId).toBe(3);
    });

    test('tried again it takes the time anew: who polls by time does not miss it', async () => {
      let seconds = 0;
      const clocked = await wire.open({ now: () => new Date(Date.UTC(2030, 0, 1, 0, 0, seconds++)) }, wire.url('faults'));
      await wire.fail({ failCommands: ['commitTransaction'], errorCode: 251, errorLabels: TRANSIENT });
      const { version } = await write(clocked.store, put('Basic', 'clocked'));
      expect(version?.lastUpdated).toBe('2030-01-01T00:00:01.000Z');
      expect(JSON.parse(String(version?.json)).meta.lastUpdated).toBe(version?.lastUpdated);
    });

    test('a record of the ledger is not taken for a replay of itself', async () => {
      for (const when of ['before', 'after'] as const) {
        wire.proxy.cut({ command: 'update', when, times: 1 });
        expect(await opened.ledger.append('once', {}, { key: when })).toBe(true);
        expect(await opened.ledger.append('once', {}, { key: when })).toBe(false);
      }
    });

    test('many writes at once do not overrun the database', async () => {
      const writes = Array.from({ length: 400 }, (_, i) => opened.store.write([put('Basic', `crowd-${i % 200}`)]));
      expect(await outcomes(writes)).toEqual({ created: 200, updated: 200 });
    });

    test('a change that is refused leaves nothing behind', async () => {
      await write(opened.store, post('Basic', 'refused'));
      const counts = async () =>
        Promise.all(['current', 'versions', 'guards', 'claims'].map((name) => wire.client.db('faults').collection(name).countDocuments()));
      const before = await counts();
      const claims = [key('ValueSet', key('http://refused', '1'))];
      const late = [
        post('ValueSet', 'refused-a', { claims, keys: [key('url', 'http://refused')] }),
        post('ValueSet', 'refused-b', { claims }),
      ];
      await expect(opened.store.write(late)).rejects.toMatchObject({ kind: 'conflict' });
      await wire.fail({ failCommands: ['update'], errorCode: 2 }); // BadValue: not to be tried again
      await expect(opened.store.write([post('Basic', 'refused-c')])).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await counts()).toEqual(before);
    });

    test('tried in vain, it is 503 with Retry-After, for those that wait for it as well', async () => {
      const hasty = await wire.open({ tryForMs: 400 }, wire.url('faults'));
      await wire.fail({ failCommands: ['insert'], errorCode: 112, errorLabels: TRANSIENT }, 'alwaysOn' as 'off');
      const writes = Array.from({ length: 60 }, () => hasty.store.write([put('Basic', 'vain')]));
      await expect(hasty.store.write([put('Basic', 'vain')])).rejects.toMatchObject({
        ...{ kind: 'unavailable', headers: { 'Retry-After': expect.stringMatching(/^[1-9]\d*$/) } },
      });
      expect(await outcomes(writes)).toEqual({ unavailable: 60 });
      await wire.fail({ failCommands: [] }, 'off');
      expect((await write(hasty.store, put('Basic', 'vain'))).version?.versionId).toBe(1);
    });
  });

  test('the writer sees its change in what changed next, though reading the counter failed behind the write', async () => {
    const { revision } = await opened.store.changes(0);
    wire.proxy.hold('commitTransaction', async () => wire.proxy.cut({ command: 'find', when: 'before', times: 2 })); // the driver reads twice
    await write(opened.store, put('ValueSet', 'behind'));
    expect((await opened.store.changes(revision)).changed).toEqual([{ type: 'ValueSet', id: 'behind' }]);
  });

  test('a counter that rose without the rows that belong to it: everything counts as changed', async () => {
    const { store } = opened;
    await write(store, put('ValueSet', 'counted'));
    const { revision } = await store.changes(0);
    expect(await store.changes(revision)).toEqual({ revision, changed: [] });
    await wire.client
      .db('faults')
      .collection('meta')
      .updateOne({ _id: 'revision' as never }, { $inc: { value: 3 } });
    for (let tries = 0; tries < 100 && (await store.changes(0)).revision === revision; tries++) await sleep(50);
    expect(await store.changes(revision)).toEqual({ revision: revision + 3, changed: 'all' });
  });

  describe('limits', () => {
    test('a search that takes too long is too costly', async () => {
      await wire.fail({ failCommands: ['aggregate'], errorCode: 50 });
      await expect(opened.store.search(query('Basic', has('a')))).rejects.toMatchObject({ kind: 'too-costly' });
    });

    const many = (count: number) => Array.from({ length: count }, (_, i) => key('code', `http://${'x'.repeat(200)}|${i}`));

    test('a small text with more index entries than a document may have is refused with a sentence', async () => {
      await expect(opened.store.write([put('CodeSystem', 'wide', { keys: many(90_000) })])).rejects.toMatchObject({ kind: 'too-large' });
      await write(opened.store, post('CodeSystem', 'narrow'));
      const entries = { keys: many(90_000), texts: [], ranges: [], present: [], sort: {} };
      const row = { type: 'CodeSystem', id: 'narrow', versionId: 1, entries, parametersHash: 'h', claims: [] } as const;
      await expect(opened.upkeep.reindex([row])).rejects.toMatchObject({ kind: 'too-large' });
    });

    test.each<[string, Condition]>([
      ['values', has(...many(90_000))],
      ['text', { kind: 'text-prefix', prefix: 'x'.repeat(40_000) }],
    ])('a search by more %s than a statement may have is too costly', async (_, where) => {
      await expect(opened.store.search(query('Basic', where))).rejects.toMatchObject({ kind: 'too-costly' });
      await expect(opened.store.write([put('Basic', 'b')], [{ query: query('Basic', where), ids: [] }])).rejects.toMatchObject({
        kind: 'too-costly',
      });
    });

    test.each([15.9, 16.1, 17.5, 40])('a resource of %d MB is kept or refused with a sentence', async (megabytes) => {
      const members = { text: 'x'.repeat(megabytes * 1024 * 1024) };
      const writing = write(opened.store, put('Basic', `large-${megabytes}`, { members }));
      if (megabytes < 16) expect((await writing).outcome).toBe('created');
      else await expect(writing).rejects.toMatchObject({ kind: 'too-large' });
    });
  });

  describe('a database that is away', () => {
    test('makes requests 503 and the server not ready, and comes back by itself', async () => {
      const { store, ledger } = await wire.open({ selectionMs: 300, tryForMs: 600 }, wire.url('faults'));
      const ready = () => createReadiness(store).ready();
      await write(store, put('Basic', 'away'));
      expect(await ready()).toBe(true);
      wire.proxy.away(true);
      const calls = () => [
        store.read('Basic', 'away'),
        store.search(query('Basic', has('a'))),
        store.history({}, { count: 1 }),
        store.write([put('Basic', 'away')]),
        ledger.append('away', {}),
      ];
      for (const result of await Promise.allSettled(calls())) {
        expect(result).toMatchObject({ reason: { kind: 'unavailable', headers: { 'Retry-After': '2' } } });
      }
      expect(await ready()).toBe(false);
      wire.proxy.away(false);
      for (let tries = 0; tries < 50 && !(await ready()); tries++);
      await Promise.all(calls());
      expect((await store.read('Basic', 'away'))?.versionId).toBe(2);
    });
  });

  test('a database that falls silent without a word is given up, and taken again', async () => {
    const { store } = await wire.open({ tryForMs: 2_000 }, wire.url('faults'));
    await write(store, put('Basic', 'silent'));
    wire.proxy.silent(true);
    const calls = () => [store.read('Basic', 'silent'), store.search(query('Basic', has('a'))), store.write([put('Basic', 'silent')])];
    expect((await Promise.allSettled(calls())).map((result) => (result.status === 'rejected' ? result.reason.kind : result))).toEqual([
      ...Array(3).fill('unavailable'),
    ]);
    wire.proxy.silent(false);
    for (let tries = 0; tries < 50 && !(await createReadiness(store).ready()); tries++);
    await Promise.all(calls());
    const { items } = await store.history({ type: 'Basic', id: 'silent' }, { count: 9 });
    expect(items.map(({ versionId }) => versionId)).toEqual(items.map((_, i) => items.length - i));
  });

  test('what is over is swept, and nothing else', async () => {
    const database = wire.client.db('swept');
    const parts = collections(database);
    const now = new Date('2030-01-01T00:00:00Z');
    const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
    const record = { kind: 'k', at: ago(9_999), n: 1, record: '{}' };
    await parts.ledger.insertMany([
      { ...record, _id: 'over', until: ago(0) },
      { ...record, _id: 'living', until: ago(-1) },
      { ...record, _id: 'for ever' },
    ]);
    await parts.guards.insertMany([
      { _id: 'idle', n: 1, at: ago(3_601) },
      { _id: 'in use', n: 1, at: ago(3_500) },
    ]);
    await parts.meta.insertOne({ _id: 'revision', value: 10_010 });
    await parts.revisions.insertMany([9, 10, 11, 10_010].map((_id) => ({ _id, type: 'ValueSet', id: 'a' })));
    await sweep(parts, now);
    const left = await Promise.all([parts.ledger, parts.guards, parts.revisions].map((each) => each.distinct('_id' as never)));
    expect(left.map((ids) => [...ids])).toEqual([['living', 'for ever'], ['in use'], [11, 10_010]]);
  });

  test('a layout is brought forward once, step by step; the release before does not start on it again', async () => {
    const database = wire.client.db('layout');
    const done: string[] = [];
    const step = (name: string) => async () => void done.push(name);
    const [one, two, three] = [step('one'), step('two'), step('three')] as const;
    await migrate(database, [one]);
    await migrate(database, [one, two, three]);
    await migrate(database, [one, two, three]);
    expect(done).toEqual(['one', 'two', 'three']);
    await expect(migrate(database, [one, two])).rejects.toThrow(/layout 3, this release knows 2/);
  });

  describe('at the start', () => {
    const PASSWORD = 'geheim-4711';
    const start = async (url: string, options: Parameters<Watched['open']>[0] = {}) => {
      const lines: string[] = [];
      const error = await wire.open({ retryForMs: 500, selectionMs: 100, log: (line) => lines.push(line), ...options }, url).then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(inspect(error, { depth: 20 }) + lines.join()).not.toContain(PASSWORD);
      return { message: error?.message, lines };
    };

    test('a server without transactions is refused, whatever it says of itself', async () => {
      await wire.fail({ failCommands: ['insert'], errorCode: 20 });
      expect((await start(wire.url())).message).toMatch(/no transactions.*--replSet/);
      wire.proxy.hold('delete', async () => {
        const probe = wire.proxy.taken().findLast(({ name }) => name === 'insert')?.body as { documents: { _id: string }[]; $db: string };
        await wire.client
          .db(probe.$db)
          .collection('meta')
          .insertOne(probe.documents[0] as never); // what was aborted is there
      });
      expect((await start(wire.url())).message).toMatch(/no transactions.*--replSet/);
    });

    test('a server that is not there is tried for the time given, with a line each time, then given up', async () => {
      const { message, lines } = await start(`mongodb://user:${PASSWORD}@127.0.0.1:1/ramus?directConnection=true`);
      expect(message).toMatch(/did not answer within .* s/);
      expect(lines[0]).toMatch(/try 1/);
    });

    test('a server that comes while it is tried is taken', async () => {
      wire.proxy.away(true);
      const started = start(wire.url(), { retryForMs: 20_000, log: () => wire.proxy.away(false) });
      expect((await started).message).toBeUndefined();
    });

    test('a user who is not let in is told at once', async () => {
      const url = wire.url().replace('//', `//user:${PASSWORD}@`);
      expect(await start(url, { retryForMs: 60_000 })).toMatchObject({ message: expect.stringMatching(/password/), lines: [] });
    });

    test.each([
      `mongodb://user:${PASSWORD}@`,
      `mongodb://user:${PASSWORD}@host:99999/x`,
      `mongodb://user:${PASSWORD}@a/x?replicaSet=a&replicaSet=b&nonsense=1`,
      `mongodb://user:${PASSWORD}%zz@host/x`,
      `mongodb+srv://user:${PASSWORD}@host/x`,
      `mongodb://user:${PASSWORD}@host/x?tls=perhaps`,
    ])('an address that cannot be used is refused without being repeated (%#)', async (url) => {
      expect((await start(url, { retryForMs: 0 })).message).toMatch(/DATABASE_URL/);
    });

    test('credentials are in no error of a running server, nor in what it says of itself', async () => {
      await wire.client.db('admin').command({ createUser: 'ramus', pwd: PASSWORD, roles: ['root'] });
      const url = wire.url('secret', '&authSource=admin').replace('//', `//ramus:${PASSWORD}@`);
      const store = await wire.open({ selectionMs: 100, tryForMs: 200 }, url);
      wire.proxy.away(true);
      const faults = await Promise.allSettled([store.store.read('Basic', 'a'), store.store.write([put('Basic', 'a')])]);
      wire.proxy.away(false);
      expect(faults.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(inspect(faults, { depth: 20 })).not.toContain(PASSWORD);
      expect(store.kind).toMatch(/^MongoDB at 127\.0\.0\.1:\d+, database secret$/);
    });

    test('an index that stands in another’s place, or answers for some rows only, is named', async () => {
      const name = 't_1_s_1';
      for (const [keys, options] of [
        [{ t: 1 }, {}],
        [{ t: 1, s: 1 }, { sparse: true }],
      ] as const) {
        const database = wire.client.db(`faults-index-${Object.keys(options).length}`);
        await database.collection('current').createIndex(keys, { name, ...options });
        expect((await start(wire.url(database.databaseName))).message).toMatch(/"current".*index/);
      }
    });

    test('an index that was dropped is made again', async () => {
      await wire.client.db('faults').collection('current').dropIndex('t_1_s_1');
      expect((await start(wire.url('faults'))).message).toBeUndefined();
      expect(await wire.client.db('faults').collection('current').indexExists('t_1_s_1')).toBe(true);
    });

    test.each(['a.b', `x@${PASSWORD}`])('a name that no database may have is refused (%#)', async (name) => {
      expect((await start(`mongodb://127.0.0.1:1/${name}.c`)).message).toMatch(/DATABASE_URL cannot be used/);
    });

    test('a newer layout is refused; any number of processes may make an empty one at once', async () => {
      const url = wire.url();
      const started = await Promise.all(Array.from({ length: 4 }, () => start(url, { retryForMs: 20_000 })));
      expect(started.map(({ message }) => message)).toEqual(Array(4).fill(undefined));
      const database = wire.client.db(new URL(url).pathname.slice(1));
      await database.collection('meta').updateOne({ _id: 'schema' as never }, { $set: { value: 99 } });
      expect((await start(url)).message).toMatch(/layout 99.*newer release/);
    });
  });
});
