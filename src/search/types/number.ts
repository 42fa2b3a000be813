/** https://hl7.org/fhir/R4/search.html#number */
import { add, halfUnit, parseDecimal, subtract, tenth, toNumber } from '../decimal.ts';
import { type Found, membersOf } from '../found.ts';
import type { RangeTest } from '../query.ts';
import { rangeTests, splitPrefix } from './prefix.ts';
import { NOTHING, type SearchType } from './search-type.ts';
import { refused, unescaped } from './values.ts';

export const number: SearchType = {
  modifiers: [],
  index: (found) => {
    const range = rangeOf(found);
    return range ? { ranges: [range], sort: range } : NOTHING;
  },
  ask: (value, { parameter }) => {
    const text = unescaped(value, parameter.code);
    const tests = numberTests(text);
    if (!tests) throw refused(parameter.code, text, 'a number is written as 100, 1.50 or 1e-3, with a prefix or not');
    return tests.map((each) => ({ kind: 'range', tests: each }));
  },
};

/**
 * Tests of one number of a query, any list of which suffices; undefined where it is no number.
 * @param convert - into what the index holds; rises with the value
 */
export function numberTests(text: string, convert = toNumber): readonly (readonly RangeTest[])[] | undefined {
  const { prefix, rest } = splitPrefix(text);
  const decimal = parseDecimal(rest);
  if (!decimal) return undefined;
  const half = halfUnit(rest, decimal);
  const value = convert(decimal);
  return rangeTests(prefix, {
    low: value,
    high: value,
    beyond: { low: convert(subtract(decimal, half)), high: convert(add(decimal, half)), open: true },
    near: { low: convert(subtract(decimal, tenth(decimal))), high: convert(add(decimal, tenth(decimal))) },
  });
}

function rangeOf({ type, value }: Found): { low: number; high: number } | undefined {
  if (typeof value === 'number') return { low: value, high: value };
  if (type !== 'Range') return undefined;
  const low = membersOf(membersOf(value).low).value;
  const high = membersOf(membersOf(value).high).value;
  if (typeof low !== 'number' && typeof high !== 'number') return undefined;
  return {
    low: typeof low === 'number' ? low : Number.NEGATIVE_INFINITY,
    high: typeof high === 'number' ? high : Number.POSITIVE_INFINITY,
  };
}
