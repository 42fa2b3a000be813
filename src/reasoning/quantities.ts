import type { Quantity } from '../fhir/types.ts';
import { normaliseSystem, UCUM } from './codings.ts';

/** What charts write for a unit, and its UCUM code (https://ucum.org/ucum). */
const ALIASES: Readonly<Record<string, string>> = {
  'mL/min/1.73m2': 'mL/min/{1.73_m2}',
  'mL/min/1.73 m2': 'mL/min/{1.73_m2}',
  'ml/min/1.73m2': 'mL/min/{1.73_m2}',
  C: 'Cel',
  '°C': 'Cel',
  degC: 'Cel',
  F: '[degF]',
  '°F': '[degF]',
  degF: '[degF]',
  mmHg: 'mm[Hg]',
  'mm/hr': 'mm/h',
  'mg/l': 'mg/L',
  'mg/dl': 'mg/dL',
  weeks: 'wk',
  week: 'wk',
};

/** The quantity with its UCUM code; undefined where no UCUM code can be told: its number then means nothing and is not read. */
export function readableQuantity(quantity: Quantity): Quantity | undefined {
  const { code, unit } = quantity;
  const alias = aliasOf(code) ?? aliasOf(unit);
  if (typeof quantity.value !== 'number') return undefined;
  if (alias) return bounded({ ...quantity, system: UCUM, code: alias });
  if (!code || typeof code !== 'string' || typeof quantity.system !== 'string' || normaliseSystem(quantity.system) !== UCUM)
    return undefined;
  return bounded(quantity.system === UCUM ? quantity : { ...quantity, system: UCUM });
}

/** How far beyond the bound, as a share of it: `< 30` is below 30. */
const BEYOND: Readonly<Record<string, number>> = { '<': -1e-9, '<=': 0, '>=': 0, '>': 1e-9 };

/** `< 5`, the way laboratories write a limit of detection: the number next to the bound, since the FHIRPath engine fails on a comparator. */
function bounded(quantity: Quantity): Quantity | undefined {
  if (quantity.comparator === undefined) return quantity;
  const { comparator, value = 0, ...rest } = quantity;
  if (!Object.hasOwn(BEYOND, comparator)) return undefined;
  return { ...rest, value: value + Math.abs(value) * (BEYOND[comparator] ?? 0) };
}

function aliasOf(text: string | undefined): string | undefined {
  return text !== undefined && Object.hasOwn(ALIASES, text) ? ALIASES[text] : undefined;
}
