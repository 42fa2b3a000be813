/** Chains whose ends are many for one row: followed in groups, or by searches of the other end, never all in one statement. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { matches } from '../../../src/search/matches.ts';
import type { Condition } from '../../../src/search/query.ts';
import { connect } from '../../../src/storage/sqlite/connection.ts';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { search } from '../../../src/storage/sqlite/search/search.ts';
import { readTypes } from '../../../src/storage/sqlite/types.ts';
import type { Change } from '../../../src/storage/store.ts';
import { has, key, put, query } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

/** Patient 0 has 60 observations, patient 1 has 30, the others some; a list refers to all observations, a group to all patients by url. */
const observations = Array.from({ length: 120 }, (_, i) =>
  put('Observation', `o${i}`, {
    keys: [
      key('subject', `Patient/p${i < 60 ? 0 : i < 90 ? 1 : i % 12}`),
      key('status', i % 7 === 3 ? 'rare' : 'often'),
      ...(i === 95 ? [key('odd', 'x')] : []),
    ],
  }),
);
const patients = Array.from({ length: 12 }, (_, i) =>
  put('Patient', `p${i}`, { keys: [key('active', String(i % 2 === 0)), key('url', `http://p${i}`), key('url', `http://p${i}|1`)] }),
);
const lists = [0, 1].map((i) =>
  put('List', `l${i}`, {
    keys: [key('kind', 'list'), ...observations.filter((_, at) => at % 2 === i).map(({ id }) => key('item', `Observation/${id}`))],
  }),
);
const group = put('Group', 'g', { keys: patients.map((_, i) => key('member', `http://p${i}|`)) });
const changes: readonly Change[] = [...observations, ...patients, ...lists, group];

const folder = temporaryFolder();
const path = `${folder.path}/ramus.db`;
const limits = { few: 4, chained: 2, stretch: 12 };
const opened = openSqlite(path, { limits });
beforeAll(async () => {
  await opened.store.write(changes);
});
afterAll(async () => {
  await opened.close();
  folder.remove();
});

const referred = (type: 'Observation' | 'List' | 'Group', parameter: string, where: Condition): Condition => ({
  kind: 'referred',
  type,
  parameter,
  where,
});
const refers = (parameter: string, type: 'Patient' | 'Observation', where: Condition): Condition => ({
  kind: 'refers',
  parameter,
  types: [type],
  where,
});
const not = (condition: Condition): Condition => ({ kind: 'not', condition });
const rare = has(key('status', 'rare'));
const odd = has(key('odd', 'x'));

const cases: readonly (readonly ['Patient' | 'Observation' | 'List' | 'Group', Condition])[] = [
  ['Patient', referred('Observation', 'subject', rare)],
  ['Patient', not(referred('Observation', 'subject', rare))],
  ['Patient', referred('Observation', 'subject', not(rare))],
  ['Patient', { kind: 'or', conditions: [referred('Observation', 'subject', not(not(odd))), has(key('active', 'false'))] }],
  ['Patient', { kind: 'and', conditions: [not(referred('Observation', 'subject', not(not(odd)))), referred('Group', 'member', not(odd))] }],
  ['Patient', referred('Observation', 'subject', referred('List', 'item', not(odd)))],
  ['Patient', referred('Observation', 'subject', not(referred('List', 'item', has(key('kind', 'list')))))],
  ['Observation', refers('subject', 'Patient', referred('Observation', 'subject', not(not(odd))))],
  ['Observation', not(refers('subject', 'Patient', referred('Observation', 'subject', not(not(odd)))))],
  ['List', refers('item', 'Observation', not(not(odd)))],
  ['List', refers('item', 'Observation', refers('subject', 'Patient', not(has(key('active', 'true')))))],
  ['List', not(refers('item', 'Observation', not(not(odd))))],
  ['Group', refers('member', 'Patient', not(has(key('active', 'true'))))],
  ['Group', refers('member', 'Patient', not(refers('member', 'Patient', odd)))],
];

describe('chains whose ends are many', () => {
  const rows = changes.map(({ type, id, content }) => ({
    type,
    id,
    lastUpdated: '2026-01-01T00:00:00.000Z',
    entries: content?.entries ?? { keys: [], texts: [], ranges: [], present: [], sort: {} },
  }));

  test.each(cases)('find what they should: %s, case %#', async (type, where) => {
    const expected = rows
      .filter((row) => row.type === type && matches(where, row, (each) => rows.filter((other) => other.type === each)))
      .map(({ id }) => id);
    for (const sort of [
      [],
      [{ parameter: '_id', descending: true }],
      [
        { parameter: 'name', descending: false },
        { parameter: '_id', descending: false },
      ],
    ]) {
      const found: string[] = [];
      for (let after = {}, more = true; more; ) {
        const { versions, next, total } = await opened.store.search(query(type, where, { sort, count: 40, total: true, ...after }));
        found.push(...versions.map(({ id }) => id));
        expect(total).toBe(expected.length);
        more = next !== undefined;
        after = { after: next };
      }
      expect([...found].sort()).toEqual([...expected].sort());
    }
  });

  test('pause while they are followed', () => {
    const connection = connect(path, 'reads');
    const where: Condition = { kind: 'and', conditions: [{ kind: 'id', ids: ['p0'] }, referred('Observation', 'subject', not(not(odd)))] };
    const steps = search({ connection, types: readTypes(connection), limits }, query('Patient', where));
    let pauses = 0;
    while (!steps.next().done) pauses++;
    connection.close();
    expect(pauses).toBeGreaterThan(4); // 60 observations, 12 at a time
  });
});
