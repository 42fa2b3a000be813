/** Orders that an index has: the rows of a type, or of one key, from a place on, without sorting. */
import type { SortKey } from '../../../search/query.ts';
import { type Fragment, raw, type SqlValue, sql } from '../fragment.ts';
import { SPAN } from '../layout.ts';
import { ALL } from './leaves.ts';

/** Where a row stands in an order of one key. */
export interface Place {
  readonly value: SqlValue;
  readonly id: string;
}

/** One stretch of an order: `SELECT row, id, value … ORDER BY …`, to be cut by LIMIT; `check` is left to whoever reads it. */
export interface Stretch {
  readonly select: Fragment;
  readonly check: Fragment;
}

/** The stretches that follow a place, one after the other; all of the order where none is given. */
export type Order = (after: Place | undefined) => readonly Stretch[];

/** Newest first, then by id: of all rows of a type, or of those with one key. `bounds` limits `updated`. */
export function newestFirst(type: number, key: string | undefined, bounds: Fragment): Order {
  const all = sql`FROM resource INDEXED BY resource_newest WHERE type = ${type} AND deleted = 0 AND ${bounds}`;
  const rows = key === undefined ? all : sql`FROM by_key WHERE type = ${type} AND name = ${key} AND ${bounds}`;
  return byValue({ rows, value: 'updated', descending: true });
}

/** The order of one sort key. */
export function orderOf(type: number, { parameter, descending }: SortKey, bounds: Fragment): Order {
  if (parameter === '_id') return byId(type, descending);
  if (parameter === '_lastUpdated') return descending ? newestFirst(type, undefined, bounds) : oldestFirst(type, bounds);
  const table = descending ? 'sort_high' : 'sort_low';
  const rows = sql`FROM ${raw(table)} WHERE type = ${type} AND name = ${parameter}`;
  const present = byValue({ rows, value: descending ? 'high' : 'low', descending });
  const missing = sql`NOT EXISTS (SELECT 1 FROM span WHERE row = c.row AND kind = ${SPAN.sort} AND name = ${parameter})`;
  return (after) => {
    const last = unsorted(type)(after?.value === null ? after : undefined).map((part) => ({ ...part, check: missing }));
    return after?.value === null ? last : [...present(after), ...last];
  };
}

function oldestFirst(type: number, bounds: Fragment): Order {
  const rows = sql`FROM resource INDEXED BY resource_oldest WHERE type = ${type} AND deleted = 0 AND ${bounds}`;
  return byValue({ rows, value: 'updated', descending: false });
}

/** The rest of those with the same value, then those with later ones: two stretches, because one index range cannot say it. */
function byValue({ rows, value, descending }: { rows: Fragment; value: string; descending: boolean }): Order {
  const column = raw(value);
  const direction = raw(descending ? `${value} DESC, id` : `${value}, id`);
  const select = (where: Fragment, order: Fragment) => ({
    select: sql`SELECT row, id, ${column} AS value ${rows} AND ${where} ORDER BY ${order}`,
    check: ALL,
  });
  return (after) => {
    if (!after) return [select(ALL, direction)];
    const later = sql`${column} ${raw(descending ? '<' : '>')} ${after.value}`;
    return [select(sql`${column} = ${after.value} AND id > ${after.id}`, raw('id')), select(later, direction)];
  };
}

/** All rows of a type, the deleted ones too. */
function byId(type: number, descending: boolean): Order {
  const rows = sql`SELECT row, id, id AS value FROM resource INDEXED BY resource_id WHERE type = ${type}`;
  return (after) => {
    // a place between two types has the id of one row as its value and another text as its id
    const operator = after && `${descending ? '<' : '>'}${String(after.value) > after.id ? '=' : ''}`;
    const from = after ? sql`AND id ${raw(operator ?? '')} ${after.value}` : raw('');
    return [{ select: sql`${rows} ${from} ORDER BY id ${raw(descending ? 'DESC' : '')}`, check: ALL }];
  };
}

/** All rows of a type by id, without a value. */
function unsorted(type: number): Order {
  const rows = sql`SELECT row, id, NULL AS value FROM resource INDEXED BY resource_id WHERE type = ${type}`;
  return (after) => [{ select: sql`${rows} AND id > ${after?.id ?? ''} ORDER BY id`, check: ALL }];
}
