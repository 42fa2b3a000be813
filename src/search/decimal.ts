/** Decimals as they are written, computed with exactly: bounds of a search must not carry the noise of binary fractions. */

/** `digits` × 10^`exponent`. */
export interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const LONGEST = 100;
const LARGEST_EXPONENT = 300;

/** The decimal that a text is; undefined for what is none, or one that no number of JSON could hold. */
export function parseDecimal(text: string): Decimal | undefined {
  const [match, sign, whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  if (match === undefined || text.length > LONGEST || Math.abs(Number(exponent)) > LARGEST_EXPONENT) return undefined;
  return { digits: BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`), exponent: Number(exponent) - fraction.length };
}

/**
 * Half a unit of the last digit written (https://hl7.org/fhir/R4/search.html#number). A mantissa of one digit with an exponent
 * counts as having a zero behind the point, as R4 reads `1e2`.
 */
export function halfUnit(text: string, { exponent }: Decimal): Decimal {
  return { digits: 5n, exponent: exponent - (/^[+-]?\d[eE]/.test(text) ? 2 : 1) };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return { digits: scaled(a, exponent) + scaled(b, exponent), exponent };
}

export function subtract(a: Decimal, { digits, exponent }: Decimal): Decimal {
  return add(a, { digits: -digits, exponent });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, exponent: a.exponent + b.exponent };
}

/** A tenth of it, without its sign. */
export function tenth({ digits, exponent }: Decimal): Decimal {
  return { digits: digits < 0n ? -digits : digits, exponent: exponent - 1 };
}

/** The nearest number in double precision. */
export function toNumber({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}

function scaled({ digits, exponent }: Decimal, to: number): bigint {
  return digits * 10n ** BigInt(exponent - to);
}
