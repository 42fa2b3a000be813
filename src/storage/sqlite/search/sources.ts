/** Where a search may start: the rows that an index gives for one condition, and how many they are, up to a bound. */
import type { Condition, RangeTest } from '../../../search/query.ts';
import type { Connection } from '../connection.ts';
import { type Fragment, raw, type SqlValue, sql } from '../fragment.ts';
import { oneOf, rangeTests, startsWith, updatedTests } from './leaves.ts';

export interface Source {
  /** `SELECT row FROM …` with all rows that fulfil the condition, perhaps more, perhaps some twice. */
  readonly select: Fragment;
  /** At most this many rows come, counted up to the bound that was asked for. */
  readonly size: number;
  /** The rows fulfil the condition and need not be checked again. */
  readonly exact: boolean;
}

const NOTHING: Source = { select: sql`SELECT NULL AS row WHERE 0`, size: 0, exact: true };

/** The best source for a condition, or none where every row of the type would have to be looked at. */
export function sourceOf(connection: Connection, type: number, condition: Condition, bound: number): Source | undefined {
  switch (condition.kind) {
    case 'key':
      return condition.keys.length === 0 ? NOTHING : measured(connection, raw('by_key'), type, oneOf(raw('name'), condition.keys), bound);
    case 'key-prefix':
      return measured(connection, raw('by_key'), type, startsWith(condition.prefix), bound);
    case 'text':
      return measured(connection, raw('by_text'), type, oneOf(raw('name'), condition.texts), bound);
    case 'text-prefix':
      return measured(connection, raw('by_text'), type, startsWith(condition.prefix), bound);
    case 'range':
      return rangeSource(connection, type, condition.parameter, condition.tests, bound);
    case 'id':
      return condition.ids.length === 0 ? NOTHING : measured(connection, raw('resource'), type, oneOf(raw('id'), condition.ids), bound);
    case 'updated':
      return measured(connection, raw('resource'), type, sql`deleted = 0 AND ${updatedTests(raw('updated'), condition.tests)}`, bound);
    case 'and':
      return smallest(condition.conditions.map((part) => () => sourceOf(connection, type, part, bound)));
    case 'or':
      return union(connection, type, condition.conditions, bound);
    default:
      return undefined;
  }
}

/** The source with the fewest rows; a very small one ends the search for better ones. */
function smallest(sources: readonly (() => Source | undefined)[]): Source | undefined {
  let best: Source | undefined;
  for (const source of sources) {
    const found = source();
    if (found && (!best || found.size < best.size)) best = { ...found, exact: found.exact && sources.length === 1 };
    if (best && best.size <= 32) break;
  }
  return best;
}

/** All branches must have a source, together below the bound; else the union is of no use. */
function union(connection: Connection, type: number, branches: readonly Condition[], bound: number): Source | undefined {
  const sources: Source[] = [];
  let size = 0;
  for (const branch of branches) {
    const source = sourceOf(connection, type, branch, bound);
    size += source?.size ?? bound;
    if (!source || size >= bound) return undefined;
    sources.push(source);
  }
  if (sources.length === 0) return NOTHING;
  return { select: unionAll(sources.map((source) => source.select)), size, exact: sources.every((source) => source.exact) };
}

/** Nested, because SQLite takes at most 500 SELECTs in one compound. */
function unionAll(selects: readonly Fragment[]): Fragment {
  const [first] = selects;
  if (!first || selects.length === 1) return first ?? NOTHING.select;
  const middle = selects.length >> 1;
  return sql`SELECT row FROM (${unionAll(selects.slice(0, middle))}) UNION ALL SELECT row FROM (${unionAll(selects.slice(middle))})`;
}

/** A range by the end that leaves fewer rows; what one end must be follows for the other, since low <= high. */
function rangeSource(connection: Connection, type: number, name: string, tests: readonly RangeTest[], bound: number): Source {
  const byLow = rangeIn(
    connection,
    raw('by_low'),
    type,
    sql`name = ${name} AND ${rangeTests(boundsOf('low', 'low', tests))}`,
    tests,
    bound,
  );
  if (byLow.size < bound) return byLow;
  const byHigh = rangeByHigh(connection, type, name, tests, bound);
  return byHigh.size < byLow.size ? byHigh : byLow;
}

/** `by_high` has no points, that is ranges whose ends are the same: those are in `by_low` alone. */
function rangeByHigh(connection: Connection, type: number, name: string, tests: readonly RangeTest[], bound: number): Source {
  const where = (column: 'low' | 'high') => sql`name = ${name} AND ${rangeTests(boundsOf('high', column, tests))}`;
  const spans = rangeIn(connection, raw('by_high'), type, where('high'), tests, bound);
  const points = rangeIn(connection, raw('by_low'), type, where('low'), tests, bound);
  return { select: unionAll([spans.select, sql`${points.select} AND low = high`]), size: spans.size + points.size, exact: true };
}

/** What the tests say of one end, as bounds of a column. */
function boundsOf(end: 'low' | 'high', column: 'low' | 'high', tests: readonly RangeTest[]): readonly RangeTest[] {
  const follows = (test: RangeTest) => test.operator.startsWith(end === 'low' ? '<' : '>');
  return tests.filter((test) => test.end === end || follows(test)).map((test) => ({ ...test, end: column }));
}

function rangeIn(
  connection: Connection,
  table: Fragment,
  type: number,
  bounds: Fragment,
  tests: readonly RangeTest[],
  bound: number,
): Source {
  const source = measured(connection, table, type, bounds, bound);
  return { ...source, select: sql`${source.select} AND ${rangeTests(tests)}` };
}

function measured(connection: Connection, table: Fragment, type: number, where: Fragment, bound: SqlValue): Source {
  const rows = sql`FROM ${table} WHERE type = ${type} AND ${where}`;
  const size = Number(connection.get(sql`SELECT count(*) FROM (SELECT 1 ${rows} LIMIT ${bound})`)?.[0]);
  return { select: sql`SELECT row ${rows}`, size, exact: true };
}
