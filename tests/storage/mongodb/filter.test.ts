/** Filters as they are sent: which index answers each. (No plan is asked of the test server: its planner is its own.) */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ResourceType } from '../../../src/fhir/types.ts';
import type { Condition, RangeTest } from '../../../src/search/query.ts';
import { type Joins, searchFilter } from '../../../src/storage/mongodb/filter.ts';
import { indexes } from '../../../src/storage/mongodb/indexes.ts';
import { afterFilter, orderBounds, orderStages } from '../../../src/storage/mongodb/order.ts';
import { has, key, query } from '../changes.ts';

type Plain = Readonly<Record<string, unknown>>;

const joins: Joins = {
  linksTo: async () => ['Patient/1', 'http://a|1'],
  linksFrom: async () => ['Task/1', 'http://a|1', 'http://a|'],
};
const compiled = async (where: Condition, types: readonly ResourceType[] = ['Task']) => (await searchFilter(types, where, joins)) as Plain;

/** The first two fields of an index that bounds a filter: `t` and one more, or `_id` alone. */
function boundBy(filter: Plain): readonly string[] {
  if ('_id' in filter) return ['_id'];
  const paths = Object.entries(filter).flatMap(([field, value]) => {
    const inside = (value as { $elemMatch?: Plain } | null)?.$elemMatch;
    return inside ? Object.keys(inside).map((name) => `${field}.${name}`) : [field];
  });
  const fields = indexes.current?.map((index) => Object.keys(index).slice(0, 2)) ?? [];
  return fields.find((index) => index.every((field) => paths.includes(field))) ?? [];
}

const range = (...tests: readonly [RangeTest['end'], RangeTest['operator'], RangeTest['value']][]): Condition => ({
  ...{ kind: 'range', parameter: 'date', tests: tests.map(([end, operator, value]) => ({ end, operator, value })) },
});
const updated = (...tests: readonly [RangeTest['operator'], string][]): Condition => ({
  ...{ kind: 'updated', tests: tests.map(([operator, value]) => ({ end: 'low', operator, value })) },
});
const refers: Condition = { kind: 'refers', parameter: 'focus', types: ['Patient'], where: has('a') };
const referred: Condition = { kind: 'referred', type: 'Task', parameter: 'focus', where: has('a') };

describe('the filter of each condition is bounded by an index that begins with the type', () => {
  test.each<[Condition, readonly string[], Plain]>([
    [has('a'), ['t', 'k'], { t: 'Task', k: 'a' }],
    [has('a', 'b'), ['t', 'k'], { t: 'Task', k: { $in: ['a', 'b'] } }],
    [{ kind: 'key-prefix', prefix: 'a.b' }, ['t', 'k'], { t: 'Task', k: { $regex: '^a\\.b' } }],
    [{ kind: 'text', texts: ['a'] }, ['t', 's'], { t: 'Task', s: 'a' }],
    [{ kind: 'text-prefix', prefix: 'a$' }, ['t', 's'], { t: 'Task', s: { $regex: '^a\\$' } }],
    [{ kind: 'text-contains', parameter: 'title', text: 'x*' }, ['t', 's'], { t: 'Task', s: { $regex: '^title\u001f[\\s\\S]*x\\*' } }],
    [range(['low', '>=', 'a']), ['t', 'r.p'], { t: 'Task', r: { $elemMatch: { p: 'date', lo: { $gte: 'a' } } } }],
    [
      range(['low', '>=', 'a'], ['low', '<', 'c'], ['high', '<=', 'd'], ['low', '>=', 'b']),
      ['t', 'r.p'],
      { t: 'Task', r: { $elemMatch: { p: 'date', lo: { $gte: 'b', $lt: 'c' }, hi: { $lte: 'd' } } } },
    ],
    [{ kind: 'has', parameter: 'title' }, ['t', 'h'], { t: 'Task', h: 'title' }],
    [{ kind: 'id', ids: ['1', '2'] }, ['_id'], { t: 'Task', _id: { $in: ['Task/1', 'Task/2'] } }],
    [
      updated(['>=', '2020-01-01T00:00:00.000000000Z'], ['<=', '2020-01-31T23:59:59.999999999Z']),
      ['t', 'lu'],
      { t: 'Task', lu: { $gt: '2020-01-01T00:00:00.000!', $lt: '2020-01-31T23:59:59.999~' } },
    ],
    [refers, ['t', 'k'], { t: 'Task', k: { $in: ['focus\u001fPatient/1', 'focus\u001fhttp://a|1'] } }],
    [
      { kind: 'and', conditions: [has('a'), { kind: 'has', parameter: 'b' }, has('c')] },
      ['t', 'k'],
      { t: 'Task', k: 'a', h: 'b', $and: [{ k: 'c' }] },
    ],
    [{ kind: 'and', conditions: [{ kind: 'not', condition: has('b') }, has('a')] }, ['t', 'k'], { t: 'Task', $nor: [{ k: 'b' }], k: 'a' }],
  ])('%j', async (condition, index, filter) => {
    expect(await compiled(condition)).toEqual(filter);
    expect(boundBy(filter)).toEqual(index);
  });

  test('each branch of an or has its own index', async () => {
    const filter = await compiled({ kind: 'or', conditions: [has('a'), range(['low', '<', 'x']), referred] });
    const branches = (filter.$or as Plain[]).flatMap((branch) => (branch.$or as Plain[] | undefined) ?? [branch]);
    expect(branches.map((branch) => boundBy({ t: filter.t, ...branch }))).toEqual([['t', 'k'], ['t', 'r.p'], ['_id'], ['t', 'k']]);
  });

  test('several types, and all of them', async () => {
    expect(await compiled(has('a'), ['Task', 'Basic'])).toEqual({ t: { $in: ['Task', 'Basic'] }, k: 'a' });
    expect(await compiled(has('a'), [])).toEqual({ t: { $gt: '' }, k: 'a' });
    const ids = (await compiled({ kind: 'id', ids: ['1'] }, []))._id as { $in: string[] };
    expect(ids.$in).toContain('Patient/1');
  });
});

describe('orders that an index has', () => {
  const place = { type: 'Task', id: 'x' } as const;
  test.each([
    [[], ['2020-01-01T00:00:00.000Z'], { lu: -1, _id: 1 }, { lu: { $lt: '2020-01-01T00:00:00.000~' } }],
    [
      [{ parameter: '_lastUpdated', descending: false }],
      ['2020-01-01T00:00:00.000Z'],
      { lu: 1, _id: 1 },
      { lu: { $gt: '2020-01-01T00:00:00.000!' } },
    ],
    [[{ parameter: '_id', descending: true }], ['x'], { _id: -1 }, { $or: [{ _id: { $lt: 'Task/x' } }] }],
  ] as const)('%j', (sort, values, order, start) => {
    const given = query('Task', has('a'), { sort });
    expect(orderStages(given)).toEqual([{ $sort: order }]);
    expect(afterFilter(given, { ...place, values })).toMatchObject(start);
    const wanted = JSON.stringify({ t: 1, ...order });
    const isIndexed =
      '_id' in order && !('lu' in order) ? '_id' in orderBounds(given) : indexes.current?.some((each) => JSON.stringify(each) === wanted);
    expect(isIndexed).toBe(true);
  });

  test('one key, newest first, needs no sort', () => {
    expect(indexes.current).toContainEqual({ t: 1, k: 1, lu: -1, _id: 1 });
  });
});

describe('whatever is asked', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab.*+?^$|\\()[]{}-# \n\u0000\u001fü𝔽') });
  const value = fc.oneof(text, fc.double({ noNaN: true }));
  const tests = fc.array(fc.record({ end: fc.constantFrom('low', 'high'), operator: fc.constantFrom('<', '<=', '>', '>='), value }), {
    maxLength: 4,
  }) as fc.Arbitrary<RangeTest[]>;
  const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4 },
      fc.record({ kind: fc.constant('key'), keys: fc.array(text) }) as fc.Arbitrary<Condition>,
      fc.record({ kind: fc.constantFrom('key-prefix', 'text-prefix'), prefix: text.map((rest) => `p${rest}`) }) as fc.Arbitrary<Condition>,
      fc.record({ kind: fc.constant('text-contains'), parameter: text.map((rest) => `p${rest}`), text }) as fc.Arbitrary<Condition>,
      fc.record({ kind: fc.constant('range'), parameter: text, tests }) as fc.Arbitrary<Condition>,
      fc.record({
        kind: fc.constantFrom('and', 'or'),
        conditions: fc.array(tie('condition'), { maxLength: 4 }),
      }) as fc.Arbitrary<Condition>,
      fc.record({ kind: fc.constant('not'), condition: tie('condition') }) as fc.Arbitrary<Condition>,
      fc.constantFrom(refers, referred),
    ),
  }));

  /** Every document inside a filter. */
  function* inside(filter: unknown): Generator<Plain> {
    if (Array.isArray(filter)) for (const part of filter) yield* inside(part);
    else if (typeof filter === 'object' && filter !== null) {
      yield filter as Plain;
      for (const part of Object.values(filter)) yield* inside(part);
    }
  }

  test('a regular expression is anchored and begins with text, a range is one $elemMatch, nothing is computed by the server', async () => {
    await fc.assert(
      fc.asyncProperty(condition, async (where) => {
        for (const part of inside(await compiled(where))) {
          if (typeof part.$regex === 'string') expect(part.$regex).toMatch(/^\^p/);
          if (part.r !== undefined) expect(part.r).toEqual({ $elemMatch: expect.objectContaining({ p: expect.any(String) }) });
          for (const name of Object.keys(part)) {
            expect(name).toMatch(/^(t|k|s|r|h|_id|p|lo|hi|\$(and|or|nor|in|regex|elemMatch|gte?|lte?))$/);
          }
        }
      }),
    );
  });

  test('text in a regular expression stands for itself', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, async (wanted, other) => {
        const { $regex } = (await compiled({ kind: 'text-prefix', prefix: `p${wanted}` })).s as { $regex: string };
        expect(new RegExp($regex).test(`p${wanted}${other}`)).toBe(true);
        expect(new RegExp($regex).test(`p${other}`)).toBe(other.startsWith(wanted));
        const contains = (await compiled({ kind: 'text-contains', parameter: 'p', text: wanted })).s as { $regex: string };
        expect(new RegExp(contains.$regex).test(key('p', other))).toBe(other.includes(wanted));
      }),
    );
  });
});
