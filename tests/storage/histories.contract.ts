/** Part of the store's contract: histories of an instance, a type and everything; which knowledge changed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { HistoryScope, Version } from '../../src/storage/store.ts';
import { post, put, remove, write } from './changes.ts';
import type { Opened } from './opened.ts';

export function historiesContract(opened: () => Opened): void {
  const store = () => opened().store;
  const at = (seconds: number) => new Date(Date.UTC(2020, 0, 1, 0, 0, seconds)).toISOString();
  const names = (items: readonly Version[]) => items.map(({ id, versionId }) => `${id}/${versionId}`);

  async function all(scope: HistoryScope, count: number): Promise<readonly string[]> {
    const found: string[] = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page: Awaited<ReturnType<ReturnType<typeof store>['history']>> = await store().history(scope, {
        count,
        ...(after && { after }),
      });
      expect(page.items.length).toBeLessThanOrEqual(count);
      found.push(...names(page.items));
      after = page.next;
    }
    return found;
  }

  describe('histories', () => {
    beforeAll(async () => {
      const version = (id: string, versionId: number, seconds: number, method: Version['method'] = 'PUT'): Version => ({
        ...{ type: 'Group', id, versionId, lastUpdated: at(seconds), method },
        ...(method !== 'DELETE' && { json: Buffer.from(`{"resourceType":"Group","id":"${id}"}`) }),
      });
      await opened().upkeep.importVersions([
        ...[version('a', 1, 10, 'POST'), version('a', 2, 20), version('a', 3, 30, 'DELETE'), version('a', 4, 40)],
        ...[version('b', 1, 15, 'POST'), version('b', 2, 35)],
        { ...version('c', 1, 25), type: 'Goal' },
      ]);
    });

    test('of an instance: newest first, deletions included, texts as they were', async () => {
      const { items, total, next } = await store().history({ type: 'Group', id: 'a' }, { count: 10 });
      expect(names(items)).toEqual(['a/4', 'a/3', 'a/2', 'a/1']);
      expect(items.map(({ method }) => method)).toEqual(['PUT', 'DELETE', 'PUT', 'POST']);
      expect(items[1]).toEqual({ type: 'Group', id: 'a', versionId: 3, lastUpdated: at(30), method: 'DELETE' });
      expect(String(items[3]?.json)).toBe('{"resourceType":"Group","id":"a"}');
      expect(total).toBe(4);
      expect(next).toBeUndefined();
      expect((await store().history({ type: 'Group', id: 'nobody' }, { count: 10 })).items).toEqual([]);
    });

    test('of a type and of everything', async () => {
      expect(await all({ type: 'Group' }, 100)).toEqual(['a/4', 'b/2', 'a/3', 'a/2', 'b/1', 'a/1']);
      const everything = (await store().history({ at: { low: at(0), high: at(100) } }, { count: 100 })).items;
      expect(names(everything.filter(({ lastUpdated }) => lastUpdated < at(100)))).toEqual([
        'a/4',
        'b/2',
        'a/3',
        'c/1',
        'a/2',
        'b/1',
        'a/1',
      ]);
    });

    test('since an instant, that instant included', async () => {
      expect(await all({ type: 'Group', since: at(30) }, 100)).toEqual(['a/4', 'b/2', 'a/3']);
      expect(await all({ type: 'Group', since: `${at(30).slice(0, -1)}000001Z` }, 100)).toEqual(['a/4', 'b/2']);
      expect(await all({ type: 'Group', id: 'a', since: at(20) }, 100)).toEqual(['a/4', 'a/3', 'a/2']);
      expect(await all({ type: 'Group', since: at(41) }, 100)).toEqual([]);
    });

    test('current at some time of an interval', async () => {
      expect(await all({ type: 'Group', at: { low: at(22), high: at(22) } }, 100)).toEqual(['a/2', 'b/1']);
      expect(await all({ type: 'Group', at: { low: at(30), high: at(36) } }, 100)).toEqual(['b/2', 'a/3', 'b/1']);
      expect(await all({ type: 'Group', id: 'a', at: { low: at(20), high: at(29) } }, 100)).toEqual(['a/2']);
      expect(await all({ type: 'Group', id: 'a', at: { low: at(0), high: at(9) } }, 100)).toEqual([]);
    });

    test('with their number, wherever the page begins', async () => {
      const count = async (scope: HistoryScope) => {
        const first = await store().history(scope, { count: 1 });
        const second = first.next === undefined ? first : await store().history(scope, { count: 1, after: first.next, total: true });
        expect(second.total).toBe(first.total);
        expect((await store().history(scope, { count: 1, total: false })).total).toBeUndefined();
        return first.total;
      };
      expect(await count({ type: 'Group' })).toBe(6);
      expect(await count({ type: 'Group', since: at(30) })).toBe(3);
      expect(await count({ type: 'Group', id: 'a', since: at(20) })).toBe(3);
      expect(await count({ type: 'Group', at: { low: at(22), high: at(36) } })).toBe(
        (await all({ type: 'Group', at: { low: at(22), high: at(36) } }, 100)).length,
      );
      expect(await count({ at: { low: at(0), high: at(50) } })).toBe(7);
      expect(await count({ type: 'Slot' })).toBe(0);
    });

    test.each([1, 2, 4, 6])('in pages of %i: each version once', async (count) => {
      const whole = await all({ type: 'Group' }, 100);
      expect(await all({ type: 'Group' }, count)).toEqual(whole);
      expect(await all({ type: 'Group', id: 'a' }, count)).toEqual(['a/4', 'a/3', 'a/2', 'a/1']);
      expect(await all({ type: 'Group', at: { low: at(22), high: at(36) } }, count)).toEqual(['b/2', 'a/3', 'a/2', 'b/1']);
    });

    test('pages are not disturbed by what is written meanwhile', async () => {
      await store().write(Array.from({ length: 6 }, (_, i) => post('Schedule', `s${i}`)));
      const first = await store().history({ type: 'Schedule' }, { count: 4 });
      await store().write([put('Schedule', 's0'), post('Schedule', 's9')]);
      const second = await store().history({ type: 'Schedule' }, { count: 4, after: first.next ?? '' });
      expect(new Set([...names(first.items), ...names(second.items)])).toEqual(new Set(['s0/1', 's1/1', 's2/1', 's3/1', 's4/1', 's5/1']));
    });

    test.each(['', 'x', '{}', '[]', '["a"]', 'null', '[1,2'])('a page token %j that nobody made is refused', async (after) => {
      await expect(store().history({ type: 'Group' }, { count: 2, after })).rejects.toMatchObject({ kind: 'invalid' });
    });
  });

  describe('changes', () => {
    test('tell of knowledge, by name, from a revision on', async () => {
      const { revision, changed } = await store().changes(0);
      expect(changed).toBe('all');
      expect(await store().changes(revision)).toEqual({ revision, changed: [] });
      await store().write([post('Library', 'known'), post('Person', 'person'), post('Questionnaire', 'asked')]);
      await write(store(), put('Library', 'known'));
      await write(store(), remove('Questionnaire', 'asked'));
      const after = await store().changes(revision);
      const told = after.changed === 'all' ? [] : after.changed.map(({ type, id }) => `${type}/${id}`);
      expect(new Set(told)).toEqual(new Set(['Library/known', 'Questionnaire/asked']));
      expect(await store().changes(after.revision)).toEqual({ revision: after.revision, changed: [] });
    });

    test('of another process are seen within a second', async () => {
      const other = await opened().another();
      try {
        const { revision } = await other.store.changes(0);
        await write(store(), post('Library', 'elsewhere'));
        expect((await other.store.read('Library', 'elsewhere'))?.versionId).toBe(1);
        const seen = async () => (await other.store.changes(revision)).changed;
        for (const deadline = Date.now() + 900; Date.now() < deadline && (await seen()).length === 0; ) await sleep(20);
        expect(await seen()).toEqual([{ type: 'Library', id: 'elsewhere' }]);
      } finally {
        await other.close();
      }
    });

    test('of a revision that is not known are everything', async () => {
      const { revision } = await store().changes(0);
      for (const since of [-1, revision + 1_000_000]) expect(await store().changes(since)).toEqual({ revision, changed: 'all' });
    });
  });
}
