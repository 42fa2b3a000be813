/**
 * The rows of one type that fulfil a condition, in order, from a place on. Three ways, the first that fits:
 * - *few*: some index gives few rows; they are checked, sorted and cut.
 * - *walk*: an index has the order that is asked for; it is walked until the page is full.
 * - *sweep*: an index has the order of the first of several sort keys; it is walked, the best rows kept, until what follows
 *   has another value of that key than the last of them.
 */
import { chain, type Fragment, raw, sql } from '../fragment.ts';
import { headOf, RESOURCE_HEAD } from '../rows.ts';
import { compile } from './conditions.ts';
import { compareFound, type Found } from './found.ts';
import { ALL } from './leaves.ts';
import { columnsOf, isNewest, NEWEST, type OneType } from './one-type.ts';
import { newestFirst, type Order, orderOf } from './orders.ts';
import { type Plan, plan } from './plan.ts';
import { route } from './route.ts';
import { sorted } from './sorted.ts';
import { paused, type Steps } from './steps.ts';

/** At most `limit` rows. */
export function* find(search: OneType): Steps<readonly Found[]> {
  const way = yield* plan(search, find, search.limits.few);
  if (way.few) return sorted(search, way.few, checksOf(search, way, false));
  const order = orderOfFirst(search, way);
  if (search.sort.length > 1) return yield* sweep(search, order, checksOf(search, way, false));
  return yield* walk(search, order, checksOf(search, way, search.sort.every(isNewest)));
}

/** How many rows fulfil the condition, whatever the limit. */
export function* count(search: OneType): Steps<number> {
  const way = yield* plan({ ...search, sort: [NEWEST] }, find, search.limits.few);
  if (way.few) return countIn(search, sql`SELECT DISTINCT row FROM (${way.few})`, checksOf(search, way, false));
  const checks = checksOf(search, way, true);
  const { stretch: looked } = search.limits;
  const size = way.checks.length === 0 ? 10 * looked : looked; // counting alone is cheap
  const path = route(search.connection, newestFirst(search.types.number(search.type), way.key, way.bounds), undefined);
  let total = 0;
  for (let stretch = path.stretch(); stretch; stretch = path.stretch()) {
    const cut = sql`${stretch.select} LIMIT ${size}`;
    total += way.checks.length === 0 ? countAll(search, cut) : countIn(search, cut, checks);
    if (path.advance(size)) yield* paused(search.budget, looked);
  }
  return total;
}

function* walk(search: OneType, order: Order, checks: Fragment): Steps<readonly Found[]> {
  const { connection, type, after, limit, budget, limits } = search;
  const found: Found[] = [];
  const path = route(connection, order, after && { value: after.values[0] ?? null, id: after.id });
  let stretches = 0;
  for (let stretch = path.stretch(); stretch; stretch = path.stretch()) {
    const rows = connection.all(sql`SELECT ${raw(RESOURCE_HEAD)}, c.value FROM (${stretch.select} LIMIT ${limits.stretch}) c
      CROSS JOIN resource r ON r.row = c.row WHERE r.deleted = 0 AND ${stretch.check} AND ${checks} LIMIT ${limit - found.length}`);
    for (const row of rows) found.push({ head: headOf(type, row), values: [(row[7] as Found['values'][0]) ?? null] });
    if (found.length >= limit) break;
    if (!path.advance(limits.stretch)) continue;
    yield* paused(budget, limits.stretch);
    const instead = stretches++ === 0 ? yield* findAmongMore(search) : undefined;
    if (instead) return instead;
  }
  return found;
}

/** For a walk that meets few hits: everything, if an index gives not too many rows to check and sort. */
function* findAmongMore(search: OneType): Steps<readonly Found[] | undefined> {
  const way = yield* plan(search, find, 8 * search.limits.few);
  return way.few && sorted(search, way.few, checksOf(search, way, false));
}

function* sweep(search: OneType, order: Order, checks: Fragment): Steps<readonly Found[]> {
  const { connection, after, limit, budget, limits } = search;
  const compare = compareFound(search.sort);
  const path = route(connection, order, after && { value: after.values[0] ?? null, id: '' });
  let best: readonly Found[] = [];
  let stretches = 0;
  for (let stretch = path.stretch(); stretch; stretch = path.stretch()) {
    const found = sorted(search, sql`${stretch.select} LIMIT ${limits.stretch}`, sql`${stretch.check} AND ${checks}`);
    best = [...best, ...found].sort(compare).slice(0, limit);
    const reached = path.advance(limits.stretch);
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

function checksOf({ type, types }: OneType, way: Plan, newestFirst: boolean): Fragment {
  return chain(
    way.checks.map((check) => compile(check, columnsOf(type, newestFirst), types)),
    'AND',
    ALL,
  );
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
