import type { SortValue } from '../entries.ts';
import type { Found } from '../found.ts';
import type { Parameter } from '../parameters.ts';
import type { Condition, RangeTest } from '../query.ts';

/** One search parameter type: how a value is indexed and how it is asked for, side by side. */
export interface SearchType {
  /** Modifiers besides `:missing`; those that a parameter declares or a target type come on top. */
  readonly modifiers: readonly string[];
  /** Entries of one value that the parameter finds; nothing for a value of another type. */
  readonly index: (found: Found, parameter: Parameter) => Indexed;
  /** What one value of a query asks for: any of these. @throws FhirError `invalid` */
  readonly ask: (value: string, question: Question) => readonly Leaf[];
}

export interface Question {
  readonly parameter: Parameter;
  readonly modifier?: string;
  /** The clock of the request. */
  readonly now: Date;
}

/** Entries without the parameter's name. */
export interface Indexed {
  readonly keys?: readonly Entry[];
  readonly texts?: readonly Entry[];
  readonly ranges?: readonly RangePart[];
  readonly sort?: SortValue;
}

export interface Entry {
  readonly value: string;
  /** Stands behind the parameter's name: `:exact`, `:text`. */
  readonly suffix?: string;
}

export interface RangePart extends SortValue {
  /** A unit of its own, behind the parameter's name. */
  readonly unit?: string;
}

/** A condition without the parameter's name. */
export type Leaf =
  | (Entry & { readonly kind: 'key' | 'key-prefix' | 'text-prefix' | 'text-contains' })
  | { readonly kind: 'range'; readonly unit?: string; readonly tests: readonly RangeTest[] }
  | { readonly kind: 'condition'; readonly condition: Condition };

export const NOTHING: Indexed = {};
