/** How values become keys: the one place that index and query share. */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { SEPARATOR } from './entries.ts';
import { wellFormed } from './text.ts';

/** Longer values are kept as their first PREFIX_LENGTH characters and a hash: a key must fit every database. */
const LONGEST = 400;
/** How much of a value can be searched by its beginning. */
export const PREFIX_LENGTH = 300;

/** A value inside a key: the separator escaped, every character one that UTF-8 can write. */
export function escaped(value: string): string {
  if (!/[\\\u001f\ud800-\udfff]/.test(value)) return value;
  return wellFormed(value).replaceAll('\\', '\\\\').replaceAll(SEPARATOR, '\\s');
}

/** `parameter␟value`; the value is made of escaped parts. */
export function keyOf(parameter: string, value: string): string {
  return `${parameter}${SEPARATOR}${value.length > LONGEST ? shortened(value) : value}`;
}

/** Beginning of the keys whose value starts so. @throws FhirError `invalid` where long values could not be told apart by it */
export function keyPrefix(parameter: string, value: string): string {
  if (value.length > PREFIX_LENGTH) {
    throw new FhirError(
      'invalid',
      `The parameter "${parameter}" takes at most ${PREFIX_LENGTH} characters to search below; shorten the value.`,
    );
  }
  return `${parameter}${SEPARATOR}${value}`;
}

function shortened(value: string): string {
  return `${wellFormed(value.slice(0, PREFIX_LENGTH))}${SEPARATOR}${createHash('sha256').update(value).digest('base64url')}`;
}
