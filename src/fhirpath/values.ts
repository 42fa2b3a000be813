import fhirpath, { type ResourceNode } from 'fhirpath';

const { FP_Decimal } = fhirpath;

const CALENDAR: Readonly<Record<string, string>> = {
  year: 'a',
  month: 'mo',
  week: 'wk',
  day: 'd',
  hour: 'h',
  minute: 'min',
  second: 's',
  millisecond: 'ms',
};

/** A value of the engine: a node of a resource, a value of its own types, or plain JavaScript. */
interface EngineQuantity {
  readonly value: { toNumber(): number };
  /** A UCUM code in quotes, or a calendar word. */
  readonly unit: string;
}

/**
 * A result as R4 has it in JSON: elements as they stand in the resource (the same object, not a copy), dates and times as
 * text, decimals as numbers, a computed quantity as Quantity.
 */
export function plain(value: unknown): unknown {
  const data = isNode(value) ? value.data : value;
  if (data instanceof FP_Decimal) return data.toNumber();
  if (typeof data === 'bigint') return Number(data);
  if (isQuantity(data)) return quantity(data);
  if (isEngineType(data)) return inUtc(data.toJSON());
  return data;
}

/** The type that a kept result has, as R4 names it (`CodeableConcept`, `boolean`); undefined where the model does not know it. */
export function typeOfKept(value: unknown): string | undefined {
  if (isNode(value)) return value.fhirNodeDataType ?? undefined;
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'string') return 'string';
  return undefined;
}

/** The engine writes UTC as the offset that RFC 3339 gives to an unknown zone. */
function inUtc(value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/-00:00$/, 'Z') : value;
}

function quantity({ value, unit }: EngineQuantity): object {
  const text = unit.replace(/^'|'$/g, '');
  const code = CALENDAR[text.replace(/s$/, '')] ?? text;
  return { value: value.toNumber(), unit: text, system: 'http://unitsofmeasure.org', code };
}

function isNode(value: unknown): value is ResourceNode {
  return typeof value === 'object' && value !== null && 'fhirNodeDataType' in value && 'parentResNode' in value;
}

function isQuantity(value: unknown): value is EngineQuantity {
  return isEngineType(value) && 'unit' in value && 'value' in value && value.value instanceof FP_Decimal;
}

function isEngineType(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'asStr' in value && 'toJSON' in value && typeof value.toJSON === 'function';
}
