/**
 * The one form between a query string and a store (https://hl7.org/fhir/R4/search.html): a condition over index entries.
 * Stores translate it, `matches` evaluates it; neither knows a search parameter type.
 */
import type { ResourceType } from '../fhir/types.ts';
import type { RangeValue } from './entries.ts';

export interface SearchQuery {
  /** Types searched; one for a type-level search, empty for all types. */
  readonly types: readonly ResourceType[];
  readonly where: Condition;
  /** In order of priority; empty = newest first. Rows without a value come last in both directions, ties go by id ascending. */
  readonly sort: readonly SortKey[];
  /** Rows of one page; 0 = none, only the total. */
  readonly count: number;
  /** Where the page begins: the `next` of the page before. */
  readonly after?: Cursor;
  /** Whether to count all hits. */
  readonly total?: boolean;
}

export interface SortKey {
  /** Code of a search parameter, or `_id`, `_lastUpdated`. */
  readonly parameter: string;
  readonly descending: boolean;
}

/** Place in an order: the sort values of the last row (null = it has none), then its type and id. Plain JSON. */
export interface Cursor {
  readonly values: readonly (RangeValue | null)[];
  readonly type: ResourceType;
  readonly id: string;
}

/** What a row must fulfil. Leaves look at one kind of entry; each leaf is existential: some entry of the row fulfils it. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly conditions: readonly Condition[] } // and of none: all rows; or of none: no row
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'key'; readonly keys: readonly string[] } // has one of these keys
  | { readonly kind: 'key-prefix'; readonly prefix: string } // has a key that starts so (case matters)
  | { readonly kind: 'text'; readonly texts: readonly string[] } // has one of these text entries, whole
  | { readonly kind: 'text-prefix'; readonly prefix: string } // has a text entry that starts so
  | { readonly kind: 'text-contains'; readonly parameter: string; readonly text: string } // a text entry of this parameter contains it
  | { readonly kind: 'range'; readonly parameter: string; readonly tests: readonly RangeTest[] } // one range entry passes all tests
  | { readonly kind: 'has'; readonly parameter: string } // has any value for the parameter
  | { readonly kind: 'id'; readonly ids: readonly string[] }
  | { readonly kind: 'type'; readonly types: readonly ResourceType[] } // is of one of these types
  /**
   * `:in`, `:above`, `:below` of a token: codes that terminology knows. Stands only between `parseQuery` and `rest/`,
   * which replaces it by `key`; stores and `matches` refuse it.
   */
  | { readonly kind: 'concepts'; readonly parameter: string; readonly relation: 'in' | 'above' | 'below'; readonly value: string }
  | { readonly kind: 'updated'; readonly tests: readonly RangeTest[] } // lastUpdated as a range of one instant, in the form of `fhir/dates.ts`
  /** Chain: a reference of this parameter leads (`links.ts`) to a current row of one of these types that fulfils `where`. */
  | { readonly kind: 'refers'; readonly parameter: string; readonly types: readonly ResourceType[]; readonly where: Condition }
  /** `_has`: a current row of `type` that fulfils `where` refers to this row by `parameter`. */
  | { readonly kind: 'referred'; readonly type: ResourceType; readonly parameter: string; readonly where: Condition };

/** Compares one end of a stored range with a value. */
export interface RangeTest {
  readonly end: 'low' | 'high';
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly value: RangeValue;
}
