/**
 * Searches for contained resources (https://hl7.org/fhir/R4/search.html#contained). They are no rows: those that contain one of the
 * type are walked, newest first, and what they contain is looked at. Where rows that stand for themselves are asked for too, they
 * stand between, in the same order.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FhirError } from '../fhir/error.ts';
import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { containsKey } from '../search/contained.ts';
import { type ContainedMatcher, createContainedMatcher } from '../search/contained-matches.ts';
import type { ContainedSearch } from '../search/contained-parameters.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { Cursor, SearchQuery } from '../search/query.ts';
import type { ResourceStore, SearchPage, Version } from '../storage/store.ts';
import { comparePlaces, cursorOf, END, type Hit, hitOf, type Place, placeOf, rowOf, WHOLE } from './contained-order.ts';

/** Containers that one request looks into. */
export const MOST_CONTAINERS = 1_000;
const BATCH = 100;
const NO_ROWS: SearchPage = { versions: [] };

export interface ContainedDeps {
  readonly store: Pick<ResourceStore, 'read' | 'search'>;
  readonly registry: ParameterRegistry;
  /** Containers that one request looks into, where that is not MOST_CONTAINERS. */
  readonly most?: number;
}

/** What is asked of contained resources. */
interface Wanted extends ContainedSearch {
  readonly type: ResourceType;
  /** Of one type, in the order that is given when no other is asked for. */
  readonly query: SearchQuery;
  readonly after?: Place;
}

export interface HitPage {
  readonly hits: readonly Hit[];
  /** Absent on the last page. */
  readonly next?: Cursor;
  readonly total?: number;
}

/**
 * One page. It may be shorter than asked for where the containers that one request looks into hold no more.
 * @throws FhirError `too-costly` where they hold no match, or not all that are to be counted
 */
export async function containedPage(deps: ContainedDeps, query: SearchQuery, contained: ContainedSearch): Promise<HitPage> {
  const after = query.after && placeOf(query.after);
  const wanted: Wanted = { ...contained, query, type: query.types[0] as ResourceType, ...(after && { after }) };
  const rows = await rowsOf(deps, wanted);
  const { found, end } = await walk(deps, wanted, rows);
  const left = [...rows.versions.map((version) => hitOf(version, WHOLE)), ...found]
    .filter((hit) => (!after || comparePlaces(hit, after) > 0) && (!end || comparePlaces(hit, end) < 0))
    .sort(comparePlaces);
  const hits = left.slice(0, query.count);
  if (end && (query.total || hits.length === 0)) throw tooCostly(wanted.type, deps.most ?? MOST_CONTAINERS);
  const last = hits.at(-1);
  const next = hits.length < left.length ? last : (end ?? (rows.next && last));
  return {
    hits,
    ...(next && { next: cursorOf(next) }),
    ...(query.total && { total: found.length + (rows.total ?? 0) }),
  };
}

/** The page of those that stand for themselves. */
async function rowsOf({ store }: ContainedDeps, { withRows, query, after }: Wanted): Promise<SearchPage> {
  const { types, where, count, total } = query;
  if (!withRows) return NO_ROWS;
  return store.search({ types, where, sort: [], count, ...(total && { total }), ...(after && { after: rowOf(after) }) });
}

interface Walked {
  readonly found: readonly Hit[];
  /** Behind the last container looked into, where more are left than may be. */
  readonly end?: Place;
}

/** Until there are more hits than the page holds; to count them all, from the first to the last. */
async function walk(deps: ContainedDeps, wanted: Wanted, rows: SearchPage): Promise<Walked> {
  const { count, total } = wanted.query;
  const matcher = createContainedMatcher({ type: wanted.type, where: wanted.query.where, registry: deps.registry });
  const lastRow = rows.next && rows.versions.at(-1);
  const found: Hit[] = [];
  let walked = 0;
  let end: Place | undefined;
  for await (const version of containers(deps, wanted)) {
    const isFull = found.length > count || (lastRow && comparePlaces(hitOf(version, WHOLE), hitOf(lastRow, WHOLE)) > 0);
    if (isFull && !total) break;
    if (walked++ === (deps.most ?? MOST_CONTAINERS)) return { found, ...(end && { end }) };
    found.push(...hitsIn(matcher, wanted, version));
    end = hitOf(version, END);
    await nextTurn(); // others go between
  }
  return { found };
}

/** Rows that contain something of the type, from the place on; where that is inside of one, with it. */
async function* containers({ store }: ContainedDeps, { as, type, query, after: place }: Wanted): AsyncGenerator<Version> {
  const from = query.total ? undefined : place;
  if (from && as === 'contained') {
    const version = await store.read(from.type, from.id);
    if (version?.json) yield version; // where it was written since, it stands in front of the place
  }
  const where = { kind: 'key', keys: [containsKey(type)] } as const;
  let after = from && rowOf(from);
  let count = query.total ? BATCH : Math.min(query.count + 1, BATCH);
  do {
    const page = await store.search({ types: [], where, sort: [], count, ...(after && { after }) });
    yield* page.versions;
    after = page.next;
    count = BATCH; // who needs more than the first may need many
  } while (after);
}

/** None that is found as a row as well, and none that comes before the page unless all are counted. */
function hitsIn(matcher: ContainedMatcher, { query, as, withRows, after }: Wanted, version: Version): readonly Hit[] {
  const resource = JSON.parse(String(version.json)) as FhirResource;
  const places = matcher.inside(resource, version.lastUpdated);
  const hits = places.map((place) => hitOf(version, place + 1)).filter((hit) => query.total || !after || comparePlaces(hit, after) > 0);
  if (as === 'contained' || hits.length === 0) return hits;
  return withRows && matcher.whole(resource, version.lastUpdated) ? [] : [hitOf(version, WHOLE)];
}

function tooCostly(type: ResourceType, most: number): FhirError {
  return new FhirError(
    'too-costly',
    `The search looked into ${most} resources that contain a ${type} without an end; ask for no total, or for what contains it by a chain.`,
  );
}
