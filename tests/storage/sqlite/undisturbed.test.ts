/** A search and a history take several statements; another thread or process may commit between any two of them. */
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Condition, SortKey } from '../../../src/search/query.ts';
import { type Connection, connect } from '../../../src/storage/sqlite/connection.ts';
import { raw } from '../../../src/storage/sqlite/fragment.ts';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { SqliteStore } from '../../../src/storage/sqlite/store.ts';
import { readTypes } from '../../../src/storage/sqlite/types.ts';
import { runTask } from '../../../src/storage/sqlite/write/run-task.ts';
import { has, key, put, query } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

const ROWS = 120;
const still = (number: number) => number % 3 === 0;
const idOf = (number: number) => `r${String(number).padStart(3, '0')}`;
const all = Array.from({ length: ROWS }, (_, i) => i);
const expected = all.filter(still).map(idOf);

/** Rows that are not still stand elsewhere in the order whenever they are written again. */
function row(number: number, place = ROWS + number) {
  const name = String(still(number) ? 100 + number : place).padStart(4, '0');
  return put('Basic', idOf(number), {
    keys: [key('all', 'x'), ...(still(number) ? [key('still', 'x')] : [])],
    sort: { name: { low: name, high: name } },
  });
}

const folder = temporaryFolder();
const path = `${folder.path}/ramus.db`;
const opened = openSqlite(path);
const [reads, writes] = [connect(path, 'reads'), connect(path, 'writes')];
const types = readTypes(reads);

beforeEach(async () => {
  writes.exec('PRAGMA synchronous=OFF');
  await opened.store.write(all.map((number) => row(number)));
});

afterAll(async () => {
  reads.close();
  writes.close();
  await opened.close();
  folder.remove();
});

/** A store in which somebody else writes before each statement that reads. */
function disturbed(): SqliteStore {
  const others = all.filter((number) => !still(number));
  let turn = 0;
  const disturb = () => {
    const number = others[(turn++ * 37) % others.length] ?? 0;
    writes.exec('BEGIN IMMEDIATE');
    runTask(writes, types, { kind: 'write', changes: [row(number, turn % 2 ? turn % 100 : 120 + ((turn * 31) % 100))], expectations: [] });
    writes.exec('COMMIT');
  };
  const connection: Connection = {
    ...reads,
    get inTransaction() {
      return reads.inTransaction;
    },
    get: (asked) => {
      disturb();
      return reads.get(asked);
    },
    all: (asked) => {
      disturb();
      return reads.all(asked);
    },
  };
  const writer = { send: () => Promise.reject(new Error('It only reads.')), close: () => Promise.resolve() };
  return new SqliteStore({ connection, types, limits: { few: 4, chained: 3, stretch: 7 } }, writer, () => Promise.resolve());
}

/** No index leads to it: the rows in between are looked at, too. */
const nobodyChanges: Condition = { kind: 'not', condition: { kind: 'not', condition: has(key('still', 'x')) } };

describe('rows that nobody changes, while others are changed', () => {
  test('stand once each in a history', async () => {
    const store = disturbed();
    const [first] = (await store.history({ type: 'Basic', id: idOf(0) }, { count: 1 })).items;
    const low = String(first?.lastUpdated);
    const found: string[] = [];
    for (let after = {}, more = true; more; ) {
      const { items, next } = await store.history({ type: 'Basic', at: { low, high: low } }, { count: 9, ...after });
      found.push(...items.map(({ id }) => id));
      more = next !== undefined;
      after = { after: next };
    }
    expect(found.filter((id) => expected.includes(id)).sort()).toEqual(expected);
  });

  test.each<[string, readonly SortKey[]]>([
    ['newest first', []],
    ['oldest first', [{ parameter: '_lastUpdated', descending: false }]],
    ['by one key', [{ parameter: 'name', descending: false }]],
    ['by one key, backwards', [{ parameter: 'name', descending: true }]],
    [
      'by two keys',
      [
        { parameter: 'name', descending: false },
        { parameter: '_id', descending: false },
      ],
    ],
  ])('are found once each, %s', async (_, sort) => {
    const store = disturbed();
    const ids: string[] = [];
    for (let after = {}, more = true; more; ) {
      const { versions, next } = await store.search(query('Basic', nobodyChanges, { sort, count: 9, ...after }));
      ids.push(...versions.map(({ id }) => id));
      more = next !== undefined;
      after = { after: next };
    }
    expect(ids.sort()).toEqual(expected);
  });

  test('are counted once each', async () => {
    const { total } = await disturbed().search(query('Basic', nobodyChanges, { count: 0 }));
    expect(total).toBe(expected.length);
  });

  test('a reading holds nothing when it is over, so that the log can be copied into the file', async () => {
    const store = disturbed();
    await store.search(query('Basic', nobodyChanges, { count: 9 }));
    await expect(store.search({ ...query('Basic', nobodyChanges), after: { values: [], type: 'Basic', id: 'x' } })).rejects.toThrow();
    await store.history({}, { count: 5 });
    expect(writes.get(raw('PRAGMA wal_checkpoint(TRUNCATE)'))?.[0]).toBe(0);
  });
});
