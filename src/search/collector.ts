import { type IndexEntries, type RangeEntry, SEPARATOR, type SortValue } from './entries.ts';
import { keyOf } from './keys.ts';
import type { Indexed } from './types/search-type.ts';

/** Gathers entries under the names of their parameters, each once. */
export interface EntryCollector {
  add(code: string, indexed: Indexed): void;
  addKey(key: string): void;
  present(code: string): void;
  collected(): IndexEntries;
}

export function createCollector(): EntryCollector {
  const keys = new Set<string>();
  const texts = new Set<string>();
  const present = new Set<string>();
  const ranges = new Map<string, RangeEntry>();
  const sort: Record<string, SortValue> = {};
  return {
    add(code, indexed) {
      for (const { suffix = '', value } of indexed.keys ?? []) keys.add(keyOf(code + suffix, value));
      for (const { suffix = '', value } of indexed.texts ?? []) texts.add(`${code}${suffix}${SEPARATOR}${value}`);
      for (const { unit, low, high } of indexed.ranges ?? []) {
        const parameter = unit === undefined ? code : keyOf(code, unit);
        ranges.set(`${parameter}${SEPARATOR}${low}${SEPARATOR}${high}`, { parameter, low, high });
      }
      // what is contained (its codes have a point) is not sorted by
      if (indexed.sort && !code.includes('.')) sort[code] = widest(Object.hasOwn(sort, code) ? sort[code] : undefined, indexed.sort);
    },
    addKey: (key) => keys.add(key),
    present: (code) => present.add(code),
    collected: () => ({ keys: [...keys], texts: [...texts], ranges: [...ranges.values()], present: [...present], sort }),
  };
}

function widest(a: SortValue | undefined, { low, high }: SortValue): SortValue {
  return a ? { low: low < a.low ? low : a.low, high: high > a.high ? high : a.high } : { low, high };
}
