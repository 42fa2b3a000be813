/**
 * JSON that keeps what FHIR gives meaning to: the order of members and the digits of a number
 * (https://hl7.org/fhir/R4/datatypes.html#decimal, https://hl7.org/fhir/R4/json.html).
 */
import { LosslessNumber, parse, stringify } from 'lossless-json';
import { FhirError } from './error.ts';

/** A JSON value whose numbers are kept as they were written (`LosslessNumber`). */
export type Lossless = string | boolean | null | LosslessNumber | readonly Lossless[] | { readonly [member: string]: Lossless };
export type LosslessObject = { [member: string]: Lossless };

/** How deep arrays and objects may nest. */
export const MAX_DEPTH = 100;

/** JSON text, read once: `value` to compute with, `lossless()` to write it again. */
export interface JsonBody {
  readonly text: string;
  readonly value: unknown;
  /** The same value with the digits of its numbers; a fresh tree at each call. */
  lossless(): Lossless;
}

/**
 * Reads JSON text strictly: one value, no duplicate member, no `__proto__`, no NUL, at most MAX_DEPTH levels.
 * @throws FhirError `structure` with line and column, or the member's name.
 */
export function parseJson(text: string): JsonBody {
  refuseDepth(text);
  const tree = () => parse(text, undefined, { onDuplicateKey: refuseDuplicate }) as Lossless;
  try {
    checkMembers(tree());
    return { text, value: JSON.parse(text), lossless: tree };
  } catch (error) {
    if (error instanceof FhirError) throw error;
    throw new FhirError('structure', `The body is not JSON: ${place(text, error)}.`);
  }
}

/** JSON text of a lossless value; numbers as they were written. */
export function stringifyLossless(value: Lossless): string {
  return stringify(value) ?? 'null';
}

function refuseDepth(text: string): void {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 0x5c) i++;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) depth++;
    else if (char === 0x7d || char === 0x5d) depth--;
    if (depth > MAX_DEPTH) throw new FhirError('structure', `The body nests deeper than ${MAX_DEPTH} levels; flatten it.`);
  }
}

function refuseDuplicate({ key }: { key: string }): never {
  throw new FhirError('structure', `The member "${key}" stands twice in one object; JSON of FHIR has each member once.`);
}

function checkMembers(value: Lossless): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw new FhirError('structure', 'A string holds the character U+0000, which FHIR does not allow.');
  } else if (Array.isArray(value)) {
    for (const item of value) checkMembers(item);
  } else if (value instanceof LosslessNumber) {
    if (!Number.isFinite(Number(value.value))) throw new FhirError('structure', `The number ${value.value.slice(0, 40)} is too large.`);
  } else if (value !== null && typeof value === 'object') {
    if (Object.hasOwn(value, '__proto__')) throw new FhirError('structure', 'The member "__proto__" is not allowed.');
    for (const member of Object.values(value)) checkMembers(member);
  }
}

/** Says where the fault stands, without quoting the body: it may hold what belongs in no log. */
function place(text: string, error: unknown): string {
  const position = Number(/position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? Number.NaN);
  if (!text.trim()) return 'it is empty';
  if (Number.isNaN(position)) return 'it could not be read';
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return `it cannot be read from line ${line}, column ${position - before.lastIndexOf('\n')} on`;
}
