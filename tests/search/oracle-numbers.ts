import fhirpath from 'fhirpath';
import { show } from './oracle.ts';
import type { Typed } from './oracle-elements.ts';

/** Decimals as whole numbers of 10^-40. */
const SCALE = 40;
const INFINITE = 10n ** 90n;

interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

interface Amount {
  readonly value?: number;
  readonly comparator?: string;
  readonly unit?: string;
  readonly system?: string;
  readonly code?: string;
  readonly currency?: string;
}

export function isNumber(elements: readonly Typed[], value: string): boolean {
  return elements.flatMap(({ data }) => spansOf(data, (amount) => amount)).some((span) => compare(value, span));
}

export function isQuantity(elements: readonly Typed[], value: string): boolean {
  const [number = '', system = '', code = ''] = value.split('|').map(show);
  return elements
    .flatMap(({ data }) => spansOf(data, (amount, unit) => inUnit(amount, unit, system, code)))
    .some((span) => compare(number, span));
}

/** The amount in the unit that is asked for; undefined where it has none such. */
function inUnit(value: number, stored: Amount, system: string, code: string): number | undefined {
  if (!system && !code) return value;
  if (!system) return stored.code === code || stored.unit === code ? value : undefined;
  if (stored.system !== system) return undefined;
  if (!code || stored.code === code) return value;
  if (system !== 'http://unitsofmeasure.org') return undefined;
  const { status, toVal } = fhirpath.ucumUtils.convertUnitTo(stored.code ?? '', value, code);
  return status === 'succeeded' ? Number(toVal.toPrecision(10)) : undefined;
}

function spansOf(data: unknown, convert: (value: number, unit: Amount) => number | undefined): readonly Span[] {
  if (typeof data === 'number') return [{ from: decimal(String(data)), to: decimal(String(data)) }];
  const { low, high } = data as { low?: Amount; high?: Amount };
  const quantity = data as Amount;
  const end = (amount: Amount | undefined, open: bigint) => {
    if (amount?.value === undefined) return open;
    const converted = convert(amount.value, amount);
    return converted === undefined ? undefined : decimal(String(converted));
  };
  const [from, to] = low || high ? [end(low, -INFINITE), end(high, INFINITE)] : [end(quantity, INFINITE), end(quantity, INFINITE)];
  if (from === undefined || to === undefined || from === INFINITE) return [];
  switch (quantity.comparator) {
    case '<':
      return [{ from: -INFINITE, to: to - 1n }];
    case '<=':
      return [{ from: -INFINITE, to }];
    case '>':
      return [{ from: from + 1n, to: INFINITE }];
    case '>=':
      return [{ from, to: INFINITE }];
    default:
      return [{ from, to }];
  }
}

function compare(value: string, t: Span): boolean {
  const [, prefix = 'eq', text = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/.exec(value) ?? [];
  const q = decimal(text);
  const half = halfOf(text);
  const inside = t.from >= q - half && t.to < q + half;
  const tenth = (q < 0n ? -q : q) / 10n;
  switch (prefix) {
    case 'eq':
      return inside;
    case 'ne':
      return !inside;
    case 'gt':
      return t.to > q;
    case 'lt':
      return t.from < q;
    case 'ge':
      return t.to >= q;
    case 'le':
      return t.from <= q;
    case 'sa':
      return t.from > q;
    case 'eb':
      return t.to < q;
    default:
      return t.from <= q + tenth && t.to >= q - tenth;
  }
}

function decimal(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const shift = SCALE + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  return shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
}

/** Half of one in the last place written; `1e2` reads as `1.0e2`. */
function halfOf(text: string): bigint {
  const [mantissa = '', exponent] = text.toLowerCase().replace(/^[-+]/, '').split('e');
  const places = exponent !== undefined && mantissa.length === 1 ? 1 : (mantissa.split('.')[1]?.length ?? 0);
  return decimal(`1e${Number(exponent ?? 0) - places}`) / 2n;
}
