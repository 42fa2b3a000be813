/** Changes and queries for tests of stores, with entries written by hand: a store must not know how entries are made. */
import type { LosslessObject } from '../../src/fhir/json.ts';
import { resourceText } from '../../src/fhir/resource-text.ts';
import type { ResourceType } from '../../src/fhir/types.ts';
import { type IndexEntries, SEPARATOR } from '../../src/search/entries.ts';
import type { Condition, SearchQuery } from '../../src/search/query.ts';
import type { Change, ResourceStore, Written } from '../../src/storage/store.ts';

export interface Made
  extends Partial<Omit<IndexEntries, 'sort'>>,
    Partial<Pick<Change, 'kind' | 'method' | 'ifMatch' | 'ifNoneMatch' | 'origin'>> {
  readonly sort?: IndexEntries['sort'];
  readonly claims?: readonly string[];
  readonly parametersHash?: string;
  /** Further members of the resource. */
  readonly members?: LosslessObject;
}

/** `parameter␟value`. */
export function key(parameter: string, value: string): string {
  return `${parameter}${SEPARATOR}${value}`;
}

/** An update unless `made` says otherwise. */
export function put(type: ResourceType, id: string, made: Made = {}): Change {
  const { keys = [], texts = [], ranges = [], present = [], sort = {}, claims = [], parametersHash = 'first', members, ...rest } = made;
  const text = resourceText({ resourceType: type, ...members }, id);
  const content = { text, entries: { keys, texts, ranges, present, sort }, parametersHash, claims };
  return { kind: 'update', method: 'PUT', type, id, content, ...rest };
}

export function post(type: ResourceType, id: string, made: Made = {}): Change {
  return put(type, id, { kind: 'create', method: 'POST', ...made });
}

export function remove(type: ResourceType, id: string, made: Pick<Change, 'ifMatch' | 'origin'> = {}): Change {
  return { kind: 'delete', method: 'DELETE', type, id, ...made };
}

export function has(...keys: readonly string[]): Condition {
  return { kind: 'key', keys };
}

export function query(type: ResourceType | readonly ResourceType[], where: Condition, rest: Partial<SearchQuery> = {}): SearchQuery {
  return { types: typeof type === 'string' ? [type] : type, where, sort: [], count: 100, ...rest };
}

/** Ids that a query finds, in order. */
export async function find(store: ResourceStore, ...given: Parameters<typeof query>): Promise<readonly string[]> {
  const { versions } = await store.search(query(...given));
  return versions.map(({ id }) => id);
}

/** What one change came to. */
export async function write(store: ResourceStore, change: Change): Promise<Written> {
  const [written] = await store.write([change]);
  if (!written) throw new Error('The store said nothing of the change.');
  return written;
}

/** How many promises came to what: `created`, `updated`, or the kind of the fault. */
export async function outcomes(writes: readonly Promise<readonly Written[]>[]): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(writes)) {
    const name = result.status === 'fulfilled' ? result.value[0]?.outcome : (result.reason.kind ?? String(result.reason));
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
