import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ledger } from './storage/ledger.ts';
import type { MongoOptions } from './storage/mongodb/open.ts';
import { openSqlite } from './storage/sqlite/open.ts';
import type { ResourceStore } from './storage/store.ts';
import type { StoreUpkeep } from './storage/upkeep.ts';

export interface OpenStore {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly ledger: Ledger;
  /** What is in use, for the operator: never with credentials. */
  readonly kind: string;
  /** Waits for what is being written, then lets go. */
  close(): Promise<void>;
}

/**
 * The only place that names adapters. `file:path` (relative to the working folder) or `file:///path` is the embedded store,
 * `mongodb://…` or `mongodb+srv://…` a MongoDB; of the options `log` is for both, the others are for that one.
 * @throws Error a sentence for the operator, never with the address: it may hold a password
 */
export async function openStore(url: string, options: MongoOptions = {}): Promise<OpenStore> {
  if (/^mongodb(\+srv)?:/i.test(url)) {
    const { openMongo } = await import('./storage/mongodb/open.ts'); // its driver takes a tenth of a start
    return openMongo(url, options);
  }
  if (!url.startsWith('file:')) {
    const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? 'an address without a scheme';
    throw new Error(
      `DATABASE_URL begins with ${scheme}, which no store here opens; use mongodb://HOST:PORT/DATABASE, or file: and a path, such as file:./data/ramus.db.`,
    );
  }
  const path = url.startsWith('file://') ? fileURLToPath(url) : resolve(url.slice('file:'.length));
  return { ...openSqlite(path, options.log ? { log: options.log } : {}), kind: `embedded SQLite file ${path}` };
}
