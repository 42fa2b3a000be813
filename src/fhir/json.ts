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
  refuseDepthAndDuplicates(text);
  const tree = () => parse(text) as Lossless;
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

/** A copy whose arrays and objects may be changed. */
export function copyLossless(value: Lossless): Lossless {
  if (Array.isArray(value)) return value.map(copyLossless);
  if (!isLosslessObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyLossless(member)]));
}

export function isLosslessObject(value: Lossless | undefined): value is LosslessObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof LosslessNumber);
}

/** One pass over the text before anything is built from it: depth, and members that stand twice (a parser keeps only the last). */
function refuseDepthAndDuplicates(text: string): void {
  const open: Set<string>[] = []; // names seen in each open object; an array has a set that stays empty
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '{' || char === '[') {
      if (open.push(new Set()) > MAX_DEPTH) throw new FhirError('structure', `The body nests deeper than ${MAX_DEPTH} levels; flatten it.`);
    } else if (char === '}' || char === ']') open.pop();
    else if (char === '"') {
      const end = endOfString(text, i);
      AFTER_NAME.lastIndex = end + 1;
      if (AFTER_NAME.test(text)) noteName(open.at(-1), text.slice(i, end + 1));
      i = end;
    }
  }
}

const AFTER_NAME = /[ \t\r\n]*:/y;

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

function noteName(seen: Set<string> | undefined, quoted: string): void {
  const name = quoted.includes('\\') ? readName(quoted) : quoted.slice(1, -1);
  if (seen?.has(name)) {
    throw new FhirError('structure', `The member "${name.slice(0, 80)}" stands twice in one object; JSON of FHIR has each member once.`);
  }
  seen?.add(name);
}

function readName(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted; // malformed: the parser says where
  }
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
    for (const [name, member] of Object.entries(value)) {
      checkMembers(name);
      checkMembers(member);
    }
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
