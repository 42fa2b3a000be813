/** MongoDB as a ResourceStore: a replica set or a sharded cluster, MongoDB 6 to 8. */
import { randomUUID } from 'node:crypto';
import { FhirError } from '../../fhir/error.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { SearchQuery } from '../../search/query.ts';
import { isKnowledgeType } from '../knowledge.ts';
import type { Change, Changes, Expectation, HistoryScope, Page, Paging, ResourceStore, SearchPage, Version, Written } from '../store.ts';
import type { Calls } from './calls.ts';
import type { Collections } from './collections.ts';
import { toVersion, VERSION_FIELDS } from './documents.ts';
import { history } from './history.ts';
import type { Revisions } from './revisions.ts';
import type { Searches, TimeLimit } from './searches.ts';
import type { Transactions } from './transactions.ts';

export interface MongoParts {
  readonly collections: Collections;
  readonly searches: Searches;
  readonly transactions: Transactions;
  readonly revisions: Revisions;
  readonly calls: Calls;
  readonly limit: TimeLimit;
  readonly close: () => Promise<void>;
}

export class MongoStore implements ResourceStore {
  readonly #parts: MongoParts;

  constructor(parts: MongoParts) {
    this.#parts = parts;
  }

  read(type: ResourceType, id: string, versionId?: number): Promise<Version | undefined> {
    const { collections, calls, limit } = this.#parts;
    return calls.run(async () => {
      const options = { projection: VERSION_FIELDS, ...limit };
      const found =
        versionId === undefined
          ? await collections.current.findOne({ _id: `${type}/${id}` }, options)
          : await collections.versions.findOne({ _id: `${type}/${id}/${versionId}` }, options);
      return found ? toVersion(found) : undefined;
    });
  }

  history(scope: HistoryScope, page: Paging): Promise<Page<Version>> {
    const { collections, calls, limit } = this.#parts;
    return calls.run(() => history(collections, scope, page, limit));
  }

  search(query: SearchQuery): Promise<SearchPage> {
    return this.#parts.calls.run(() => this.#parts.searches.page(query));
  }

  async write(changes: readonly Change[], expectations: readonly Expectation[] = []): Promise<readonly Written[]> {
    refuseRepeated(changes);
    const written = await this.#parts.transactions.write({ id: randomUUID(), changes, expectations });
    if (changes.some(({ type }) => isKnowledgeType(type))) await this.#parts.revisions.refresh();
    return written;
  }

  changes(since: number): Promise<Changes> {
    return this.#parts.revisions.since(since);
  }

  close(): Promise<void> {
    return this.#parts.close();
  }
}

function refuseRepeated(changes: readonly Change[]): void {
  const names = new Set<string>();
  for (const { type, id } of changes) {
    const name = `${type}/${id}`;
    if (names.has(name)) throw new FhirError('invalid', `${name} is changed twice in one unit; a unit changes each resource once.`);
    names.add(name);
  }
}
