import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceStore } from '../../src/storage/store.ts';
import { openStore } from '../../src/stores.ts';
import { MemoryStore } from '../memory-store.ts';

export interface OpenedStore {
  readonly store: ResourceStore;
  close(): Promise<void>;
}

/** Address of a MongoDB on which every store is opened, in a database of its own; without it, the embedded store. */
const MONGODB = process.env.TEST_MONGODB;

/** The stores that the interactions are tried on. */
export const stores: readonly [name: string, open: () => Promise<OpenedStore>][] = MONGODB
  ? [['MongoDB', openEmbedded]]
  : [
      ['the model in memory', async () => ({ store: new MemoryStore(), close: async () => {} })],
      ['the embedded store', openEmbedded],
    ];

/** An empty store: the embedded one, unless all tests run on another. */
export async function openEmbedded(): Promise<OpenedStore> {
  if (MONGODB) return openStore(MONGODB.replace(/^([^/]*\/\/[^/?]+)[^?]*/, `$1/ramus-test-${randomUUID()}`)); // it may name several hosts
  const folder = await mkdtemp(join(tmpdir(), 'ramus-rest-'));
  const { store, close } = await openStore(`file:${join(folder, 'test.db')}`);
  return {
    store,
    close: async () => {
      await close();
      await rm(folder, { recursive: true });
    },
  };
}
