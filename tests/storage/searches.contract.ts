/** Part of the store's contract: every kind of condition. What `matches` says of random ones is tested beside each adapter. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Condition, RangeTest } from '../../src/search/query.ts';
import { find, has, key, post, put, query, remove } from './changes.ts';
import type { Opened } from './opened.ts';

const EVERY: Condition = { kind: 'and', conditions: [] };
const range = (
  parameter: string,
  ...tests: readonly (readonly [RangeTest['end'], RangeTest['operator'], RangeTest['value']])[]
): Condition => ({
  kind: 'range',
  parameter,
  tests: tests.map(([end, operator, value]) => ({ end, operator, value })),
});
const and = (...conditions: readonly Condition[]): Condition => ({ kind: 'and', conditions });
const or = (...conditions: readonly Condition[]): Condition => ({ kind: 'or', conditions });
const not = (condition: Condition): Condition => ({ kind: 'not', condition });

export function searchesContract(opened: () => Opened): void {
  const store = () => opened().store;
  const found = async (where: Condition, type: Parameters<typeof query>[0] = 'Measure') => (await find(store(), type, where)).toSorted();

  beforeAll(async () => {
    await store().write([
      post('Measure', 'a', {
        keys: [
          key('status', 'active'),
          key('topic', 'x|1'),
          key('subject', 'Patient/p1'),
          key('url', 'http://m'),
          key('url', 'http://m|1'),
        ],
        texts: [key('title', 'first measure'), key('name', 'second')],
        ranges: [
          { parameter: 'date', low: '2020-01-01', high: '2020-12-31' },
          { parameter: 'date', low: '2022-01-01', high: '2022-01-01' },
          { parameter: key('size', 'mm'), low: -Infinity, high: 2.5 },
        ],
        present: ['status', 'title', 'date'],
      }),
      post('Measure', 'b', {
        keys: [key('status', 'active'), key('topic', 'x|2'), key('subject', 'Patient/p2'), key('subject', 'Patient/p10')],
        texts: [key('title', 'second measure 100% _under_ 𝔽')],
        ranges: [{ parameter: key('size', 'mm'), low: 0.1, high: 0.3 }],
        present: ['status', 'title'],
      }),
      post('Measure', 'c', { keys: [key('status', 'retired'), key('Status', 'active'), key('topic', 'x|1')], present: ['status'] }),
      post('Measure', 'd', { texts: [key('name', 'first')] }),
      post('Measure', 'deleted', { keys: [key('status', 'active')], texts: [key('title', 'first measure')], present: ['status'] }),
      post('Patient', 'p1', { keys: [key('gender', 'male')], texts: [key('name', 'ramus')] }),
      post('Patient', 'p2', { keys: [key('gender', 'female')] }),
      post('Patient', 'p10', { keys: [key('gender', 'male')] }),
      post('Task', 't1', {
        keys: [key('status', 'done'), key('for', 'Patient/p1'), key('focus', 'http://m|1'), key('focus', 'http://m|')],
      }),
      post('Task', 't2', { keys: [key('status', 'open'), key('for', 'Patient/p1'), key('for', 'Group/p2')] }),
    ]);
    await store().write([remove('Measure', 'deleted')]);
  });

  describe('conditions', () => {
    test('and of none is every current row, or of none is no row', async () => {
      expect(await found(EVERY)).toEqual(['a', 'b', 'c', 'd']);
      expect(await found(or())).toEqual([]);
      expect(await found(not(or()))).toEqual(['a', 'b', 'c', 'd']);
      expect(await found(EVERY, 'Flag')).not.toContain('a');
    });

    test('key: one of several, exactly', async () => {
      expect(await found(has(key('status', 'active')))).toEqual(['a', 'b']);
      expect(await found(has(key('status', 'retired'), key('topic', 'x|2')))).toEqual(['b', 'c']);
      expect(await found(has(...Array.from({ length: 600 }, (_, i) => key('topic', `x|${i + 2}`))))).toEqual(['b']);
      for (const absent of [
        key('status', 'activ'),
        key('status', 'ACTIVE'),
        key('status', 'active '),
        '',
        "'",
        '%',
        '$where',
        key('status', 'active\u0000'),
      ]) {
        expect(await found(has(absent))).toEqual([]);
        expect(await found(has(absent, 'other\u0000', '\ud800'))).toEqual([]);
      }
      expect(await found(has())).toEqual([]);
    });

    test('key-prefix and text-prefix: case matters, nothing in them is a pattern', async () => {
      expect(await found({ kind: 'key-prefix', prefix: key('topic', 'x|') })).toEqual(['a', 'b', 'c']);
      expect(await found({ kind: 'key-prefix', prefix: key('topic', 'X|') })).toEqual([]);
      expect(await found({ kind: 'key-prefix', prefix: key('topic', '.') })).toEqual([]);
      expect(await found({ kind: 'text-prefix', prefix: key('title', 'first') })).toEqual(['a']);
      expect(await found({ kind: 'text-prefix', prefix: key('title', '') })).toEqual(['a', 'b']);
      expect(await found({ kind: 'text-prefix', prefix: key('title', '%') })).toEqual([]);
      expect(await found({ kind: 'text-prefix', prefix: key('title', 'first\u0000') })).toEqual([]);
    });

    test('text: one of several, whole', async () => {
      const text = (...texts: readonly string[]) => found({ kind: 'text', texts });
      expect(await text(key('title', 'first measure'))).toEqual(['a']);
      expect(await text(key('title', 'first'), key('name', 'first'))).toEqual(['d']);
      expect(await text(key('title', 'First measure'), key('title', 'first measure '))).toEqual([]);
      expect(await text()).toEqual([]);
    });

    test('type: one of several, beside others and under not', async () => {
      const type = (...types: readonly ('Measure' | 'Patient' | 'Task')[]): Condition => ({ kind: 'type', types });
      const all = ['Measure', 'Patient', 'Task'] as const;
      expect(await found(type('Patient'), all)).toEqual(['p1', 'p10', 'p2']);
      expect(await found(type('Task'))).toEqual([]);
      expect(await found(type(), all)).toEqual([]);
      expect(await found(and(not(type('Measure', 'Patient'))), all)).toEqual(['t1', 't2']);
      const either = or(and(type('Patient'), has(key('gender', 'female'))), and(type('Task'), has(key('status', 'open'))));
      expect(await found(either, all)).toEqual(['p2', 't2']);
      expect(await found({ kind: 'refers', parameter: 'for', types: ['Patient'], where: type('Patient') }, 'Task')).toEqual(['t1', 't2']);
    });

    test('text-contains: within one text of that parameter', async () => {
      const contains = (text: string, parameter = 'title') => found({ kind: 'text-contains', parameter, text });
      expect(await contains('measure')).toEqual(['a', 'b']);
      expect(await contains('second')).toEqual(['b']);
      expect(await contains('second', 'name')).toEqual(['a']);
      expect(await contains('')).toEqual(['a', 'b']);
      expect(await contains('100% _under_ 𝔽')).toEqual(['b']);
      for (const text of ['%', '_', '.*']) expect(await contains(text)).toEqual(text === '.*' ? [] : ['b']);
      expect(await contains('measure\u0000')).toEqual([]);
      expect(await contains('title')).toEqual([]);
    });

    test('range: one entry passes all tests', async () => {
      expect(await found(range('date', ['low', '>=', '2020-01-01'], ['high', '<=', '2020-12-31']))).toEqual(['a']);
      expect(await found(range('date', ['low', '<=', '2020-06-01'], ['high', '>=', '2020-06-01']))).toEqual(['a']);
      expect(await found(range('date', ['low', '>', '2020-12-31'], ['high', '<', '2022-01-01']))).toEqual([]);
      expect(await found(range('date', ['low', '<', '2020-01-01']))).toEqual([]);
      expect(await found(range(key('size', 'mm'), ['high', '>', 0.3]))).toEqual(['a']);
      expect(await found(range(key('size', 'mm'), ['low', '>=', 0.1], ['high', '<=', 0.3]))).toEqual(['b']);
      expect(await found(range(key('size', 'mm'), ['low', '<', 0.1]))).toEqual(['a']);
      expect(await found(range(key('size', 'mm'), ['low', '<=', -Infinity]))).toEqual(['a']);
      expect(await found(range('size', ['high', '>', 0]))).toEqual([]);
    });

    test('has: any value of the parameter', async () => {
      expect(await found({ kind: 'has', parameter: 'title' })).toEqual(['a', 'b']);
      expect(await found(not({ kind: 'has', parameter: 'title' }))).toEqual(['c', 'd']);
    });

    test('id: one of several, each of this type', async () => {
      expect(await found({ kind: 'id', ids: ['d', 'a', 'nobody', 'p1', 'deleted'] })).toEqual(['a', 'd']);
      expect(await found({ kind: 'id', ids: ['c'] })).toEqual(['c']);
      expect(await found({ kind: 'id', ids: [] })).toEqual([]);
    });

    test('updated: finer than the times that are kept', async () => {
      const { version } = (await store().write([put('Measure', 'e', { keys: ['e'] })]))[0] ?? {};
      const time = version?.lastUpdated ?? '';
      const updated = async (operator: RangeTest['operator'], value: string) =>
        (await found(and(has('e'), { kind: 'updated', tests: [{ end: 'low', operator, value }] }))).length;
      const exactly = `${time.slice(0, -1)}000000Z`;
      const later = `${time.slice(0, -1)}000001Z`;
      expect(await Promise.all((['<', '<=', '>', '>='] as const).map((operator) => updated(operator, exactly)))).toEqual([0, 1, 0, 1]);
      expect(await Promise.all((['<', '<=', '>', '>='] as const).map((operator) => updated(operator, later)))).toEqual([1, 1, 0, 0]);
      await store().write([remove('Measure', 'e')]);
    });

    test('not, and, or nest', async () => {
      const active = has(key('status', 'active'));
      expect(await found(not(active))).toEqual(['c', 'd']);
      expect(await found(not(not(active)))).toEqual(['a', 'b']);
      expect(await found(and(not(active), or(has(key('topic', 'x|1')), { kind: 'text-prefix', prefix: key('name', 'f') })))).toEqual([
        'c',
        'd',
      ]);
      expect(await found(or(and(active, not(has(key('topic', 'x|1')))), not({ kind: 'has', parameter: 'status' })))).toEqual(['b', 'd']);
      expect(await found(not(or(active, and(has(key('topic', 'x|1')), not(active)))))).toEqual(['d']);
    });

    test('64 conditions of 100 branches each', async () => {
      const many = or(
        ...Array.from({ length: 100 }, (_, i) => range('date', ['low', '>=', `202${i % 10}`], ['high', '<=', `202${i % 10}-99`])),
      );
      expect(await found(and(...Array.from({ length: 64 }, () => many)))).toEqual(['a']);
    });

    test('concepts must be replaced before', async () => {
      const where: Condition = { kind: 'concepts', parameter: 'topic', relation: 'in', value: 'http://vs' };
      await expect(store().search(query('Measure', where))).rejects.toBeInstanceOf(Error);
    });
  });

  describe('chains', () => {
    const refers = (parameter: string, types: readonly ('Patient' | 'Measure')[], where: Condition): Condition => ({
      kind: 'refers',
      parameter,
      types,
      where,
    });

    const referredTo = (parameter: string, type: 'Measure' | 'Task', where: Condition): Condition => ({
      kind: 'referred',
      type,
      parameter,
      where,
    });

    test('refers: to a current row of a type that fulfils the rest', async () => {
      expect(await found(refers('subject', ['Patient'], has(key('gender', 'male'))))).toEqual(['a', 'b']);
      expect(await found(refers('subject', ['Patient'], { kind: 'text-prefix', prefix: key('name', 'ram') }))).toEqual(['a']);
      expect(await found(refers('subject', ['Measure'], EVERY))).toEqual([]);
      expect(await found(refers('other', ['Patient'], EVERY))).toEqual([]);
      expect(await found(not(refers('subject', ['Patient'], has(key('gender', 'female')))))).toEqual(['a', 'c', 'd']);
      expect(
        await found(and(has(key('status', 'active')), refers('subject', ['Measure', 'Patient'], { kind: 'id', ids: ['p10'] }))),
      ).toEqual(['b']);
    });

    test('refers: by url, with its version or any', async () => {
      expect(await found(refers('focus', ['Measure'], has(key('status', 'active'))), 'Task')).toEqual(['t1']);
      expect(await found(refers('focus', ['Measure'], has(key('status', 'retired'))), 'Task')).toEqual([]);
      const chained = refers('focus', ['Measure'], refers('subject', ['Patient'], has(key('gender', 'male'))));
      expect(await found(chained, 'Task')).toEqual(['t1']);
      expect(await found(or(chained, has(key('status', 'open'))), 'Task')).toEqual(['t1', 't2']);
    });

    test('a chain of three links with many branches at each', async () => {
      const branches = (where: Condition) => or(...Array.from({ length: 100 }, (_, i) => has(key('no', String(i)))), not(not(where)));
      const inmost = branches(
        and(has(key('gender', 'male')), not(referredTo('subject', 'Measure', branches(has(key('status', 'retired')))))),
      );
      const middle = branches(refers('subject', ['Patient'], inmost));
      expect(await found(branches(refers('focus', ['Measure'], middle)), 'Task')).toEqual(['t1']);
      expect(await found(refers('focus', ['Measure'], and(middle, not(or()))), 'Task')).toEqual(['t1']);
    });

    test('referred: by a current row that fulfils the rest', async () => {
      const referred = (parameter: string, where: Condition): Condition => ({ kind: 'referred', type: 'Task', parameter, where });
      expect(await found(referred('for', EVERY), 'Patient')).toEqual(['p1']);
      expect(await found(referred('for', has(key('status', 'never'))), 'Patient')).toEqual([]);
      expect(await found(not(referred('for', has(key('status', 'done')))), 'Patient')).toEqual(['p10', 'p2']);
      expect(await found(referred('focus', has(key('status', 'done'))))).toEqual(['a']);
      expect(await found(or(referred('focus', EVERY), has(key('status', 'retired'))))).toEqual(['a', 'c']);
      const both = and(
        { kind: 'referred', type: 'Measure', parameter: 'subject', where: referred('focus', EVERY) },
        has(key('gender', 'male')),
      );
      expect(await found(both, 'Patient')).toEqual(['p1']);
    });
  });

  test('several types, or all', async () => {
    expect(await found({ kind: 'id', ids: ['a', 'p1', 't1'] }, ['Measure', 'Task'])).toEqual(['a', 't1']);
    expect(await found({ kind: 'id', ids: ['p1', 't1'] }, [])).toEqual(['p1', 't1']);
    const { versions } = await store().search(query([], { kind: 'id', ids: ['p1'] }));
    expect(versions[0]).toMatchObject({ type: 'Patient', id: 'p1', versionId: 1, method: 'POST' });
    expect(versions).toEqual([await store().read('Patient', 'p1')]);
  });

  test('a change is found by its new entries at once and no longer by the old ones', async () => {
    await store().write([post('Measure', 'moved', { keys: ['from', 'stays'], texts: [key('title', 'moved from')], present: ['from'] })]);
    await store().write([put('Measure', 'moved', { keys: ['to', 'stays'], texts: [key('title', 'moved to')] })]);
    expect(await found(has('from'))).toEqual([]);
    expect(await found({ kind: 'has', parameter: 'from' })).toEqual([]);
    expect(await found({ kind: 'text-contains', parameter: 'title', text: 'from' })).toEqual([]);
    expect(await found(and(has('to'), has('stays')))).toEqual(['moved']);
    await store().write([remove('Measure', 'moved')]);
    expect(await found(has('to', 'stays'))).toEqual([]);
  });
}
