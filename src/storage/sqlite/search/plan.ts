import type { Condition } from '../../../search/query.ts';
import { chain, type Fragment, raw } from '../fragment.ts';
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

export function* plan(search: OneType, find: Find): Steps<Plan> {
  let parts = conjuncts(onType(search.where, search.type));
  const newest = isNewest(search.sort[0] ?? NEWEST);
  const [only] = parts;
  if (newest && only && parts.length === 1 && singleKey(only)) return { key: singleKey(only) ?? '', bounds: ALL, checks: [] };
  const bound = search.limits.few;
  let best = bestSource(search, parts, bound);
  if (!best) {
    const narrowed = yield* narrow(search, parts, find);
    if (narrowed !== parts) best = bestSource(search, narrowed, bound);
    parts = narrowed;
  }
  if (best) return { few: best.select, bounds: ALL, checks: best.exact ? parts.filter((part) => part !== best.part) : parts };
  return walkPlan(parts, newest);
}

/** The condition as parts that must all hold. */
export function conjuncts(condition: Condition): readonly Condition[] {
  return condition.kind === 'and' ? condition.conditions.flatMap(conjuncts) : [condition];
}

function walkPlan(parts: readonly Condition[], newest: boolean): Plan {
  const keyed = newest ? parts.find((part) => singleKey(part) !== undefined) : undefined;
  const key = keyed && singleKey(keyed);
  const bounds = parts.flatMap((part) => (part.kind === 'updated' ? [updatedTests(raw('updated'), part.tests)] : []));
  return { ...(key !== undefined && { key }), bounds: chain(bounds, 'AND', ALL), checks: parts.filter((part) => part !== keyed) };
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
