/**
 * Regular expressions of content and callers, in linear time whatever the pattern: the built-in engine can be made to hang.
 * The price: no look-around and no back-references.
 */
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import { FhirError } from '../fhir/error.ts';

const LONGEST = 2000;
const cache = new LRUCache<string, RE2JS>({ max: 500 });

/** FHIRPath's flags: `i` ignores case, `m` lets ^ and $ match at lines (https://hl7.org/fhirpath/#matchesregex--string-flags--string--boolean). */
export type RegularExpressionFlags = string;

/** Whether some part of the text matches. @throws FhirError `invalid` for a pattern that is not taken here */
export function matches(text: string, pattern: string, flags: RegularExpressionFlags = ''): boolean {
  return compilePattern(pattern, flags).matcher(text).find();
}

/** Whether the whole text matches. @throws FhirError `invalid` */
export function matchesFull(text: string, pattern: string, flags: RegularExpressionFlags = ''): boolean {
  return compilePattern(`^(?:${pattern})$`, flags).matcher(text).find();
}

/** The text with each match replaced; `$1` and `$<name>` stand for groups. @throws FhirError `invalid` */
export function replaceMatches(text: string, pattern: string, replacement: string): string {
  return compilePattern(pattern, '').matcher(text).replaceAll(replacement);
}

/** Compiled once for each distinct pattern. @throws FhirError `invalid` for a pattern that is not taken here */
export function compilePattern(pattern: string, flags: RegularExpressionFlags): RE2JS {
  const key = `${flags}/${pattern}`;
  const known = cache.get(key);
  if (known) return known;
  if (pattern.length > LONGEST) throw refused(pattern, `it is longer than ${LONGEST} characters`);
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern), options(flags));
    cache.set(key, compiled);
    return compiled;
  } catch (error) {
    throw refused(pattern, reason(pattern, error));
  }
}

function options(flags: string): number {
  return RE2JS.DOTALL | (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) | (flags.includes('m') ? RE2JS.MULTILINE : 0);
}

function reason(pattern: string, error: unknown): string {
  if (/\(\?<?[=!]/.test(pattern))
    return 'it looks ahead or behind, which cannot be done in linear time; say the same without (?= (?! (?<= (?<!';
  const said = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : 'it cannot be read';
  if (/invalid escape sequence: `\\[1-9]/.test(said)) return 'it refers back to a group, which cannot be done in linear time';
  return said;
}

function refused(pattern: string, why: string): FhirError {
  return new FhirError('invalid', `The regular expression "${pattern.slice(0, 200)}" is not taken: ${why}.`);
}
