/**
 * What `src/storage/store.ts` promises, for every adapter. Nothing of a database stands here. Each part uses types of its own,
 * so that one database serves all.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { post, query, write } from './changes.ts';
import { historiesContract } from './histories.contract.ts';
import type { Open, Opened } from './opened.ts';
import { pagesContract } from './pages.contract.ts';
import { racesContract } from './races.contract.ts';
import { searchesContract } from './searches.contract.ts';
import { writesContract } from './writes.contract.ts';

export function storeContract(name: string, open: Open): void {
  describe(`${name} as a store`, () => {
    let here: Opened;
    const opened = () => here;
    beforeAll(async () => {
      here = await open();
    });
    afterAll(() => here.close());

    describe('writes', () => writesContract(opened));
    describe('races', () => racesContract(opened));
    describe('history', () => historiesContract(opened));
    describe('search', () => searchesContract(opened));
    describe('pages', () => pagesContract(opened));
    describe('processes', () => processesContract(opened, open));
  });
}

function processesContract(opened: () => Opened, open: Open): void {
  test('a write is seen by the next read and search of another process', async () => {
    const other = await opened().another();
    try {
      for (let i = 0; i < 20; i++) {
        const { version } = await write(opened().store, post('Slot', `slot-${i}`, { keys: ['slot'] }));
        expect(await other.store.read('Slot', `slot-${i}`)).toEqual(version);
        expect((await other.store.search(query('Slot', { kind: 'key', keys: ['slot'] }))).versions).toHaveLength(i + 1);
      }
    } finally {
      await other.close();
    }
  });

  test('two processes that write at once make dense versions', async () => {
    const other = await opened().another();
    try {
      const writes = Array.from({ length: 30 }, (_, i) =>
        write((i % 2 ? other : opened()).store, { ...post('Slot', 'shared'), kind: 'update' }),
      );
      const versions = (await Promise.all(writes)).map(({ version }) => version?.versionId ?? 0);
      expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    } finally {
      await other.close();
    }
  });

  test('what is being written when the store is closed is written; later writes are refused', async () => {
    const store = await open();
    const other = await store.another();
    try {
      const writes = Array.from({ length: 20 }, (_, i) => write(store.store, post('Slot', `last-${i}`)));
      await Promise.all([...writes, store.store.close()]);
      for (let i = 0; i < 20; i++) expect((await other.store.read('Slot', `last-${i}`))?.versionId).toBe(1);
      await expect(write(store.store, post('Slot', 'late'))).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(store.store.read('Slot', 'last-1')).rejects.toMatchObject({ kind: 'unavailable' });
    } finally {
      await other.close();
      await store.close();
    }
  });
}
