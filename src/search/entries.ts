/** What a resource is found by: computed once when it is written, the same for every store. */

/** A date as text of fixed width (`fhir/dates.ts`), or a number. */
export type RangeValue = string | number;

/** Separates the parts of a key; never inside one (values that hold it are escaped). */
export const SEPARATOR = '\u001f';

export interface IndexEntries {
  /**
   * Exact keys, `parameter␟value`: tokens (`status␟␟active`, `status␟system|␟active`, …), uris, references (`subject␟Patient/1`),
   * canonicals, `:exact` strings (`title:exact␟…`), composites. No duplicates.
   */
  readonly keys: readonly string[];
  /** Normalised texts, `parameter␟text`. No duplicates. */
  readonly texts: readonly string[];
  /** Dates, numbers, quantities; `parameter` may carry a unit or the other half of a composite behind the separator. */
  readonly ranges: readonly RangeEntry[];
  /** Parameters that have a value. No duplicates. */
  readonly present: readonly string[];
  /** What each parameter sorts by: its smallest value ascending, its largest descending. */
  readonly sort: Readonly<Record<string, SortValue>>;
}

export interface RangeEntry {
  readonly parameter: string;
  /** Both ends belong to the range; `low === high` for a point. -Infinity and Infinity for open ends of numbers. */
  readonly low: RangeValue;
  readonly high: RangeValue;
}

export interface SortValue {
  readonly low: RangeValue;
  readonly high: RangeValue;
}
