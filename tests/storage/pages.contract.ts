/** Part of the store's contract: order, pages, totals. */
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { IndexEntries, SortValue } from '../../src/search/entries.ts';
import type { Cursor, SearchQuery, SortKey } from '../../src/search/query.ts';
import { find, has, post, put, query, remove } from './changes.ts';
import type { Opened } from './opened.ts';

const by = (parameter: string, descending = false): SortKey => ({ parameter, descending });
const point = (value: string | number): SortValue => ({ low: value, high: value });

export function pagesContract(opened: () => Opened): void {
  const store = () => opened().store;
  const every = has('every');

  /** All pages of a query, one after the other. */
  async function pages(
    given: SearchQuery,
    between: (page: number) => Promise<unknown> = async () => undefined,
  ): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let after: Cursor | undefined, number = 1; ; number++) {
      const page = await store().search({ ...given, ...(after && { after }) });
      ids.push(...page.versions.map(({ id }) => id));
      if (!page.next) return ids;
      expect(page.versions).toHaveLength(given.count);
      after = JSON.parse(JSON.stringify(page.next));
      await between(number);
    }
  }

  describe('order', () => {
    const row = (id: string, sort: IndexEntries['sort']) => put('Location', id, { keys: ['every'], sort });
    beforeAll(async () => {
      await store().write([row('e', { title: point('m'), rank: point(2) }), row('b', { title: { low: 'a', high: 'z' }, rank: point(10) })]);
      await new Promise((resolve) => setTimeout(resolve, 3));
      await store().write([
        row('d', { title: point('m'), rank: point(-1.5) }),
        row('a', {}),
        row('c', { title: point('n'), open: { low: -Infinity, high: Infinity } }),
      ]);
    });
    const sorted = (...sort: readonly SortKey[]) => find(store(), 'Location', every, { sort });

    test('newest first, then by id', async () => {
      expect(await sorted()).toEqual(['a', 'c', 'd', 'b', 'e']);
      expect(await sorted(by('_lastUpdated', true))).toEqual(['a', 'c', 'd', 'b', 'e']);
      expect(await sorted(by('_lastUpdated'))).toEqual(['b', 'e', 'a', 'c', 'd']);
    });

    test('by id', async () => {
      expect(await sorted(by('_id'))).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect(await sorted(by('_id', true))).toEqual(['e', 'd', 'c', 'b', 'a']);
    });

    test('by a parameter: smallest value ascending, largest descending, those without last, ties by id', async () => {
      expect(await sorted(by('title'))).toEqual(['b', 'd', 'e', 'c', 'a']);
      expect(await sorted(by('title', true))).toEqual(['b', 'c', 'd', 'e', 'a']);
      expect(await sorted(by('rank'))).toEqual(['d', 'e', 'b', 'a', 'c']);
      expect(await sorted(by('rank', true))).toEqual(['b', 'e', 'd', 'a', 'c']);
      expect(await sorted(by('nothing'))).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    test('by several keys', async () => {
      expect(await sorted(by('title'), by('rank'))).toEqual(['b', 'd', 'e', 'c', 'a']);
      expect(await sorted(by('title'), by('rank', true))).toEqual(['b', 'e', 'd', 'c', 'a']);
      expect(await sorted(by('nothing'), by('title', true), by('_id', true))).toEqual(['b', 'c', 'e', 'd', 'a']);
      expect(await sorted(by('_lastUpdated', true), by('rank'))).toEqual(['d', 'a', 'c', 'e', 'b']);
    });

    const orders: readonly (readonly SortKey[])[] = [
      ...[[], [by('_id')], [by('_id', true)], [by('_lastUpdated')], [by('title')], [by('title', true)], [by('rank')]],
      ...[
        [by('nothing', true)],
        [by('open'), by('title')],
        [by('open', true)],
        [by('title'), by('rank', true)],
        [by('nothing'), by('title', true)],
      ],
    ];
    test.each(orders.map((sort) => [sort]))('pages of any size have that order: %j', async (sort) => {
      const whole = await sorted(...sort);
      for (const count of [1, 2, 3, 4, 5, 6]) {
        expect(await pages(query('Location', every, { sort, count }))).toEqual(whole);
        expect(await pages(query('Location', { kind: 'and', conditions: [] }, { sort, count }))).toEqual(whole);
      }
    });

    test('the total is that of all pages, given when it is asked for', async () => {
      const first = await store().search(query('Location', every, { count: 2, total: true }));
      expect([first.versions.length, first.total]).toEqual([2, 5]);
      const next = { count: 2, total: true, ...(first.next && { after: first.next }) };
      expect((await store().search(query('Location', every, next))).total).toBe(5);
      expect(await store().search(query('Location', every, { count: 0, total: true }))).toEqual({ versions: [], total: 5 });
      expect(await store().search(query('Location', has('nothing'), { total: true }))).toEqual({ versions: [], total: 0 });
      expect(await store().search(query('Location', every))).not.toHaveProperty('total');
    });

    test('pages of several types hold each row once', async () => {
      await store().write([put('Organization', 'b', { keys: ['every'] }), put('Organization', 'c', { keys: ['every'] })]);
      for (const sort of [[], [by('_id')], [by('_id', true)], [by('title')], [by('title', true), by('_id')]]) {
        const given = query(['Organization', 'Location'], every, { sort });
        const whole = (await store().search(given)).versions.map(({ type, id }) => `${type}/${id}`);
        expect(new Set(whole).size).toBe(7);
        for (const count of [1, 3]) {
          const ids = await pages({ ...given, count });
          expect(ids).toEqual(whole.map((name) => name.split('/')[1]));
        }
      }
    });

    test.each([
      { values: [], type: 'Location', id: 'a' },
      { values: ['x', 'y'], type: 'Location', id: 'a' },
      { values: ['no time'], type: 'Location', id: 'a' },
    ] as const)('a place %j that is none in this order is refused', async (after) => {
      await expect(store().search(query('Location', every, { after }))).rejects.toMatchObject({ kind: 'invalid' });
    });
  });

  test('whoever is not changed while pages are read appears exactly once', async () => {
    const row = (id: string, value: string) => put('Invoice', id, { keys: ['every'], sort: { title: point(value) } });
    const ids = Array.from({ length: 40 }, (_, i) => `row-${String(i).padStart(2, '0')}`);
    await store().write(ids.map((id, i) => row(id, `title ${i % 7}`)));
    const changed = new Set<string>();
    const disturb = (page: number) => {
      const updated = ids[(page * 7) % 40] ?? '';
      const deleted = ids[(page * 11 + 1) % 40] ?? '';
      changed.add(updated).add(deleted).add(`new-${page}`);
      if (updated === deleted) return store().write([row(updated, 'title 9')]);
      return store().write([
        row(updated, `title ${page % 9}`),
        remove('Invoice', deleted),
        post('Invoice', `new-${page}`, { keys: ['every'] }),
      ]);
    };
    const round = async (sort: readonly SortKey[]) => {
      changed.clear();
      await store().write(ids.map((id, i) => row(id, `title ${i % 7}`)));
      const read = await pages(query('Invoice', every, { sort, count: 6 }), disturb);
      const unchanged = read.filter((id) => !changed.has(id) && ids.includes(id));
      expect(unchanged.toSorted()).toEqual(ids.filter((id) => !changed.has(id)));
      const added = (await find(store(), 'Invoice', every)).filter((id) => id.startsWith('new-'));
      await store().write(added.map((id) => remove('Invoice', id)));
    };
    for (const sort of [[], [by('title')], [by('title', true)], [by('_id')], [by('title'), by('_lastUpdated')]]) await round(sort);
  });
}
