/**
 * The rows of one type that fulfil a condition, in order, from a place on. Three ways, the first that fits:
 * - *few*: some index gives few rows; they are checked, sorted and cut.
 * - *walk*: an index has the order that is asked for; it is walked until the page is full.
 * - *sweep*: an index has the order of the first of several sort keys; it is walked, the best rows kept, until what follows
 *   has another value of that key than the last of them.
 */
import type { Condition } from '../../../search/query.ts';
import { chain, type Fragment, raw, sql } from '../fragment.ts';
import { headOf, RESOURCE_HEAD } from '../rows.ts';
import { compile } from './conditions.ts';
import { chainsIn } from './fan-out.ts';
import { compareFound, type Found } from './found.ts';
import { ALL } from './leaves.ts';
import { columnsOf, inShortStretches, isNewest, NEWEST, type OneType } from './one-type.ts';
import { newestFirst, type Order, orderOf } from './orders.ts';
import { passing } from './passing.ts';
import { type Plan, plan } from './plan.ts';
import { route } from './route.ts';
import { sorted } from './sorted.ts';
import { paused, type Steps } from './steps.ts';

/** At most `limit` rows. */
export function* find(given: OneType): Steps<readonly Found[]> {
  const search = inShortStretches(given);
  const way = yield* plan(search, find, search.limits.few);
  if (way.few) return yield* few(search, way, way.few);
  const order = orderOfFirst(search, way);
  return yield* search.sort.length > 1 ? sweep(search, order, way) : walk(search, order, way);
}

function* few(search: OneType, way: Plan, rows: Fragment): Steps<readonly Found[]> {
  const { chained, plain } = checksOf(search, way, false);
  return yield* passing(search, sorted(whole(search, chained), rows, plain), chained, search.limit, find);
}

/** How many rows fulfil the condition, whatever the limit. */
export function* count(given: OneType): Steps<number> {
  const search = inShortStretches(given);
  const way = yield* plan({ ...search, sort: [NEWEST] }, find, search.limits.few);
  if (way.few) return yield* countAmong(search, sql`SELECT DISTINCT row FROM (${way.few})`, checksOf(search, way, false));
  const checks = checksOf(search, way, !way.checks.some(isChained));
  const { stretch: looked } = search.limits;
  const size = way.checks.length === 0 ? 10 * looked : looked; // counting alone is cheap
  const path = route(search.connection, newestFirst(search.types.number(search.type), way.key, way.bounds), undefined);
  let total = 0;
  for (let stretch = path.stretch(); stretch; ) {
    const cut = sql`${stretch.select} LIMIT ${size}`;
    const counting = countAmong(search, cut, checks, way.checks.length === 0);
    const first = counting.next(); // what the stretch holds is read before anybody else may write
    const more = path.advance(size) !== undefined;
    total += first.done ? first.value : yield* counting;
    if (more) yield* paused(search.budget, looked);
    stretch = path.stretch();
  }
  return total;
}

function* walk(search: OneType, order: Order, way: Plan): Steps<readonly Found[]> {
  const { connection, type, after, limit, budget, limits } = search;
  const { chained, plain } = checksOf(search, way, search.sort.every(isNewest));
  const found: Found[] = [];
  const path = route(connection, order, after && { value: after.values[0] ?? null, id: after.id });
  let looked = 0;
  for (let stretch = path.stretch(), size = firstSize(search, chained); stretch; stretch = path.stretch()) {
    const rows = connection.all(sql`SELECT ${raw(RESOURCE_HEAD)}, c.value FROM (${stretch.select} LIMIT ${size}) c
      CROSS JOIN resource r ON r.row = c.row WHERE r.deleted = 0 AND ${stretch.check} AND ${plain}
      LIMIT ${chained.length > 0 ? size : limit - found.length}`);
    const full = chained.length === 0 && rows.length >= limit - found.length;
    const more = !full && path.advance(size) !== undefined;
    const read = rows.map((row): Found => ({ head: headOf(type, row), values: [(row[7] as Found['values'][0]) ?? null] }));
    found.push(...(yield* passing(search, read, chained, limit - found.length, find)));
    if (found.length >= limit) break;
    if (!more) continue;
    yield* paused(budget, size);
    const before = looked;
    looked += size;
    size = Math.min(4 * size, limits.stretch);
    const instead = before < limits.stretch && looked >= limits.stretch ? yield* findAmongMore(search) : undefined;
    if (instead) return instead;
  }
  return found.slice(0, limit);
}

/** Where chains are to be followed, fewer rows at first: those may be enough. */
function firstSize({ limits }: OneType, chained: readonly Condition[]): number {
  return chained.length > 0 ? Math.min(128, limits.stretch) : limits.stretch;
}

/** For a walk that meets few hits: everything, if an index gives not too many rows to check and sort. */
function* findAmongMore(search: OneType): Steps<readonly Found[] | undefined> {
  const way = yield* plan(search, find, 8 * search.limits.few);
  return way.few && (yield* few(search, way, way.few));
}

function* sweep(search: OneType, order: Order, way: Plan): Steps<readonly Found[]> {
  const { connection, after, limit, budget, limits } = search;
  const { chained, plain } = checksOf(search, way, false);
  const compare = compareFound(search.sort);
  const path = route(connection, order, after && { value: after.values[0] ?? null, id: '' });
  let best: readonly Found[] = [];
  let stretches = 0;
  for (let stretch = path.stretch(); stretch; stretch = path.stretch()) {
    const read = sorted(whole(search, chained), sql`${stretch.select} LIMIT ${limits.stretch}`, sql`${stretch.check} AND ${plain}`);
    const reached = path.advance(limits.stretch);
    const found = yield* passing(search, read, chained, limit, find);
    best = [...best, ...found].sort(compare).slice(0, limit);
    const last = best[limit - 1];
    if (last && reached?.value !== last.values[0]) break;
    if (!reached) continue;
    yield* paused(budget, limits.stretch);
    const instead = stretches++ === 0 ? yield* findAmongMore(search) : undefined;
    if (instead) return instead;
  }
  return best;
}

/** The order of the first sort key; of one key's rows where that is newest first. */
function orderOfFirst({ sort, types, type }: OneType, way: Plan): Order {
  const [first = NEWEST] = sort;
  const number = types.number(type);
  return isNewest(first) ? newestFirst(number, way.key, way.bounds) : orderOf(number, first, way.bounds);
}

interface Checks {
  /** What each row tells by itself. */
  readonly plain: Fragment;
  /** What leads to other rows. */
  readonly chained: readonly Condition[];
}

function checksOf({ type, types }: OneType, { checks }: Plan, newestFirst: boolean): Checks {
  const chained = checks.filter(isChained);
  const columns = columnsOf(type, newestFirst);
  const plain = checks.filter((check) => !chained.includes(check)).map((check) => compile(check, columns, types));
  return { chained, plain: chain(plain, 'AND', ALL) };
}

function isChained(condition: Condition): boolean {
  return chainsIn(condition).length > 0;
}

/** All rows rather than the first ones, where not all of them will stay. */
function whole(search: OneType, chained: readonly Condition[]): OneType {
  return chained.length > 0 ? { ...search, limit: -1 } : search;
}

function* countAmong(search: OneType, rows: Fragment, { plain, chained }: Checks, all = false): Steps<number> {
  if (all) return countAll(search, rows);
  if (chained.length === 0) return countIn(search, rows, plain);
  const { after: _, ...first } = search;
  const found = sorted({ ...first, sort: [NEWEST], limit: -1 }, rows, plain);
  return (yield* passing(search, found, chained, Number.POSITIVE_INFINITY, find)).length;
}

function countIn({ connection }: OneType, rows: Fragment, checks: Fragment): number {
  const [total] =
    connection.get(sql`SELECT count(*) FROM (${rows}) c CROSS JOIN resource r ON r.row = c.row
    WHERE r.deleted = 0 AND ${checks}`) ?? [];
  return Number(total);
}

function countAll({ connection }: OneType, rows: Fragment): number {
  return Number(connection.get(sql`SELECT count(*) FROM (${rows})`)?.[0]);
}
