import type { Condition } from '../../../search/query.ts';
import { chain, type Fragment, raw, sql } from '../fragment.ts';
import { ALL, updatedTests } from './leaves.ts';
import { narrow } from './narrow.ts';
import { onType } from './on-type.ts';
import { type Find, isNewest, NEWEST, type OneType } from './one-type.ts';
import { type Source, sourceOf } from './sources.ts';
import type { Steps } from './steps.ts';

export interface Plan {
  /** `SELECT row …` of few rows, where there is such. */
  readonly few?: Fragment;
  /** Key whose rows are walked newest first. */
  readonly key?: string;
  /** Bounds of `updated` that hold for all rows found. */
  readonly bounds: Fragment;
  /** What remains to be checked of each row. */
  readonly checks: readonly Condition[];
}

/** @param bound - rows from which on they are no longer few */
export function* plan(search: OneType, find: Find, bound: number): Steps<Plan> {
  let parts = conjuncts(onType(search.where, search.type));
  const newest = isNewest(search.sort[0] ?? NEWEST);
  const [only] = parts;
  if (newest && only && parts.length === 1 && singleKey(only) !== undefined) return { key: singleKey(only) ?? '', bounds: ALL, checks: [] };
  let best = bestSource(search, parts, bound);
  if (!best) {
    const narrowed = yield* narrow(search, parts, find);
    if (narrowed !== parts) best = bestSource(search, narrowed, bound);
    parts = narrowed;
  }
  if (best) return { few: best.select, bounds: ALL, checks: best.exact ? parts.filter((part) => part !== best.part) : parts };
  return walkPlan(search, parts, newest);
}

/** The condition as parts that must all hold. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === 'and' ? condition.conditions.flatMap(conjuncts) : [condition];
}

function walkPlan(search: OneType, parts: readonly Condition[], newest: boolean): Plan {
  const keyed = newest
    ? sparsest(
        search,
        parts.filter((part) => singleKey(part) !== undefined),
      )
    : undefined;
  const key = keyed && singleKey(keyed);
  const bounds = parts.flatMap((part) => (part.kind === 'updated' ? [updatedTests(raw('updated'), part.tests)] : []));
  return { ...(key !== undefined && { key }), bounds: chain(bounds, 'AND', ALL), checks: parts.filter((part) => part !== keyed) };
}

/** Of keys that many rows have, the one whose first rows reach back farthest: fewest of it lie between two hits. */
function sparsest({ connection, types, type, limits }: OneType, keyed: readonly Condition[]): Condition | undefined {
  if (keyed.length < 2) return keyed[0];
  const reach = (part: Condition) => {
    const row = connection.get(sql`SELECT updated FROM by_key WHERE type = ${types.number(type)} AND name = ${singleKey(part) ?? ''}
      ORDER BY updated DESC, id LIMIT 1 OFFSET ${limits.few - 1}`);
    return Number(row?.[0] ?? 0);
  };
  return keyed.map((part) => ({ part, reach: reach(part) })).sort((a, b) => a.reach - b.reach)[0]?.part;
}

/** The source with the fewest rows, if those are few; a very small one ends the search for better ones. */
function bestSource(
  { connection, types, type }: OneType,
  parts: readonly Condition[],
  bound: number,
): (Source & { part: Condition }) | undefined {
  let best: (Source & { part: Condition }) | undefined;
  for (const part of parts) {
    const source = sourceOf(connection, types.number(type), part, bound);
    if (source && source.size < (best?.size ?? bound)) best = { ...source, part };
    if (best && best.size <= 32) break;
  }
  return best;
}

function singleKey(condition: Condition): string | undefined {
  return condition.kind === 'key' && condition.keys.length === 1 ? condition.keys[0] : undefined;
}
