/** What `src/storage/ledger.ts` promises, for every adapter. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from '../../src/storage/store.ts';
import type { Open, Opened } from './opened.ts';

export function ledgerContract(name: string, open: Open): void {
  describe(`${name} as a ledger`, () => {
    let here: Opened;
    beforeAll(async () => {
      here = await open();
    });
    afterAll(() => here.close());

    const past = new Date('2020-01-01');
    const future = new Date('2090-01-01');
    const ledger = () => here.ledger;

    async function all(kind: string, count = 100): Promise<readonly object[]> {
      const found: object[] = [];
      for (let page: Page<object> | undefined; !page || page.next; ) {
        page = await ledger().list(kind, { count, ...(page?.next && { after: page.next }) });
        expect(page.items.length).toBeLessThanOrEqual(count);
        found.push(...page.items);
      }
      return found;
    }

    test('records of a kind come oldest first, in pages', async () => {
      for (let i = 0; i < 7; i++) expect(await ledger().append('listed', { i })).toBe(true);
      await ledger().append('other', { i: 'other' });
      for (const count of [1, 3, 7, 8]) expect(await all('listed', count)).toEqual(Array.from({ length: 7 }, (_, i) => ({ i })));
      expect(await all('nothing')).toEqual([]);
      await expect(ledger().list('listed', { count: 1, after: 'strange' })).rejects.toMatchObject({ kind: 'invalid' });
    });

    test('a record comes back as it was', async () => {
      const record = { text: 'ü 𝔽 \u0000 "', 'a.b$': { deep: [1.5, null, true, { $set: {} }] } };
      await ledger().append('kept', record);
      expect(await all('kept')).toEqual([record]);
    });

    test('a key is taken once, in its kind', async () => {
      expect(await ledger().append('keyed', { n: 1 }, { key: 'k' })).toBe(true);
      expect(await ledger().append('keyed', { n: 2 }, { key: 'k' })).toBe(false);
      expect(await ledger().append('keyed', { n: 3 }, { key: 'K' })).toBe(true);
      expect(await ledger().append('keyed-too', { n: 4 }, { key: 'k' })).toBe(true);
      expect(await all('keyed')).toEqual([{ n: 1 }, { n: 3 }]);
    });

    test('of 50 at once, in two processes, one takes the key', async () => {
      const other = await here.another();
      try {
        const appends = Array.from({ length: 50 }, (_, i) =>
          (i % 2 ? other : here).ledger.append('raced', { i }, { key: 'one', until: future }),
        );
        expect((await Promise.all(appends)).filter(Boolean)).toHaveLength(1);
        expect(await all('raced')).toHaveLength(1);
      } finally {
        await other.close();
      }
    });

    test('a record past its time is gone, its key free again', async () => {
      expect(await ledger().append('timed', { n: 1 }, { key: 'k', until: past })).toBe(true);
      expect(await all('timed')).toEqual([]);
      expect(await ledger().append('timed', { n: 2 }, { key: 'k', until: future })).toBe(true);
      expect(await ledger().append('timed', { n: 3 }, { key: 'k' })).toBe(false);
      expect(await all('timed')).toEqual([{ n: 2 }]);
    });
  });
}
