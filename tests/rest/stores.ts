import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { MemoryStore } from '../memory-store.ts';

export interface OpenedStore {
  readonly store: ResourceStore;
  close(): Promise<void>;
}

/** The stores that the interactions are tried on. */
export const stores: readonly [name: string, open: () => Promise<OpenedStore>][] = [
  ['the model in memory', async () => ({ store: new MemoryStore(), close: async () => {} })],
  ['the embedded store', openEmbedded],
];

export async function openEmbedded(): Promise<OpenedStore> {
  const folder = await mkdtemp(join(tmpdir(), 'ramus-rest-'));
  const { store, close } = openSqlite(join(folder, 'test.db'));
  return {
    store,
    close: async () => {
      await close();
      await rm(folder, { recursive: true });
    },
  };
}
