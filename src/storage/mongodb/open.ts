/** Opens a MongoDB as the parts of a store. */
import type { Ledger } from '../ledger.ts';
import type { ResourceStore } from '../store.ts';
import type { StoreUpkeep } from '../upkeep.ts';
import { calls } from './calls.ts';
import { collections } from './collections.ts';
import { connect, type MongoOptions } from './connect.ts';
import { mongoLedger } from './ledger.ts';
import { watchRevisions } from './revisions.ts';
import { searches } from './searches.ts';
import { MongoStore } from './store.ts';
import { sweepRegularly } from './sweep.ts';
import { transactions } from './transactions.ts';
import { mongoUpkeep } from './upkeep.ts';

export type { MongoOptions } from './connect.ts';

export interface OpenMongo {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly ledger: Ledger;
  /** Hosts and database, without credentials. */
  readonly kind: string;
  /** Waits for what is being written, then lets go. */
  close(): Promise<void>;
}

/** @throws Error with a sentence for the operator, never with the address: it may hold a password */
export async function openMongo(url: string, options: MongoOptions = {}): Promise<OpenMongo> {
  const { now = () => new Date(), tryForMs = 20_000, readForMs = 5_000 } = options;
  const { client, database, kind } = await connect(url, options);
  const parts = collections(database);
  const under = calls();
  const limit = { maxTimeMS: readForMs };
  const found = searches(parts, limit);
  const units = transactions({ client, collections: parts, searches: found, calls: under, tryForMs, now });
  const revisions = await watchRevisions(parts, under);
  const stopSweeping = sweepRegularly(parts, under, now);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= end();
    return closing;
  };
  const end = async () => {
    revisions.close();
    stopSweeping();
    await under.close();
    await client.close();
  };
  return {
    store: new MongoStore({ collections: parts, searches: found, transactions: units, revisions, calls: under, limit, close }),
    upkeep: mongoUpkeep({ collections: parts, transactions: units, calls: under }),
    ledger: mongoLedger(parts, under, now),
    kind,
    close,
  };
}
