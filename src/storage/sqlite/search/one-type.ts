import type { ResourceType } from '../../../fhir/types.ts';
import type { RangeValue } from '../../../search/entries.ts';
import type { Condition, SortKey } from '../../../search/query.ts';
import type { Connection } from '../connection.ts';
import { raw } from '../fragment.ts';
import type { TypeNumbers } from '../types.ts';
import type { Found } from './found.ts';
import type { RowColumns } from './leaves.ts';
import type { Budget, Steps } from './steps.ts';

/** What every reading of the file needs. */
export interface Reading {
  readonly connection: Connection;
  readonly types: TypeNumbers;
  readonly limits: Limits;
}

/** A search among the rows of one type. */
export interface OneType extends Reading {
  readonly type: ResourceType;
  readonly where: Condition;
  /** At least one key. */
  readonly sort: readonly SortKey[];
  readonly after?: After;
  /** Rows wanted at most. */
  readonly limit: number;
  readonly budget: Budget;
}

/** Sizes by which a search chooses its way; tests make them small, so that few rows go every way. */
export interface Limits {
  /** Rows that are checked and sorted rather than walked: below this, a walk in order would look at more. */
  readonly few: number;
  /** Rows at the far end of a chain, or with a text, above which a condition is checked row by row instead. */
  readonly chained: number;
  /** Rows that one statement looks at: some milliseconds. */
  readonly stretch: number;
}

export const LIMITS: Limits = { few: 1_000, chained: 500, stretch: 2_000 };

/** The place in the order that the rows must come after. */
export interface After {
  /** One for each sort key; `_lastUpdated` in milliseconds. */
  readonly values: readonly (RangeValue | null)[];
  /** Among rows with the same values, those with a later id come after; of another type, none or all of them. */
  readonly id: string;
}

/** Leaves that a stretch of full length is checked against; where there are more, it is shorter. */
const LEAVES = 16;

/** The same search in stretches short enough for the number of its conditions. */
export function inShortStretches(search: OneType): OneType {
  const weight = Math.ceil(leavesOf(search.where) / LEAVES);
  if (weight <= 1) return search;
  return { ...search, limits: { ...search.limits, stretch: Math.ceil(search.limits.stretch / weight) } };
}

function leavesOf(condition: Condition): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.reduce((sum, each) => sum + leavesOf(each), 0);
    case 'not':
      return leavesOf(condition.condition);
    default:
      return 1;
  }
}

/** How a search runs another one: handed down, because each may need the other. */
export type Find = (search: OneType) => Steps<readonly Found[]>;

export const NEWEST: SortKey = { parameter: '_lastUpdated', descending: true };

export function isNewest({ parameter, descending }: SortKey): boolean {
  return parameter === NEWEST.parameter && descending;
}

/** Statements read `resource r` beside `c`, the rows that some index gave; newest first that has time and id itself. */
export function columnsOf(type: ResourceType, newestFirst: boolean): RowColumns {
  if (newestFirst) return { row: raw('c.row'), id: raw('c.id'), updated: raw('c.value'), type, newestFirst };
  return { row: raw('c.row'), id: raw('r.id'), updated: raw('r.updated'), type };
}
