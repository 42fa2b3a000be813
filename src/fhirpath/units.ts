/**
 * UCUM units in their canonical form (https://ucum.org/ucum, https://hl7.org/fhir/R4/search.html#quantity), by the tables that
 * the FHIRPath engine loads anyway.
 */
import fhirpath from 'fhirpath';
import { LRUCache } from 'lru-cache';

export const UCUM = 'http://unitsofmeasure.org';

/** How a unit is expressed in base units. */
export interface CanonicalUnit {
  /** Base units in a fixed order (`g.m-3`); `1` without dimension. Equal for commensurable units. */
  readonly code: string;
  /** Decimal text that values are multiplied by; absent for units with a zero of their own (`Cel`, `[degF]`). */
  readonly factor?: string;
  /** The value in base units, in double precision. Rises with the value. */
  readonly convert: (value: number) => number;
}

interface Base {
  readonly status: string;
  readonly magnitude: number;
  readonly unitToExp: Readonly<Record<string, number>>;
  readonly fromUnitIsSpecial: boolean;
}

const LONGEST = 100;
const cache = new LRUCache<string, CanonicalUnit | 'none'>({ max: 2000 });

/** Undefined for what is no UCUM code, or one that has no base units (`[IU]` and other arbitrary units). */
export function canonicalUnit(code: string): CanonicalUnit | undefined {
  const known = cache.get(code);
  if (known) return known === 'none' ? undefined : known;
  const made = code.length > LONGEST ? undefined : make(code);
  cache.set(code, made ?? 'none');
  return made;
}

function make(code: string): CanonicalUnit | undefined {
  const one = toBase(code, 1);
  const two = toBase(code, 2);
  // logarithms of a reciprocal (`[pH]`) fall while the value rises: a comparison would turn round
  if (!one || !two || !(two.magnitude > one.magnitude)) return undefined;
  const dimension = Object.entries(one.unitToExp).filter(([, exponent]) => exponent !== 0);
  return {
    code:
      dimension
        .map(([unit, exponent]) => `${unit}${exponent === 1 ? '' : exponent}`)
        .sort()
        .join('.') || '1',
    ...(!one.fromUnitIsSpecial && { factor: String(one.magnitude) }),
    convert: (value) => toBase(code, value)?.magnitude ?? Number.NaN,
  };
}

function toBase(code: string, value: number): Base | undefined {
  try {
    const base = fhirpath.ucumUtils.convertToBaseUnits(code, value) as Base;
    return base.status === 'succeeded' && Number.isFinite(base.magnitude) ? base : undefined;
  } catch {
    return undefined;
  }
}
