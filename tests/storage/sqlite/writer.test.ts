/** The writer: groups, faults, and what happens to those who wait. */
import { mkdirSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../../src/storage/sqlite/connection.ts';
import { raw } from '../../../src/storage/sqlite/fragment.ts';
import { migrate } from '../../../src/storage/sqlite/layout.ts';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { readTypes } from '../../../src/storage/sqlite/types.ts';
import { commitGroup } from '../../../src/storage/sqlite/write/group-commit.ts';
import { runTask } from '../../../src/storage/sqlite/write/run-task.ts';
import type { Reply, Request, Task } from '../../../src/storage/sqlite/write/tasks.ts';
import { openWriter } from '../../../src/storage/sqlite/write/writer.ts';
import { post, put, write } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let count = 0;
let path: string;
let connection: Connection;
beforeEach(() => {
  path = `${folder.path}/writer-${++count}.db`;
  connection = connect(path, 'writes');
  connection.exec('PRAGMA journal_mode=WAL');
  migrate(connection, path);
});
afterEach(() => connection.close());

const writing = (...changes: readonly ReturnType<typeof put>[]): Task => ({ kind: 'write', changes, expectations: [] });

/** However slow the machine is. */
const AT_LEISURE = { tasks: 100, milliseconds: Number.POSITIVE_INFINITY };

/** Commits tasks as one group. */
function commit(tasks: readonly Task[], over = connection): readonly Reply[] {
  const types = readTypes(connection);
  const [first, ...rest] = tasks.map((task, number): Request => ({ number, task }));
  if (!first) return [];
  return commitGroup(
    over,
    first,
    () => rest.shift(),
    (task) => runTask(over, types, task),
    AT_LEISURE,
  );
}

const kinds = (replies: readonly Reply[]) => replies.map((reply) => ('fault' in reply ? reply.fault.kind : 'done'));
const rows = () => connection.get(raw('SELECT count(*) FROM resource WHERE deleted = 0'))?.[0];

describe('a group', () => {
  test('is one transaction; a task that fails is taken back alone', () => {
    const said: string[] = [];
    const spy = {
      ...connection,
      get inTransaction() {
        return connection.inTransaction;
      },
      exec: (text: string) => {
        said.push(text);
        connection.exec(text);
      },
    };
    const replies = commit(
      [writing(post('Basic', 'a')), writing(post('Basic', 'b'), post('Basic', 'a')), writing(post('Basic', 'c'))],
      spy,
    );
    expect(kinds(replies)).toEqual(['done', 'conflict', 'done']);
    expect(rows()).toBe(2);
    expect(said.filter((text) => !text.includes('task'))).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  });

  test('is answered after its commit: nobody else sees the rows before', () => {
    const other = connect(path, 'reads');
    const seen: unknown[] = [];
    const types = readTypes(connection);
    const run = (task: Task) => {
      seen.push(other.get(raw('SELECT count(*) FROM resource'))?.[0]);
      return runTask(connection, types, task);
    };
    let more = 3;
    const next = () => (more-- > 0 ? { number: more, task: writing(post('Basic', `n${more}`)) } : undefined);
    const replies = commitGroup(connection, { number: 9, task: writing(post('Basic', 'first')) }, next, run, AT_LEISURE);
    expect([seen, replies.length, other.get(raw('SELECT count(*) FROM resource'))]).toEqual([[0, 0, 0, 0], 4, [4]]);
    other.close();
  });

  test('does not grow without end', () => {
    const size = (most: typeof AT_LEISURE) => {
      const request: Request = { number: 1, task: { kind: 'settings' } };
      return commitGroup(
        connection,
        request,
        () => request,
        () => undefined,
        most,
      ).length;
    };
    expect(size({ tasks: 5, milliseconds: Number.POSITIVE_INFINITY })).toBe(5);
    expect(size({ tasks: 5, milliseconds: 0 })).toBe(1);
  });

  test('an error of the code itself concerns its task alone and is no answer to a caller', () => {
    const run = (task: Task) => {
      if (task.kind === 'settings') throw new TypeError('a mistake');
      return runTask(connection, readTypes(connection), task);
    };
    const rest: Request[] = [{ number: 1, task: writing(post('Basic', 'a')) }];
    const [mistake, fine] = commitGroup(connection, { number: 0, task: { kind: 'settings' } }, () => rest.shift(), run, AT_LEISURE);
    expect(mistake).toMatchObject({ fault: { message: 'a mistake' } });
    expect(mistake).not.toHaveProperty('fault.kind');
    expect(fine).toHaveProperty('answer');
  });
});

describe('faults that pass', () => {
  const large = (id: string) => writing(post('Basic', id, { members: { text: 'x'.repeat(3_000_000) } }));

  test('a full disk: all of the group are told `unavailable`, nothing is written, and it goes on when there is room', () => {
    commit([writing(post('Basic', 'before'))]);
    const pages = Number(connection.get(raw('PRAGMA page_count'))?.[0]);
    connection.exec(`PRAGMA max_page_count=${pages + 20}`);
    expect(kinds(commit([writing(post('Basic', 'a')), large('b'), writing(post('Basic', 'c'))]))).toEqual(['unavailable', 'unavailable']);
    expect(rows()).toBe(1);
    connection.exec('PRAGMA max_page_count=1000000');
    expect(kinds(commit([writing(post('Basic', 'a')), large('b')]))).toEqual(['done', 'done']);
    expect(rows()).toBe(3);
  });

  test('a lock that another process does not give up', () => {
    const other = connect(path, 'writes');
    other.exec('BEGIN IMMEDIATE');
    connection.exec('PRAGMA busy_timeout=20');
    const [reply] = commit([writing(post('Basic', 'a'))]);
    expect(reply).toMatchObject({ fault: { kind: 'unavailable', headers: { 'Retry-After': expect.stringMatching(/^\d+$/) } } });
    other.exec('ROLLBACK');
    expect(kinds(commit([writing(post('Basic', 'a'))]))).toEqual(['done']);
    other.close();
  });
});

describe('the thread', () => {
  test('that dies lets nobody wait; the next write starts another', async () => {
    const late = `${folder.path}/late-${count}/ramus.db`;
    const told: string[] = [];
    const writer = openWriter(late, (line) => told.push(line));
    await expect(writer.send({ kind: 'settings' })).rejects.toMatchObject({ kind: 'unavailable' });
    expect(told).toEqual([expect.stringMatching(/^The thread that writes to the database ended: .*open/)]);
    mkdirSync(`${folder.path}/late-${count}`);
    const made = connect(late, 'writes');
    made.exec('PRAGMA journal_mode=WAL');
    migrate(made, late);
    expect(await writer.send({ kind: 'settings' })).toEqual({ journalMode: 'wal', synchronous: 2 });
    made.close();
    await writer.close();
    await expect(writer.send({ kind: 'settings' })).rejects.toMatchObject({ kind: 'unavailable' });
  });

  test('one unit changes each resource once', async () => {
    const { store, close } = openSqlite(path);
    await expect(store.write([put('Basic', 'a'), put('Basic', 'a')])).rejects.toMatchObject({ kind: 'invalid' });
    await expect(write(store, put('Basic', 'a'))).resolves.toMatchObject({ version: { versionId: 1 } });
    await close();
  });
});
