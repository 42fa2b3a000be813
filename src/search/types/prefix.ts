/** Prefixes of ordered values, and what they compare (https://hl7.org/fhir/R4/search.html#prefix). */

import type { RangeValue } from '../entries.ts';
import type { RangeTest } from '../query.ts';

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap';

export function splitPrefix(value: string): { readonly prefix: Prefix; readonly rest: string } {
  const match = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)/.exec(value);
  return match ? { prefix: match[0] as Prefix, rest: value.slice(2) } : { prefix: 'eq', rest: value };
}

/** One end of a range and where it must lie. */
export function ends(end: RangeTest['end'], operator: RangeTest['operator'], value: RangeValue): RangeTest {
  return { end, operator, value };
}

/**
 * Tests of a stored range; any one of the lists suffices.
 * `inside` and `outside`: within and beyond what the value written stands for; `low`, `high`: its ends as they are compared by
 * the other prefixes; `near`: what `ap` takes.
 */
export function rangeTests(
  prefix: Prefix,
  {
    low,
    high,
    beyond,
    near,
  }: {
    readonly low: RangeValue;
    readonly high: RangeValue;
    /** How a stored end lies beyond the value: for `eq` and `ne`. */
    readonly beyond: { readonly low: RangeValue; readonly high: RangeValue; readonly open: boolean };
    readonly near: { readonly low: RangeValue; readonly high: RangeValue };
  },
): readonly (readonly RangeTest[])[] {
  switch (prefix) {
    case 'eq':
      return [[ends('low', '>=', beyond.low), ends('high', beyond.open ? '<' : '<=', beyond.high)]];
    case 'ne':
      return [[ends('low', '<', beyond.low)], [ends('high', beyond.open ? '>=' : '>', beyond.high)]];
    case 'gt':
      return [[ends('high', '>', high)]];
    case 'lt':
      return [[ends('low', '<', low)]];
    case 'ge':
      return [[ends('high', '>=', low)]];
    case 'le':
      return [[ends('low', '<=', high)]];
    case 'sa':
      return [[ends('low', '>', high)]];
    case 'eb':
      return [[ends('high', '<', low)]];
    case 'ap':
      return [[ends('low', '<=', near.high), ends('high', '>=', near.low)]];
  }
}
