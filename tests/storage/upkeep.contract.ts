/** What `src/storage/upkeep.ts` promises, for every adapter. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ResourceType } from '../../src/fhir/types.ts';
import type { Page, Version } from '../../src/storage/store.ts';
import type { LoadedRow, Reindexed } from '../../src/storage/upkeep.ts';
import { find, has, key, post, put, remove, write } from './changes.ts';
import type { Open, Opened } from './opened.ts';

export function upkeepContract(name: string, open: Open): void {
  describe(`${name} in upkeep`, () => {
    let here: Opened;
    beforeAll(async () => {
      here = await open();
    });
    afterAll(() => here.close());

    const store = () => here.store;
    const upkeep = () => here.upkeep;

    const reindexed = (
      type: ResourceType,
      id: string,
      versionId: number,
      keys: readonly string[],
      claims: readonly string[] = [],
    ): Reindexed => ({
      ...{ type, id, versionId, parametersHash: 'second', claims },
      entries: { keys, texts: keys, ranges: [{ parameter: 'rank', low: 1, high: 1 }], present: keys, sort: { rank: { low: 1, high: 1 } } },
    });

    type Notes = Readonly<Record<string, Readonly<Record<string, string>>>>;
    const notes = (given: Notes) =>
      new Map(Object.entries(given)) as ReadonlyMap<string, Notes[string]> as Awaited<ReturnType<typeof here.upkeep.indexed>>;

    async function stale(type: ResourceType, hash: string, count = 100): Promise<readonly Version[]> {
      const found: Version[] = [];
      let total: number | undefined;
      for (let page: Page<Version> | undefined; !page || page.next; ) {
        const first = page === undefined;
        page = await upkeep().stale(type, hash, { count, ...(page?.next && { after: page.next }) });
        if (first) total = page.total;
        expect(page.items.length).toBeLessThanOrEqual(count);
        found.push(...page.items);
      }
      expect(total).toBe(found.length);
      return found;
    }

    test('counts current resources by type', async () => {
      await store().write([post('Flag', 'a'), post('Flag', 'b'), post('Goal', 'a')]);
      await store().write([remove('Flag', 'b'), remove('Goal', 'a')]);
      const counts = await upkeep().counts();
      expect(counts.get('Flag')).toBe(1);
      expect(counts.has('Goal')).toBe(false);
    });

    test('stale rows are current ones with the entries of other parameters, with their text', async () => {
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await store().write(ids.map((id) => post('Basic', id, { parametersHash: id < 'd' ? 'first' : 'second' })));
      await store().write([remove('Basic', 'b')]);
      const names = async (hash: string, count?: number) => (await stale('Basic', hash, count)).map(({ id }) => id).toSorted();
      expect(await names('first')).toEqual(['d', 'e']);
      expect(await names('second')).toEqual(['a', 'c']);
      for (const count of [1, 2, 3]) expect(await names('never', count)).toEqual(['a', 'c', 'd', 'e']);
      expect(await stale('Basic', 'second')).toContainEqual(await store().read('Basic', 'a'));
      await expect(upkeep().stale('Basic', 'second', { count: 1, after: 'strange' })).rejects.toMatchObject({ kind: 'invalid' });
    });

    test('reindex replaces entries, not the version', async () => {
      await write(store(), post('List', 'a', { keys: ['old'], texts: ['old'], present: ['old'], sort: { old: { low: 'x', high: 'x' } } }));
      const before = await store().read('List', 'a');
      expect(await upkeep().reindex([reindexed('List', 'a', 1, ['new'])])).toBe(1);
      expect(await store().read('List', 'a')).toEqual(before);
      expect((await store().history({ type: 'List', id: 'a' }, { count: 5 })).items).toHaveLength(1);
      expect(await find(store(), 'List', has('old'))).toEqual([]);
      expect(await find(store(), 'List', { kind: 'text-prefix', prefix: 'old' })).toEqual([]);
      expect(await find(store(), 'List', has('new'), { sort: [{ parameter: 'rank', descending: true }] })).toEqual(['a']);
      expect(await stale('List', 'second')).toEqual([]);
    });

    test('reindex leaves what was written since it was read', async () => {
      await write(store(), post('Group', 'a', { keys: ['one'] }));
      await write(store(), put('Group', 'a', { keys: ['two'] }));
      await write(store(), post('Group', 'b', { keys: ['one'] }));
      await write(store(), remove('Group', 'b'));
      const rows = [reindexed('Group', 'a', 1, ['lost']), reindexed('Group', 'b', 1, ['lost']), reindexed('Group', 'c', 1, ['lost'])];
      expect(await upkeep().reindex([...rows, reindexed('Group', 'b', 2, ['lost'])])).toBe(0);
      expect(await find(store(), 'Group', has('lost'))).toEqual([]);
      expect(await find(store(), 'Group', has('two'))).toEqual(['a']);
      expect(await upkeep().reindex([...rows, reindexed('Group', 'a', 2, ['found'])])).toBe(1);
      expect(await find(store(), 'Group', has('found'))).toEqual(['a']);
    });

    test('rows that were loaded and not edited since, without their text', async () => {
      const origin = { folder: 'resources/one', hash: 'h1' };
      const ids = ['a', 'b', 'c', 'd', 'e'];
      await store().write(ids.map((id) => put('Library', id, { origin })));
      await store().write([
        put('Library', 'b'),
        remove('Library', 'c', { origin }),
        put('Library', 'd', { origin: { ...origin, hash: 'h2' } }),
      ]);
      const expected = [
        { type: 'Library', id: 'a', versionId: 1, origin },
        { type: 'Library', id: 'd', versionId: 2, origin: { ...origin, hash: 'h2' } },
        { type: 'Library', id: 'e', versionId: 1, origin },
      ];
      for (const count of [1, 2, 3, 10]) {
        const rows: LoadedRow[] = [];
        for (let page: Page<LoadedRow> | undefined; !page || page.next; ) {
          page = await upkeep().loaded({ count, ...(page?.next && { after: page.next }) });
          rows.push(...page.items);
        }
        expect(rows.toSorted((x, y) => (x.id < y.id ? -1 : 1))).toEqual(expected);
      }
    });

    test('notes with which parameters types are indexed', async () => {
      expect((await upkeep().indexed()).has('Flag')).toBe(false);
      await upkeep().noteIndexed(notes({ Flag: { a: '1', b: '2' }, Goal: {} }));
      await upkeep().noteIndexed(notes({ Flag: { a: '3' } }));
      const noted = await upkeep().indexed();
      expect(noted.get('Flag')).toEqual({ a: '3' });
      expect(noted.get('Goal')).toEqual({});
      expect(noted.size).toBe(2);
    });

    describe('import', () => {
      const version = (id: string, versionId: number, method: Version['method'] = 'PUT'): Version => ({
        ...{ type: 'Questionnaire', id, versionId, method, lastUpdated: new Date(Date.UTC(2019, 0, versionId)).toISOString() },
        ...(method !== 'DELETE' && { json: Buffer.from(`{"resourceType":"Questionnaire","id":"${id}","n":1.50}`) }),
        ...(method === 'POST' && { origin: { folder: 'resources/one', hash: 'h' } }),
      });

      test('keeps versions as they are, and may be repeated', async () => {
        const rows = [version('a', 1, 'POST'), version('a', 2), version('b', 2, 'DELETE'), version('b', 1, 'POST')];
        await upkeep().importVersions(rows);
        await upkeep().importVersions(rows);
        expect(await store().read('Questionnaire', 'a')).toEqual(rows[1]);
        expect(await store().read('Questionnaire', 'a', 1)).toEqual(rows[0]);
        expect(await store().read('Questionnaire', 'b')).toEqual(rows[2]);
        const { items } = await store().history({ type: 'Questionnaire', id: 'b' }, { count: 10 });
        expect(items).toEqual([rows[2], rows[3]]);
        expect((await upkeep().counts()).get('Questionnaire')).toBe(1);
        expect((await write(store(), put('Questionnaire', 'a'))).version?.versionId).toBe(3);
      });

      test('rows are stale until they are indexed', async () => {
        await upkeep().importVersions([{ ...version('s', 1), type: 'Measure' }]);
        expect(await find(store(), 'Measure', { kind: 'and', conditions: [] })).toEqual(['s']);
        expect((await stale('Measure', 'second')).map(({ id }) => id)).toEqual(['s']);
        await upkeep().reindex([reindexed('Measure', 's', 1, ['indexed'], [key('Measure', key('http://s', '1'))])]);
        expect(await find(store(), 'Measure', has('indexed'))).toEqual(['s']);
        const rival = write(store(), post('Measure', 'rival', { claims: [key('Measure', key('http://s', '1'))] }));
        await expect(rival).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('Measure/s') });
      });

      test('a newer version replaces the entries of the one before', async () => {
        await write(store(), post('Questionnaire', 'c', { keys: ['mine'], claims: [key('Questionnaire', key('http://c', '1'))] }));
        await upkeep().importVersions([{ ...version('c', 2), lastUpdated: '2090-01-01T00:00:00.000Z' }]);
        expect(await find(store(), 'Questionnaire', has('mine'))).toEqual([]);
        expect((await store().read('Questionnaire', 'c'))?.versionId).toBe(2);
      });
    });
  });
}
