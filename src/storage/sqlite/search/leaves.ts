/** The smallest conditions in SQL. `name`, `low` and `high` are columns of the index table at hand. */
import type { ResourceType } from '../../../fhir/types.ts';
import { SEPARATOR } from '../../../search/entries.ts';
import type { RangeTest } from '../../../search/query.ts';
import { chain, type Fragment, jsonList, raw, sql } from '../fragment.ts';
import { ceilMilliseconds, floorMilliseconds } from '../instants.ts';

/** Where the columns of the row stand that a condition looks at. */
export interface RowColumns {
  readonly row: Fragment;
  readonly id: Fragment;
  readonly updated: Fragment;
  readonly type: ResourceType;
  /** The rows come newest first, so that neighbours stand side by side in the key index. */
  readonly newestFirst?: boolean;
}

export const NONE = raw('0');
export const ALL = raw('1');
/** No character: what begins with a prefix sorts below the prefix with this behind it. */
const BEYOND = '\u{10ffff}';

/** One value is compared directly; many are one JSON value, so that the statement is the same for any number. */
export function oneOf(column: Fragment, texts: readonly string[]): Fragment {
  const [first] = texts;
  if (first === undefined) return NONE;
  return texts.length === 1 ? sql`${column} = ${first}` : sql`${column} IN (SELECT value FROM json_each(${jsonList(texts)}))`;
}

export function startsWith(prefix: string, column = raw('name')): Fragment {
  return sql`${column} >= ${prefix} AND ${column} < ${prefix + BEYOND}`;
}

export function contains(parameter: string, text: string): Fragment {
  const prefix = parameter + SEPARATOR;
  return sql`${startsWith(prefix)} AND instr(substr(name, ${prefix.length + 1}), ${text}) > 0`;
}

export function rangeTests(tests: readonly RangeTest[]): Fragment {
  return chain(
    tests.map(({ end, operator, value }) => sql`${raw(end)} ${raw(operator)} ${value}`),
    'AND',
    ALL,
  );
}

/** A stored time is a whole millisecond, a tested instant may be finer. */
export function updatedTests(column: Fragment, tests: readonly RangeTest[]): Fragment {
  const compiled = tests.map(({ operator, value }) => {
    const round = operator === '<' || operator === '>=' ? ceilMilliseconds : floorMilliseconds;
    return sql`${column} ${raw(operator)} ${round(String(value))}`;
  });
  return chain(compiled, 'AND', ALL);
}

export function hasEntry(row: RowColumns, kind: number, test: Fragment): Fragment {
  return sql`EXISTS (SELECT 1 FROM entry WHERE row = ${row.row} AND kind = ${kind} AND ${test})`;
}
