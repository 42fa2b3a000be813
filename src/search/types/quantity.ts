/** https://hl7.org/fhir/R4/search.html#quantity */

import { isKindOf } from '../../fhirpath/model.ts';
import { canonicalUnit, UCUM } from '../../fhirpath/units.ts';
import { type Decimal, multiply, parseDecimal, toNumber } from '../decimal.ts';
import { SEPARATOR } from '../entries.ts';
import { type Found, isMembers, type Members, membersOf, textOf } from '../found.ts';
import { escaped } from '../keys.ts';
import { numberTests } from './number.ts';
import { type Indexed, type Leaf, NOTHING, type RangePart, type SearchType } from './search-type.ts';
import { refused, split, unescaped } from './values.ts';

const CURRENCIES = 'urn:iso:std:iso:4217';
/** Beyond it lies the noise of factors like 1/3600. */
const DIGITS = 13;

/** A stored amount in one unit; infinite where an end is open. */
interface Amount {
  readonly low: number;
  readonly high: number;
  /** An end that does not belong to it itself: that of "less than 5". */
  readonly without?: 'low' | 'high';
  readonly system?: string;
  readonly code?: string;
  readonly unit?: string;
}

export const quantity: SearchType = {
  modifiers: [],
  index: (found) => {
    const amount = amountOf(found);
    if (!amount) return NOTHING;
    const { low, high } = canonical(amount) ?? ends(amount);
    return { ranges: rangesOf(amount), sort: { low, high } } satisfies Indexed;
  },
  ask: (value, { parameter }) => {
    const parts = split(value, '|').map((part) => unescaped(part, parameter.code));
    const leaves = parts.length === 1 || parts.length === 3 ? leavesOf(parts) : undefined;
    if (!leaves)
      throw refused(parameter.code, value, 'a quantity is "number", "number|system|code" or "number||code", with a prefix or not');
    return leaves;
  },
};

function leavesOf([number = '', system = '', code = '']: readonly string[]): readonly Leaf[] | undefined {
  const unit = system === UCUM && code ? canonicalUnit(code) : undefined;
  const tests = numberTests(number, unit ? (decimal) => converted(decimal, unit) : toNumber);
  const behind = unit ? unitKey(UCUM, unit.code) : system || code ? unitKey(system, code) : undefined;
  return tests?.map((each) => ({ kind: 'range', ...(behind !== undefined && { unit: behind }), tests: each }));
}

/** By system and code; `system|` for any code of it; `␟text` for a code or unit of any system. */
function unitKey(system: string, code: string): string {
  if (!system) return `${SEPARATOR}${escaped(code)}`;
  return code ? `${escaped(system)}|${SEPARATOR}${escaped(code)}` : `${escaped(system)}|`;
}

function converted(value: Decimal, { factor, convert }: NonNullable<ReturnType<typeof canonicalUnit>>): number {
  const by = factor === undefined ? undefined : parseDecimal(factor);
  const exact = by ? toNumber(multiply(value, by)) : convert(toNumber(value));
  return Number.isFinite(exact) ? Number(exact.toPrecision(DIGITS)) : exact;
}

function rangesOf(amount: Amount): readonly RangePart[] {
  const { system, code, unit } = amount;
  const { low, high } = ends(amount);
  const inUnits =
    canonical(amount) ?? (system !== undefined && code !== undefined ? { low, high, unit: unitKey(system, code) } : undefined);
  const texts = new Set([code, unit].filter((text) => text !== undefined));
  return [
    { low, high },
    ...(inUnits ? [inUnits] : []),
    ...(system === undefined ? [] : [{ low, high, unit: unitKey(system, '') }]),
    ...[...texts].map((text) => ({ low, high, unit: unitKey('', text) })),
  ];
}

function canonical({ low, high, without, system, code }: Amount): RangePart | undefined {
  const unit = system === UCUM && code !== undefined ? canonicalUnit(code) : undefined;
  if (!unit) return undefined;
  const end = (value: number) => {
    const decimal = parseDecimal(String(value));
    return decimal ? converted(decimal, unit) : value;
  };
  return { ...ends({ low: end(low), high: end(high), ...(without && { without }) }), unit: unitKey(UCUM, unit.code) };
}

/** Both ends as the index has them: they belong to the range. */
function ends({ low, high, without }: Amount): { readonly low: number; readonly high: number } {
  return { low: without === 'low' ? next(low) : low, high: without === 'high' ? -next(-high) : high };
}

function amountOf({ type, value }: Found): Amount | undefined {
  if (!isMembers(value)) return undefined;
  if (type === 'Range') return rangeAmount(value);
  if (type === 'Money') return amount(value.value, '', { system: CURRENCIES, code: value.currency });
  return isKindOf(type, 'Quantity') ? amount(value.value, value.comparator, value) : undefined;
}

function amount(value: unknown, comparator: unknown, unit: Members): Amount | undefined {
  if (typeof value !== 'number') return undefined;
  const low = comparator === '<' || comparator === '<=' ? Number.NEGATIVE_INFINITY : value;
  const high = comparator === '>' || comparator === '>=' ? Number.POSITIVE_INFINITY : value;
  const without = comparator === '<' ? 'high' : comparator === '>' ? 'low' : undefined;
  return { low, high, ...(without && { without }), ...unitOf(unit) };
}

function rangeAmount({ low, high }: Members): Amount | undefined {
  const [from, to] = [membersOf(low), membersOf(high)];
  if (typeof from.value !== 'number' && typeof to.value !== 'number') return undefined;
  return {
    low: typeof from.value === 'number' ? from.value : Number.NEGATIVE_INFINITY,
    high: typeof to.value === 'number' ? to.value : Number.POSITIVE_INFINITY,
    ...unitOf({ ...to, ...from }),
  };
}

function unitOf({ system, code, unit }: Members): Pick<Amount, 'system' | 'code' | 'unit'> {
  const parts = { system: textOf(system), code: textOf(code), unit: textOf(unit) };
  return Object.fromEntries(Object.entries(parts).filter(([, text]) => text !== undefined));
}

/** The next number above: "greater than 5" begins there. */
function next(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return bits.getFloat64(0);
}
