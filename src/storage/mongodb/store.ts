/** MongoDB as a ResourceStore: a replica set or a sharded cluster, MongoDB 6 to 8. */
import { randomUUID } from 'node:crypto';
import type { ResourceType } from '../../fhir/types.ts';
import type { SearchQuery } from '../../search/query.ts';
import { isKnowledgeType } from '../knowledge.ts';
import type { Ledger } from '../ledger.ts';
import type { Change, Changes, Expectation, HistoryScope, Page, Paging, ResourceStore, SearchPage, Version, Written } from '../store.ts';
import type { StoreUpkeep } from '../upkeep.ts';
import { type Collections, collections } from './collections.ts';
import { connect, type MongoOptions } from './connect.ts';
import { toVersion, VERSION_FIELDS } from './documents.ts';
import { guarded } from './faults.ts';
import { history } from './history.ts';
import { mongoLedger } from './ledger.ts';
import { type Revisions, watchRevisions } from './revisions.ts';
import { type Searches, searches } from './searches.ts';
import { sweepRegularly } from './sweep.ts';
import { type Transactions, transactions } from './transactions.ts';
import { mongoUpkeep } from './upkeep.ts';

interface Parts {
  readonly collections: Collections;
  readonly searches: Searches;
  readonly transactions: Transactions;
  readonly revisions: Revisions;
  readonly close: () => Promise<void>;
}

export class MongoStore implements ResourceStore {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  read(type: ResourceType, id: string, versionId?: number): Promise<Version | undefined> {
    const { current, versions } = this.#parts.collections;
    return guarded(async () => {
      const found =
        versionId === undefined
          ? await current.findOne({ _id: `${type}/${id}` }, { projection: VERSION_FIELDS })
          : await versions.findOne({ _id: `${type}/${id}/${versionId}` });
      return found ? toVersion(found) : undefined;
    });
  }

  history(scope: HistoryScope, page: Paging): Promise<Page<Version>> {
    return guarded(() => history(this.#parts.collections, scope, page));
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return guarded(() => this.#parts.searches.page(query));
  }

  async write(changes: readonly Change[], expectations: readonly Expectation[] = []): Promise<readonly Written[]> {
    const written = await this.#parts.transactions.write({ id: randomUUID(), changes, expectations });
    if (changes.some(({ type }) => isKnowledgeType(type))) await this.#parts.revisions.refresh().catch(() => undefined); // the next poll reads it
    return written;
  }

  async changes(since: number): Promise<Changes> {
    return this.#parts.revisions.since(since);
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}

/** Opens the database of a `mongodb://` URL. @throws Error with a sentence for the operator */
export async function openMongo(
  url: string,
  now: () => Date,
  options: MongoOptions = {},
): Promise<{ store: ResourceStore; upkeep: StoreUpkeep; ledger: Ledger }> {
  const { client, database } = await connect(url, options);
  const parts = collections(database);
  const found = searches(parts);
  const units = transactions(client, parts, found, now);
  const revisions = await watchRevisions(parts);
  const stopSweeping = sweepRegularly(parts, now);
  const close = async () => {
    revisions.close();
    stopSweeping();
    await client.close();
  };
  return {
    store: new MongoStore({ collections: parts, searches: found, transactions: units, revisions, close }),
    upkeep: mongoUpkeep(parts, units),
    ledger: mongoLedger(parts, now),
  };
}
