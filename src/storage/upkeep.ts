import type { ResourceType } from '../fhir/types.ts';
import type { IndexEntries } from '../search/entries.ts';
import type { Origin, Page, Paging, Version } from './store.ts';

/** What start-up and operators need of a store, never a request. Promise: `tests/storage/upkeep.contract.ts`. */
export interface StoreUpkeep {
  /** Current rows of a type whose entries were made with other search parameters than `parametersHash`; the first page has the total. */
  stale(type: ResourceType, parametersHash: string, page: Paging): Promise<Page<Version>>;
  /** Replaces entries without a new version, only where the row is still the version that was read; gives how many were. */
  reindex(rows: readonly Reindexed[]): Promise<number>;
  /**
   * With which search parameters all rows of a type are known to be indexed (code → fingerprint), as it was noted last;
   * types that nobody noted are left out.
   */
  indexed(): Promise<ReadonlyMap<ResourceType, Readonly<Record<string, string>>>>;
  /** Notes that all rows of these types are indexed with these parameters; all types in one unit, other types keep their note. */
  noteIndexed(fingerprints: ReadonlyMap<ResourceType, Readonly<Record<string, string>>>): Promise<void>;
  /** Rows that the content loader wrote and nobody edited since (current version has an origin), without their json. */
  loaded(page: Paging): Promise<Page<LoadedRow>>;
  /** Number of current resources by type; types without any are left out. */
  counts(): Promise<ReadonlyMap<ResourceType, number>>;
  /** Writes versions as they are, history included: moving from another store. Entries are made by `reindex` afterwards. */
  importVersions(rows: readonly Version[]): Promise<void>;
}

export interface Reindexed {
  readonly type: ResourceType;
  readonly id: string;
  readonly versionId: number;
  readonly entries: IndexEntries;
  readonly parametersHash: string;
  readonly claims: readonly string[];
}

export interface LoadedRow {
  readonly type: ResourceType;
  readonly id: string;
  readonly versionId: number;
  readonly origin: Origin;
}
