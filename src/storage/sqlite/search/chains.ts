/** References and what they lead to, as `search/links.ts` has it: by `Type/id`, by `url|version`, by `url|` of any version. */
import type { ResourceType } from '../../../fhir/types.ts';
import { SEPARATOR } from '../../../search/entries.ts';
import { chain, type Fragment, raw, sql } from '../fragment.ts';
import { ENTRY } from '../layout.ts';
import { NONE, type RowColumns, startsWith } from './leaves.ts';

/** Keys of a row's own url: `url␟U` and `url␟U|V`. */
export const URL_KEYS = `url${SEPARATOR}`;

/** The condition on the row at the other end, once its columns are known. */
type FarEnd = (columns: Omit<RowColumns, 'type'>) => Fragment;

/** The row has a key of the parameter that leads to a row of this type which fulfils the rest. */
export function leadsTo(row: RowColumns, parameter: string, type: ResourceType, number: number, depth: number, far: FarEnd): Fragment {
  const { e, k, r, columns } = names(depth);
  const prefix = parameter + SEPARATOR;
  const value = sql`substr(${e}.name, ${prefix.length + 1})`;
  const keys = sql`FROM entry ${e}`;
  const ofRow = sql`${e}.row = ${row.row} AND ${e}.kind = ${ENTRY.key}`;
  const byAddress = sql`EXISTS (SELECT 1 ${keys} CROSS JOIN resource ${r} ON ${r}.type = ${number}
      AND ${r}.id = substr(${e}.name, ${prefix.length + type.length + 2})
    WHERE ${ofRow} AND ${startsWith(`${prefix}${type}/`, sql`${e}.name`)} AND ${r}.deleted = 0 AND ${far(columns)})`;
  const byCanonical = sql`EXISTS (SELECT 1 ${keys} CROSS JOIN by_key ${k} ON ${k}.type = ${number} AND ${k}.name IN
      (${URL_KEYS} || ${value}, ${URL_KEYS} || substr(${e}.name, ${prefix.length + 1}, length(${e}.name) - ${prefix.length + 1}))
    CROSS JOIN resource ${r} ON ${r}.row = ${k}.row
    WHERE ${ofRow} AND ${startsWith(prefix, sql`${e}.name`)} AND instr(${value}, '|') > 0
      AND ${value} = ${linkOf(sql`${k}.name`)} AND ${far(columns)})`;
  return chain([byAddress, byCanonical], 'OR', NONE);
}

/** A row of this type that fulfils the rest has a key of the parameter that leads to the row. */
export function ledTo(row: RowColumns, parameter: string, number: number, depth: number, far: FarEnd): Fragment {
  const { e, k, r, columns } = names(depth);
  const prefix = parameter + SEPARATOR;
  const source = sql`CROSS JOIN resource ${r} ON ${r}.row = ${k}.row`;
  const byAddress = sql`EXISTS (SELECT 1 FROM by_key ${k} ${source}
    WHERE ${k}.type = ${number} AND ${k}.name = ${`${prefix}${row.type}/`} || ${row.id} AND ${far(columns)})`;
  const byCanonical = sql`EXISTS (SELECT 1 FROM entry ${e} CROSS JOIN by_key ${k} ON ${k}.type = ${number}
      AND ${k}.name = ${prefix} || ${linkOf(sql`${e}.name`)} ${source}
    WHERE ${e}.row = ${row.row} AND ${e}.kind = ${ENTRY.key} AND ${startsWith(URL_KEYS, sql`${e}.name`)} AND ${far(columns)})`;
  return chain([byAddress, byCanonical], 'OR', NONE);
}

/** What others write to refer to a row with this url key: a url without version is referred to as `url|`. */
export function linkOf(key: Fragment): Fragment {
  const url = sql`substr(${key}, ${URL_KEYS.length + 1})`;
  return sql`(CASE WHEN instr(${url}, '|') > 0 THEN ${url} ELSE ${url} || '|' END)`;
}

/** Each level of a chain has names of its own. */
function names(depth: number) {
  const r = raw(`r${depth}`);
  return {
    e: raw(`e${depth}`),
    k: raw(`k${depth}`),
    r,
    columns: { row: sql`${r}.row`, id: sql`${r}.id`, updated: sql`${r}.updated` },
  };
}
