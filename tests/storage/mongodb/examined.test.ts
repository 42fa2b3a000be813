/**
 * How many documents a search page makes the server look at, told by `explain`. The planner of the tests' own server knows only what is
 * equal in an array, so there it is asked of that alone; of the server of MONGODB_URI it is asked of all (`filter.test.ts` holds each filter
 * against the indexes).
 */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Condition, RangeTest, SearchQuery } from '../../../src/search/query.ts';
import { collections } from '../../../src/storage/mongodb/collections.ts';
import { pageStages, searches } from '../../../src/storage/mongodb/searches.ts';
import { type OpenStore, openStore } from '../../../src/stores.ts';
import { has, key, post, query } from '../changes.ts';
import { onWireServer } from './opening.ts';

const ROWS = 300;
jest.setTimeout(60_000);

interface Explained {
  readonly executionStats: { readonly totalDocsExamined: number };
  readonly queryPlanner: { readonly winningPlan: object };
}

await onWireServer('documents that a search page examines', (server) => {
  let opened: OpenStore;
  let client: MongoClient;
  let database: ReturnType<MongoClient['db']>;

  beforeAll(async () => {
    const url = server.url();
    opened = await openStore(url);
    client = await new MongoClient(url).connect();
    database = client.db();
    const rows = Array.from({ length: ROWS }, (_, i) => {
      const day = `2020-01-${String((i % 30) + 1).padStart(2, '0')}`;
      return post('Task', `t${i}`, {
        keys: [key('n', String(i)), key('tenth', String(i % 10)), key('focus', `Basic/${i % 10}`)],
        texts: [key('title', `x${i}`)],
        ranges: [{ parameter: 'date', low: day, high: day }],
        present: i % 100 ? [] : ['title'],
      });
    });
    await opened.store.write(rows);
    await opened.store.write(Array.from({ length: 10 }, (_, i) => post('Basic', String(i), { keys: [key('code', String(i))] })));
  });
  afterAll(async () => {
    await client.close();
    await opened.close();
  });

  /** Documents looked at for one page, and whether an index led to them. */
  async function examined(asked: SearchQuery): Promise<{ readonly documents: number; readonly plan: string }> {
    const filter = await searches(collections(database), { maxTimeMS: 60_000 }).filter(asked.types, asked.where);
    const statement = { aggregate: 'current', pipeline: pageStages(asked, filter), cursor: {} };
    const told = await database.command({ explain: statement, verbosity: 'executionStats' });
    const { executionStats, queryPlanner } = (told.executionStats ? told : told.stages[0].$cursor) as Explained;
    return { documents: executionStats.totalDocsExamined, plan: JSON.stringify(queryPlanner.winningPlan) };
  }

  const refers: Condition = { kind: 'refers', parameter: 'focus', types: ['Basic'], where: has(key('code', '3')) };
  test.each<[number, string, Condition]>([
    [0, 'a key that nothing has', has(key('n', 'none'))],
    [1, 'a key', has(key('n', '7'))],
    [3, 'one of several keys', has(key('n', '7'), key('n', '8'), key('n', '9'))],
    [30, 'a key that thirty have', has(key('tenth', '3'))],
    [3, 'what is present', { kind: 'has', parameter: 'title' }],
    [30, 'a chain', refers],
  ])('at most %i for %s', async (most, _, where) => {
    const { documents, plan } = await examined(query('Task', where));
    expect(documents).toBeLessThanOrEqual(most);
    expect(plan).toContain('IXSCAN');
    expect(plan).not.toContain('COLLSCAN');
  });

  if (server.isOurs) return;

  describe('by a planner of MongoDB', () => {
    const dates: readonly RangeTest[] = [
      { end: 'low', operator: '>=', value: '2020-01-29' },
      { end: 'high', operator: '<=', value: '2020-01-29' },
    ];
    test.each<[number, string, SearchQuery]>([
      [21, 'a page of all of a type, newest first', query('Task', { kind: 'and', conditions: [] }, { count: 20 })],
      [6, 'a page of what has a key, newest first', query('Task', has(key('tenth', '3')), { count: 5 })],
      [30, 'two keys', query('Task', { kind: 'and', conditions: [has(key('tenth', '7')), has(key('n', '7'))] })],
      [1, 'an id', query('Task', { kind: 'id', ids: ['t3'] })],
      [111, 'the beginning of a text', query('Task', { kind: 'text-prefix', prefix: key('title', 'x1') })],
      [20, 'a range', query('Task', { kind: 'range', parameter: 'date', tests: dates })],
    ])('at most %i for %s', async (most, _, asked) => {
      const { documents, plan } = await examined(asked);
      expect(documents).toBeLessThanOrEqual(most);
      expect(plan).not.toContain('COLLSCAN');
    });
  });
});
