import type { RangeValue } from '../../../search/entries.ts';
import type { SortKey } from '../../../search/query.ts';
import { type Fragment, raw, sql } from '../fragment.ts';
import { SPAN } from '../layout.ts';
import { headOf, RESOURCE_HEAD } from '../rows.ts';
import type { Found } from './found.ts';
import type { After, OneType } from './one-type.ts';

/** Checks a bounded set of rows (`SELECT row …`, perhaps some twice), sorts them and gives the first ones after the place. */
export function sorted({ connection, type, sort, after, limit }: OneType, rows: Fragment, checks: Fragment): readonly Found[] {
  const values = sort.map((key, i) => sql`, ${sortValue(key)} AS s${raw(String(i))}`).reduce((all, one) => sql`${all}${one}`, raw(''));
  const order = sort.map(({ descending }, i) => `s${i} IS NULL, s${i}${descending ? ' DESC' : ''}`).join();
  const found = connection.all(sql`SELECT * FROM (
      SELECT ${raw(RESOURCE_HEAD)}${values} FROM (SELECT DISTINCT row FROM (${rows})) c CROSS JOIN resource r ON r.row = c.row
      WHERE r.deleted = 0 AND ${checks})
    ${after ? sql`WHERE ${isAfter(sort, after, 0)}` : raw('')} ORDER BY ${raw(order)}, id LIMIT ${limit}`);
  return found.map((row) => ({ head: headOf(type, row), values: row.slice(7) as (RangeValue | null)[] }));
}

function sortValue({ parameter, descending }: SortKey): Fragment {
  if (parameter === '_id') return raw('r.id');
  if (parameter === '_lastUpdated') return raw('r.updated');
  const end = raw(descending ? 'high' : 'low');
  return sql`(SELECT ${end} FROM span WHERE row = c.row AND kind = ${SPAN.sort} AND name = ${parameter})`;
}

/** Whether the values from the i-th on come after those of the place; missing values come last in both directions. */
function isAfter(sort: readonly SortKey[], after: After, i: number): Fragment {
  const key = sort[i];
  if (!key) return sql`id > ${after.id}`;
  const column = raw(`s${i}`);
  const value = after.values[i] ?? null;
  const same = isAfter(sort, after, i + 1);
  if (value === null) return sql`(${column} IS NULL AND ${same})`;
  return sql`(${column} IS NULL OR ${column} ${raw(key.descending ? '<' : '>')} ${value} OR (${column} = ${value} AND ${same}))`;
}
