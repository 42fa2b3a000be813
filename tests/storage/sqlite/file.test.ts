/** The file: opened, refused, brought to this release's layout; the driver's traps. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Connection, connect } from '../../../src/storage/sqlite/connection.ts';
import { raw, type SqlValue, sql } from '../../../src/storage/sqlite/fragment.ts';
import { migrate, steps } from '../../../src/storage/sqlite/layout.ts';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { openStore } from '../../../src/stores.ts';
import { put, write } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let count = 0;
let path: string;
beforeEach(() => {
  path = `${folder.path}/file-${++count}.db`;
});

describe('opening', () => {
  test('makes the folder, and keeps what was written', async () => {
    const url = `file:${folder.path}/a/b c/ramus.db`;
    const first = await openStore(url);
    await write(first.store, put('Basic', 'kept'));
    expect(first.kind).toContain('/a/b c/ramus.db');
    await first.close();
    await first.close();
    const second = await openStore(`file://${encodeURI(`${folder.path}/a/b c/ramus.db`)}`);
    expect((await second.store.read('Basic', 'kept'))?.versionId).toBe(1);
    await second.close();
    const log = `${folder.path}/a/b c/ramus.db-wal`;
    expect(existsSync(log) ? statSync(log).size : 0).toBe(0);
  });

  test.each(['postgres://localhost/x', './data/ramus.db', '', 'file'])(
    'an address %j that no store opens is refused in a sentence',
    async (url) => {
      await expect(openStore(url)).rejects.toThrow(/DATABASE_URL .*file:/);
    },
  );

  test('a file of another program is refused and left as it is', () => {
    const other = connect(path, 'writes');
    other.exec('CREATE TABLE theirs (a)');
    expect(() => openSqlite(path)).toThrow(/another program/);
    expect(other.all(raw('SELECT name FROM sqlite_schema'))).toEqual([['theirs']]);
    other.close();
  });

  test('what is no database, or no file, is refused in a sentence that names it', () => {
    writeFileSync(path, Buffer.alloc(8192, 'a text of somebody else. '));
    expect(() => openSqlite(path)).toThrow(`${path} is no SQLite database`);
    expect(readFileSync(path, 'utf8')).toMatch(/^a text/);
    expect(() => openSqlite(folder.path)).toThrow(`${folder.path} cannot be opened`);
  });

  test('a file of a newer release is refused and left as it is', async () => {
    await openSqlite(path).close();
    const newer = connect(path, 'writes');
    newer.exec(`PRAGMA user_version=${steps.length + 1}`);
    expect(() => openSqlite(path)).toThrow(`layout ${steps.length + 1}`);
    expect(newer.get(raw('PRAGMA user_version'))).toEqual([steps.length + 1]);
    newer.close();
  });

  test('an older layout is led on step by step; a step that fails changes nothing', () => {
    const connection = connect(path, 'writes');
    const table = (name: string) => (given: Connection) => given.exec(`CREATE TABLE ${name} (a)`);
    const fail = () => {
      throw new Error('no');
    };
    const state = () => [connection.get(raw('PRAGMA user_version'))?.[0], connection.all(raw('SELECT name FROM sqlite_schema')).flat()];
    migrate(connection, path, [table('one')]);
    expect(state()).toEqual([1, ['one']]);
    expect(() => migrate(connection, path, [table('one'), table('two'), fail])).toThrow('no');
    expect(state()).toEqual([1, ['one']]);
    migrate(connection, path, [table('one'), table('two'), table('three')]);
    migrate(connection, path, [table('one'), table('two'), table('three')]);
    expect(state()).toEqual([3, ['one', 'two', 'three']]);
    connection.close();
  });

  test('processes that start together on a new file make one', async () => {
    const program = fileURLToPath(new URL('./open-once.ts', import.meta.url));
    const loader = new URL('../../../scripts/typescript.mjs', import.meta.url).href;
    const run = () => promisify(execFile)(process.execPath, ['--import', loader, program, path]);
    const said = await Promise.all([run(), run(), run(), run()]);
    expect(said.map(({ stdout }) => stdout).toSorted()).toEqual(['1', '2', '3', '4']);
  }, 30_000);

  test('commits are durable: the connection that writes has WAL and FULL', async () => {
    const { settings, close } = openSqlite(path);
    expect(await settings()).toEqual({ journalMode: 'wal', synchronous: 2 });
    await close();
  });
});

describe('the driver', () => {
  test('values that would end the process are refused before it sees them', () => {
    const connection = connect(path, 'writes');
    connection.exec('CREATE TABLE t (a)');
    for (const value of [true, undefined, {}, ['a'], Symbol('s'), new Uint8Array(1)] as unknown as readonly SqlValue[]) {
      expect(() => connection.run({ text: 'INSERT INTO t VALUES (?)', values: [value] })).toThrow(TypeError);
    }
    connection.run(sql`INSERT INTO t VALUES (${Buffer.from('blob')})`);
    connection.run(sql`INSERT INTO t VALUES (${null})`);
    expect(connection.all(raw('SELECT a FROM t'))).toEqual([[Buffer.from('blob')], [null]]);
    expect(connection.get(raw('SELECT a FROM t'))).toEqual([Buffer.from('blob')]);
    connection.close();
  });

  test('a search of too many comparisons is refused, not failed', () => {
    const connection = connect(path, 'reads');
    const values = Array.from({ length: 40_000 }, () => 1);
    expect(() => connection.get({ text: `SELECT ${values.map(() => '?').join('+')}`, values })).toThrow(
      expect.objectContaining({ kind: 'too-costly' }),
    );
    connection.close();
  });

  test('the connection that reads cannot write', async () => {
    const opened = openSqlite(path);
    await write(opened.store, put('Basic', 'a'));
    const reading = connect(path, 'reads');
    reading.exec('PRAGMA query_only=1');
    expect(() => reading.exec('DELETE FROM resource')).toThrow(/readonly|query_only|may not be written/);
    reading.close();
    await opened.close();
  });

  test('more statements than are kept do not disturb each other', () => {
    const connection = connect(path, 'reads');
    for (let i = 0; i < 1000; i++) expect(connection.get(raw(`SELECT ${i}`))).toEqual([i]);
    expect(connection.get(raw('SELECT 0'))).toEqual([0]);
    connection.close();
  });
});
