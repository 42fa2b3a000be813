import type { ResourceText } from '../fhir/resource-text.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { IndexEntries } from '../search/entries.ts';
import type { Cursor, SearchQuery } from '../search/query.ts';

/**
 * Where resources live, whatever the database. What it promises is `tests/storage/store.contract.ts`; every adapter passes it.
 * A write is all or nothing, durable when it is acknowledged, and seen by the next read of any process.
 * Faults that a caller may meet are FhirErrors: `stale`, `conflict`, `too-costly`, `unavailable`.
 */
export interface ResourceStore {
  /** The current version, or that version; a deletion is a Version without json. Undefined: never existed. */
  read(type: ResourceType, id: string, versionId?: number): Promise<Version | undefined>;
  /** Versions newest first, deletions included. */
  history(scope: HistoryScope, page: Paging): Promise<Page<Version>>;
  /** Current resources that fulfil the query. */
  search(query: SearchQuery): Promise<SearchPage>;
  /**
   * All or none, in the order given. One change per resource.
   * @throws FhirError `stale` (ifMatch, ifNoneMatch), `conflict` (url|version taken: names who has it; an expectation no longer holds)
   */
  write(changes: readonly Change[], expectations?: readonly Expectation[]): Promise<readonly Written[]>;
  /** Which knowledge resources were written since a revision, by any process. `changes(0)` gives 'all' and the revision to go on from. */
  changes(since: number): Promise<Changes>;
  close(): Promise<void>;
}

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Version {
  readonly type: ResourceType;
  readonly id: string;
  /** Dense from 1; a deletion counts. */
  readonly versionId: number;
  /** ISO instant with milliseconds, UTC; never earlier than that of the version before. */
  readonly lastUpdated: string;
  readonly method: Method;
  /** UTF-8 text as it is kept, sent as it is; absent for a deletion. */
  readonly json?: Buffer;
  /** Where the content loader read it, if it did. */
  readonly origin?: Origin;
}

/** The file that a loaded row came from; a row written by anybody else has none. */
export interface Origin {
  /** Folder of the document, as configured (`resources/posterior-ramus-syndrome`). */
  readonly folder: string;
  /** SHA-256 of the resource's content, hex. */
  readonly hash: string;
}

export interface Change {
  readonly kind: 'create' | 'update' | 'delete';
  readonly type: ResourceType;
  readonly id: string;
  readonly method: Method;
  /** Versions, one of which must be current; '*': anything that exists. Else `stale`. */
  readonly ifMatch?: readonly number[] | '*';
  /** '*': must not exist (a deleted one does not). Else `stale`. */
  readonly ifNoneMatch?: '*';
  /** Absent for a deletion. */
  readonly content?: Content;
  readonly origin?: Origin;
}

export interface Content {
  readonly text: ResourceText;
  readonly entries: IndexEntries;
  /** Hash of the search parameters that the entries were made with. */
  readonly parametersHash: string;
  /** Identities that one resource at a time may have: `Type␟url␟version` of canonical resources. */
  readonly claims: readonly string[];
}

/** What came of one change. `unchanged`: a deletion of what does not exist; version is then the deletion found, if any. */
export type Written =
  | { readonly outcome: 'created' | 'updated' | 'deleted'; readonly version: Version }
  | { readonly outcome: 'unchanged'; readonly version?: Version };

/** That a query (its `where` and `types`; paging is ignored) still finds exactly these ids when the unit is written. */
export interface Expectation {
  readonly query: SearchQuery;
  readonly ids: readonly string[];
}

export interface HistoryScope {
  readonly type?: ResourceType;
  /** Only with a type. */
  readonly id?: string;
  /** Versions made at this instant or later; ISO, UTC. */
  readonly since?: string;
  /** Versions current at some time between the two instants, both included; ISO, UTC. */
  readonly at?: { readonly low: string; readonly high: string };
}

export interface Paging {
  readonly count: number;
  /** `next` of the page before. Plain JSON; an adapter refuses what it did not make with FhirError `invalid`. */
  readonly after?: string;
  /** Whether all items are to be counted, whatever it costs, or none; where it is left open, at most COUNTED are. */
  readonly total?: boolean;
}

/** Items of a history up to which every page tells how many there are. */
export const COUNTED = 10_000;

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: string;
  /** Number of all items, where it is cheap or was asked for. */
  readonly total?: number;
}

export interface SearchPage {
  readonly versions: readonly Version[];
  /** Absent on the last page. */
  readonly next?: Cursor;
  /** Present when the query asked for it. */
  readonly total?: number;
}

export interface Changes {
  readonly revision: number;
  readonly changed: readonly { readonly type: ResourceType; readonly id: string }[] | 'all';
}
