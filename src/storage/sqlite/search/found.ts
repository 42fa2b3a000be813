/** Rows that a search found, and how they stand to each other. */
import type { RangeValue } from '../../../search/entries.ts';
import type { SortKey } from '../../../search/query.ts';
import type { Head } from '../rows.ts';

export interface Found {
  readonly head: Head;
  /** Its value of each sort key, null where it has none; `_lastUpdated` in milliseconds. */
  readonly values: readonly (RangeValue | null)[];
}

/** The order of a search: by the keys, missing values last in both directions, then by type and id. */
export function compareFound(sort: readonly SortKey[]): (a: Found, b: Found) => number {
  return (a, b) => {
    for (const [i, { descending }] of sort.entries()) {
      const order = compareValues(a.values[i] ?? null, b.values[i] ?? null, descending);
      if (order !== 0) return order;
    }
    return compareTexts(a.head.type, b.head.type) || compareTexts(a.head.id, b.head.id);
  };
}

function compareValues(a: RangeValue | null, b: RangeValue | null, descending: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = typeof a === 'string' && typeof b === 'string' ? compareTexts(a, b) : compareMixed(a, b);
  return descending ? -order : order;
}

/** As SQLite has it: numbers before texts. */
function compareMixed(a: RangeValue, b: RangeValue): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/** By code point, as SQLite compares UTF-8; JavaScript's own comparison goes by UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}
