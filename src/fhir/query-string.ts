import { FhirError } from './error.ts';
import type { QueryParameters } from './request.ts';

/** Characters of an address that are taken. */
export const LONGEST_ADDRESS = 8192;

/** How many parameters one address and its form may have together. */
const MOST = 64;

/**
 * A query string, without its `?`, or a form body taken apart (application/x-www-form-urlencoded).
 * @throws FhirError `invalid` for a bad % escape or too many parameters
 */
export function parseQueryString(text: string): QueryParameters {
  if (!text) return [];
  const parts = text.split('&').filter(Boolean);
  if (parts.length > MOST)
    throw new FhirError('invalid', `The query has ${parts.length} parameters, and ${MOST} are allowed; ask in several requests.`);
  return parts.map((part): readonly [string, string] => {
    const equals = part.indexOf('=');
    return equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new FhirError('invalid', 'The query holds a % that begins no escape of UTF-8; write the sign % itself as %25.');
  }
}
