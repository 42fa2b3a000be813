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
 * Reads JSON text strictly: one value, no duplicate member, no `__proto__`, no NUL, no half of a surrogate pair, at most MAX_DEPTH levels.
 * @throws FhirError `structure` with line and column, or the member's name.
 */
export function parseJson(text: string): JsonBody {
  refuseDepthAndDuplicates(text);
  const value = parsed(text);
  checkMembers(value);
  return { text, value, lossless: () => parse(text) as Lossless };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FhirError('structure', `The body is not JSON: ${place(text)}.`);
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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** One pass over the text before anything is built from it: depth, and members that stand twice (a parser keeps only the last). */
function refuseDepthAndDuplicates(text: string): void {
  const open: Set<string>[] = []; // names seen in each open object; an array has a set that stays empty
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === QUOTE) {
      const end = endOfString(text, i);
      if (isName(text, end)) noteName(open.at(-1), text.slice(i, end + 1));
      i = end;
    } else if (char === 0x7b || char === 0x5b) {
      if (open.push(new Set()) > MAX_DEPTH) throw new FhirError('structure', `The body nests deeper than ${MAX_DEPTH} levels; flatten it.`);
    } else if (char === 0x7d || char === 0x5d) open.pop();
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

/** Whether a colon comes next: then the string that ended is the name of a member. */
function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (text.charCodeAt(next) <= 0x20) next++;
  return text.charCodeAt(next) === COLON;
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

/** Half a character: no UTF-8 can hold it, so an index would take all of them for one. */
const HALF = /\p{Surrogate}/u;

function checkMembers(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\u0000')) throw new FhirError('structure', 'A string holds the character U+0000, which FHIR does not allow.');
    if (HALF.test(value))
      throw new FhirError('structure', 'A string holds half of a surrogate pair (\\uD800 to \\uDFFF), which is no character.');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new FhirError('structure', 'A number is too large: it lies beyond 1.8e308.');
  } else if (Array.isArray(value)) {
    for (const item of value) checkMembers(item);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, member] of Object.entries(value)) {
      if (name === '__proto__') throw new FhirError('structure', 'The member "__proto__" is not allowed.');
      checkMembers(name);
      checkMembers(member);
    }
  }
}

/** Says where the fault stands, without quoting the body: it may hold what belongs in no log. */
function place(text: string): string {
  if (!text.trim()) return 'it is empty';
  const position = faultPosition(text);
  if (position === undefined) return 'it could not be read';
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  return `it cannot be read from line ${line}, column ${position - before.lastIndexOf('\n')} on`;
}

/** The built-in parser says where only for long texts; the other one always does. */
function faultPosition(text: string): number | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    const [, position] = /position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    return position === undefined ? undefined : Number(position);
  }
}
