/**
 * A ResourceStore in memory: the simple model that the real ones are compared with. Each question is answered by looking
 * at every row; nothing is indexed, nothing is clever.
 */
import { FhirError } from '../src/fhir/error.ts';
import { fillText } from '../src/fhir/resource-text.ts';
import type { ResourceType } from '../src/fhir/types.ts';
import type { IndexEntries, RangeValue } from '../src/search/entries.ts';
import { matches, type Row as Searched } from '../src/search/matches.ts';
import type { Cursor, SearchQuery } from '../src/search/query.ts';
import { isKnowledgeType } from '../src/storage/knowledge.ts';
import type {
  Change,
  Changes,
  Expectation,
  HistoryScope,
  Page,
  Paging,
  ResourceStore,
  SearchPage,
  Version,
  Written,
} from '../src/storage/store.ts';

interface Row {
  readonly version: Version;
  /** Absent for a deletion. */
  readonly entries?: IndexEntries;
  readonly claims: readonly string[];
}

/** The newest version of a resource that is not deleted. */
interface CurrentRow extends Searched {
  readonly version: Version;
  readonly claims: readonly string[];
}

export class MemoryStore implements ResourceStore {
  /** All versions, oldest first. */
  private rows: readonly Row[] = [];
  private readonly clock: () => Date;

  constructor(clock: () => Date = () => new Date()) {
    this.clock = clock;
  }

  async read(type: ResourceType, id: string, versionId?: number): Promise<Version | undefined> {
    return this.rows.findLast(({ version }) => isOf(version, type, id) && (versionId ?? version.versionId) === version.versionId)?.version;
  }

  async history(scope: HistoryScope, { count, after }: Paging): Promise<Page<Version>> {
    const all = this.rows.map(({ version }) => version).filter((version) => this.isInScope(version, scope));
    const newest = all.reverse();
    const start = after === undefined ? 0 : newest.findIndex((version) => place(version) === after) + 1;
    if (after !== undefined && start === 0) throw new FhirError('invalid', 'No page begins there.');
    const items = newest.slice(start, start + count);
    const last = items.at(-1);
    const isMore = last !== undefined && start + count < newest.length;
    return { items, total: newest.length, ...(isMore && { next: place(last) }) };
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    const hits = this.hits(query).sort((a, b) => compare(query, cursorOf(query, a), cursorOf(query, b)));
    const { after } = query;
    const rest = after ? hits.filter((row) => compare(query, cursorOf(query, row), after) > 0) : hits;
    const page = rest.slice(0, query.count);
    const last = page.at(-1);
    return {
      versions: page.map(({ version }) => version),
      ...(last && rest.length > page.length && { next: cursorOf(query, last) }),
      ...(query.total && { total: hits.length }),
    };
  }

  async write(changes: readonly Change[], expectations: readonly Expectation[] = []): Promise<readonly Written[]> {
    const before = this.rows;
    try {
      for (const expectation of expectations) this.check(expectation);
      return changes.map((change) => this.apply(change));
    } catch (error) {
      this.rows = before;
      throw error;
    }
  }

  async changes(since: number): Promise<Changes> {
    const written = this.rows.map(({ version: { type, id } }) => ({ type, id })).filter(({ type }) => isKnowledgeType(type));
    return { revision: written.length, changed: since === 0 ? 'all' : written.slice(since) };
  }

  async close(): Promise<void> {}

  private current(): readonly CurrentRow[] {
    const rows = new Map(this.rows.map((row) => [`${row.version.type}/${row.version.id}`, row]));
    return [...rows.values()].flatMap(({ version, claims, entries }) => {
      const { type, id, lastUpdated } = version;
      return entries ? [{ type, id, lastUpdated, entries, version, claims }] : [];
    });
  }

  private hits({ types, where }: SearchQuery): CurrentRow[] {
    const rows = this.current();
    const related = (type: ResourceType) => rows.filter((row) => row.type === type);
    return rows.filter((row) => (types.length === 0 || types.includes(row.type)) && matches(where, row, related));
  }

  private check({ query, ids }: Expectation): void {
    const found = this.hits(query).map(({ version }) => version.id);
    if (found.length === ids.length && found.every((id) => ids.includes(id))) return;
    throw new FhirError('conflict', 'Another write changed what the criteria find.');
  }

  private apply(change: Change): Written {
    const { type, id, method, content, origin } = change;
    const before = this.rows.findLast(({ version }) => isOf(version, type, id));
    const current = before?.version.json ? before.version : undefined;
    checkConditions(change, current);
    if (!content && !current) return { outcome: 'unchanged', ...(before && { version: before.version }) };
    this.checkClaims(change);
    const versionId = (before?.version.versionId ?? 0) + 1;
    const now = this.clock().toISOString();
    const lastUpdated = before && before.version.lastUpdated > now ? before.version.lastUpdated : now;
    const json = content && fillText(content.text, versionId, lastUpdated);
    const version: Version = { type, id, versionId, lastUpdated, method, ...(json && { json }), ...(origin && { origin }) };
    this.rows = [...this.rows, { version, claims: content?.claims ?? [], ...(content && { entries: content.entries }) }];
    return { outcome: !content ? 'deleted' : current ? 'updated' : 'created', version };
  }

  private checkClaims({ type, id, content }: Change): void {
    const other = this.current().find(
      ({ version, claims }) => !isOf(version, type, id) && claims.some((claim) => content?.claims.includes(claim)),
    );
    if (other) throw new FhirError('conflict', `${other.version.type}/${other.version.id} has this url and version already.`);
  }

  private isInScope(version: Version, { type, id, since, at }: HistoryScope): boolean {
    if (type !== undefined && version.type !== type) return false;
    if (id !== undefined && version.id !== id) return false;
    if (since !== undefined && version.lastUpdated < since) return false;
    if (!at) return true;
    const next = this.rows.find((row) => isOf(row.version, version.type, version.id) && row.version.versionId === version.versionId + 1);
    return version.lastUpdated <= at.high && (!next || next.version.lastUpdated > at.low);
  }
}

function isOf(version: Version, type: ResourceType, id: string): boolean {
  return version.type === type && version.id === id;
}

function place({ type, id, versionId }: Version): string {
  return `${type}/${id}/${versionId}`;
}

function checkConditions({ kind, ifMatch, ifNoneMatch, type, id }: Change, current: Version | undefined): void {
  if (kind === 'create' && current) throw new FhirError('conflict', `${type}/${id} exists already.`);
  if (ifNoneMatch && current) throw new FhirError('stale', `${type}/${id} exists already.`);
  if (ifMatch === undefined) return;
  if (!current || (ifMatch !== '*' && !ifMatch.includes(current.versionId)))
    throw new FhirError('stale', `${type}/${id} has another version.`);
}

function cursorOf({ sort }: SearchQuery, { version, entries }: CurrentRow): Cursor {
  const value = (parameter: string, descending: boolean): RangeValue | null => {
    if (parameter === '_lastUpdated') return version.lastUpdated;
    if (parameter === '_id') return version.id;
    const found = entries.sort[parameter];
    return found === undefined ? null : descending ? found.high : found.low;
  };
  const values = sort.length === 0 ? [version.lastUpdated] : sort.map(({ parameter, descending }) => value(parameter, descending));
  return { values, type: version.type, id: version.id };
}

function compare({ sort }: SearchQuery, a: Cursor, b: Cursor): number {
  for (const [index, left] of a.values.entries()) {
    const descending = sort[index]?.descending ?? true;
    const right = b.values[index] ?? null;
    if (left === right) continue;
    if (left === null || right === null) return left === null ? 1 : -1;
    return left < right === descending ? 1 : -1;
  }
  return a.type === b.type ? order(a.id, b.id) : order(a.type, b.type);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
