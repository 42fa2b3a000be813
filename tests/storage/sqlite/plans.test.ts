/** No statement of the embedded store looks at more than its stretch, and none sorts what an index has in order. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Condition, SortKey } from '../../../src/search/query.ts';
import { type Connection, connect } from '../../../src/storage/sqlite/connection.ts';
import type { Fragment } from '../../../src/storage/sqlite/fragment.ts';
import { history } from '../../../src/storage/sqlite/history.ts';
import { migrate } from '../../../src/storage/sqlite/layout.ts';
import { LIMITS } from '../../../src/storage/sqlite/search/one-type.ts';
import { search } from '../../../src/storage/sqlite/search/search.ts';
import { atOnce, type Steps } from '../../../src/storage/sqlite/search/steps.ts';
import { readTypes, type TypeNumbers } from '../../../src/storage/sqlite/types.ts';
import { readChanges } from '../../../src/storage/sqlite/write/knowledge-log.ts';
import { runTask } from '../../../src/storage/sqlite/write/run-task.ts';
import { has, key, post, put, query, remove } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

const folder = temporaryFolder();
let connection: Connection;
let types: TypeNumbers;
beforeAll(() => {
  connection = connect(`${folder.path}/ramus.db`, 'writes');
  migrate(connection, 'ramus.db');
  types = readTypes(connection);
  const rows = Array.from({ length: 40 }, (_, i) => {
    const keys = [
      key('status', i % 2 ? 'active' : 'draft'),
      key('id', String(i)),
      key('subject', `Patient/${i % 5}`),
      key('url', `http://${i}`),
    ];
    const sort = { title: { low: String(i), high: String(i) } };
    return post('Measure', `m${i}`, {
      keys,
      texts: [key('title', `title ${i}`)],
      ranges: [{ parameter: 'date', low: String(i), high: String(i) }],
      present: ['title'],
      sort,
    });
  });
  write({
    kind: 'write',
    changes: [...rows, ...Array.from({ length: 5 }, (_, i) => post('Patient', String(i), { keys: ['male'] }))],
    expectations: [],
  });
});
afterAll(() => {
  connection.close();
  folder.remove();
});

function write(task: Parameters<typeof runTask>[2], over = connection): void {
  over.exec('BEGIN IMMEDIATE');
  runTask(over, types, task);
  over.exec('COMMIT');
}

/** The connection, and all that it was asked. */
function watched(): { readonly over: Connection; readonly asked: Fragment[] } {
  const asked: Fragment[] = [];
  const note =
    <T>(ask: (query: Fragment) => T) =>
    (given: Fragment): T => {
      asked.push(given);
      return ask(given);
    };
  return { asked, over: { ...connection, get: note(connection.get), all: note(connection.all), run: note(connection.run) } };
}

function plansOf(asked: readonly Fragment[]): readonly string[] {
  return asked.flatMap(({ text, values }) => connection.all({ text: `EXPLAIN QUERY PLAN ${text}`, values }).map((row) => String(row[3])));
}

/** Rows of a stretch, of a list that was given, of 148 types; and walks of a type that LIMIT cuts. */
const BOUNDED = [
  /^SCAN (c|(json_each|j) VIRTUAL TABLE.*|\(subquery-\d+\)|CONSTANT ROW|type.*|\d+ CONSTANT ROWS)$/,
  /^SEARCH \w+ USING (COVERING )?INDEX resource_(newest|oldest|id|parameters|loaded) \(.*\)$/,
  /^SEARCH \w+ USING (COVERING )?INDEX version_(type|id|updated) \(.*\)$/,
  /^SEARCH \w+ USING (COVERING )?INDEX (sqlite_autoindex_\w+|claim_row|ledger_\w+) \(.*[=<]\?.*\)$/,
  /^SEARCH \w+ USING INTEGER PRIMARY KEY \(rowid[=<]\?\)$/,
  /^SEARCH by_\w+ USING PRIMARY KEY \(type=\? AND name[=>]\?.*\)$/,
  /^SEARCH by_text USING PRIMARY KEY \(type=\? AND \(name,row\)>\(\?,\?\) AND name<\?\)$/,
  /^SEARCH k\d? USING PRIMARY KEY \(type=\? AND name=\?.*\)$/,
  /^SEARCH sort_\w+ USING PRIMARY KEY \(type=\? AND name=\?.*\)$/,
  /^SEARCH (entry|span|e\d?) USING PRIMARY KEY \(row=\?.*\)$/,
  /^SEARCH (claim|parameters|indexed) USING .*\(\w+=\?\)$/,
  /^(CO-ROUTINE|LIST SUBQUERY|CORRELATED|SCALAR SUBQUERY|COMPOUND QUERY|LEFT-MOST SUBQUERY|UNION ALL|MATERIALIZE|MULTI-INDEX OR|INDEX \d)/,
  /^USE TEMP B-TREE FOR (DISTINCT|GROUP BY)$/,
];
const SORTED = /^USE TEMP B-TREE FOR .*ORDER BY$/;

function unbounded(plans: readonly string[]): readonly string[] {
  return plans.filter((line) => !SORTED.test(line) && !BOUNDED.some((pattern) => pattern.test(line)));
}

const all: Condition = { kind: 'and', conditions: [] };
const male: Condition = has('male');
const conditions: Readonly<Record<string, Condition>> = {
  all,
  key: has(key('status', 'active')),
  keys: has(key('status', 'active'), key('status', 'draft')),
  'two keys': { kind: 'and', conditions: [has(key('status', 'active')), has(key('id', '7'))] },
  'not key': { kind: 'not', condition: has(key('status', 'active')) },
  prefixes: {
    kind: 'or',
    conditions: [
      { kind: 'text-prefix', prefix: key('title', 'title 1') },
      { kind: 'key-prefix', prefix: key('id', '2') },
    ],
  },
  contains: { kind: 'text-contains', parameter: 'title', text: '7' },
  range: {
    kind: 'range',
    parameter: 'date',
    tests: [
      { end: 'low', operator: '>=', value: '1' },
      { end: 'high', operator: '<', value: '3' },
    ],
  },
  has: { kind: 'has', parameter: 'title' },
  ids: { kind: 'id', ids: ['m1', 'm2'] },
  updated: { kind: 'updated', tests: [{ end: 'low', operator: '>=', value: '2020-01-01T00:00:00.000000000Z' }] },
  refers: { kind: 'refers', parameter: 'subject', types: ['Patient'], where: male },
  'not refers': { kind: 'not', condition: { kind: 'refers', parameter: 'subject', types: ['Patient'], where: male } },
  referred: { kind: 'referred', type: 'Measure', parameter: 'subject', where: has(key('status', 'active')) },
  'not referred': { kind: 'not', condition: { kind: 'referred', type: 'Measure', parameter: 'subject', where: all } },
};
const sorts: readonly (readonly SortKey[])[] = [
  ...['_lastUpdated', '_id', 'title'].flatMap((parameter) => [[{ parameter, descending: true }], [{ parameter, descending: false }]]),
  [
    { parameter: 'title', descending: true },
    { parameter: '_id', descending: true },
  ],
];
const small = { few: 3, chained: 2, stretch: 5 };

describe.each(Object.entries(conditions))('a search by %s', (_name, where) => {
  test.each([LIMITS, small])('looks only at bounded parts of an index, limits %j', (limits) => {
    for (const sort of sorts) {
      for (const type of ['Measure', 'Patient', []] as const) {
        const { over, asked } = watched();
        const given = query(type, where, { sort, count: 3, total: true });
        const { next } = atOnce(search({ connection: over, types, limits }, given));
        if (next) atOnce(search({ connection: over, types, limits }, { ...given, after: next }));
        expect(unbounded(plansOf(asked))).toEqual([]);
      }
    }
  });
});

/** Twenty rows are many. */
const walking = { ...small, few: 1 };

test.each(sorts.slice(0, 6).map((sort) => [sort]))('a walk in the order %j of an index sorts nothing', (sort) => {
  for (const where of [has(key('status', 'active')), all]) {
    const { over, asked } = watched();
    const { next } = atOnce(search({ connection: over, types, limits: walking }, query('Measure', where, { sort, count: 3 })));
    expect(next).toBeDefined();
    if (next) atOnce(search({ connection: over, types, limits: walking }, query('Measure', where, { sort, count: 3, after: next })));
    expect(plansOf(asked).filter((line) => SORTED.test(line))).toEqual([]);
  }
});

test('a search of one key, newest first, is one statement for the rows and one for their texts', () => {
  const { over, asked } = watched();
  atOnce(search({ connection: over, types, limits: LIMITS }, query('Measure', has(key('status', 'active')), { count: 3 })));
  expect(asked).toHaveLength(2);
});

test('a chain whose target may also be contained is followed from its far end, not row by row', () => {
  const contained: Condition = { kind: 'and', conditions: [has(key('subject.', 'Patient')), has(key('subject.gender', 'male'))] };
  const where: Condition = {
    kind: 'or',
    conditions: [{ kind: 'refers', parameter: 'subject', types: ['Patient'], where: male }, contained],
  };
  for (const total of [false, true]) {
    const { over, asked } = watched();
    const { versions } = atOnce(search({ connection: over, types, limits: LIMITS }, query('Measure', where, { count: 3, total })));
    expect(versions).toHaveLength(3);
    const walks = asked.filter(({ text, values }) => text.includes('resource_newest') && values[0] === types.number('Measure'));
    expect(walks).toEqual([]);
  }
});

test('histories walk their index', () => {
  const scopes = [{}, { type: 'Measure' }, { type: 'Measure', id: 'm1' }] as const;
  const at = { low: '2020-01-01T00:00:00.000Z', high: '2090-01-01T00:00:00.000Z' };
  for (const scope of scopes) {
    for (const times of [{}, { since: at.low }, { at }]) {
      const { over, asked } = watched();
      const read = (after?: string): Steps<{ readonly next?: string }> =>
        history({ connection: over, types, limits: small }, { ...scope, ...times }, { count: 3, ...(after && { after }) });
      const { next } = atOnce(read());
      if (next) atOnce(read(next));
      const plans = plansOf(asked);
      expect(unbounded(plans)).toEqual([]);
      expect(plans.filter((line) => SORTED.test(line))).toEqual([]);
    }
  }
});

test('which knowledge changed is found without a walk of the log', () => {
  const { over, asked } = watched();
  const { revision } = readChanges(over, types, 0);
  readChanges(over, types, revision - 1);
  expect(plansOf(asked).filter((line) => /^SCAN (?!CONSTANT)/.test(line))).toEqual([]);
});

test('writes find what they replace by whole keys', () => {
  const { over, asked } = watched();
  const entries = {
    keys: ['a'],
    texts: ['a'],
    ranges: [{ parameter: 'a', low: 1, high: 2 }],
    present: ['a'],
    sort: { a: { low: 1, high: 2 } },
  };
  write(
    {
      kind: 'write',
      changes: [put('Measure', 'm1', { ...entries, claims: ['a'] }), remove('Measure', 'm2')],
      expectations: [{ query: query('Measure', has('none')), ids: [] }],
    },
    over,
  );
  write({ kind: 'reindex', rows: [{ type: 'Measure', id: 'm3', versionId: 1, entries, parametersHash: 'h', claims: ['b'] }] }, over);
  write(
    { kind: 'import', versions: [{ type: 'Measure', id: 'm4', versionId: 7, lastUpdated: '2026-01-01T00:00:00.000Z', method: 'PUT' }] },
    over,
  );
  write({ kind: 'append', ledger: 'kind', record: '{}', key: 'k', until: 1 }, over);
  expect(unbounded(plansOf(asked))).toEqual([]);
  const plans = plansOf(asked.filter(({ text }) => text.startsWith('DELETE')));
  for (const line of plans.filter((each) => each.includes('SEARCH by_key'))) expect(line).toContain('updated=? AND id=?');
  for (const line of plans.filter((each) => each.includes('SEARCH sort_'))) expect(line).toMatch(/(low|high)=\? AND id=\?/);
});
