/** Tokens that page through a search: opaque, unsigned, read like any other input (nothing secret is in them). */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Cursor } from './query.ts';

/** The parameter of ours that carries the token. */
export const CURSOR = '_cursor';

/** Characters: five sort values of 300 characters that take three bytes each, and what stands around them. */
const LONGEST = 7500;
const MOST_VALUES = 5;

/** @param fingerprint - of the search that it belongs to (`ParsedSearch.fingerprint`) */
export function encodeCursor({ values, type, id }: Cursor, fingerprint: string): string {
  const plain = JSON.stringify([values.map(toJson), type, id]);
  return Buffer.from(JSON.stringify([check(fingerprint, plain), plain]), 'utf8').toString('base64url');
}

/** @throws FhirError `invalid` for a token that is no such, was changed, or belongs to another search */
export function decodeCursor(token: string, fingerprint: string): Cursor {
  const [sum, plain] = arrayOf(token.length > LONGEST ? '' : Buffer.from(token, 'base64url').toString('utf8'));
  if (typeof plain !== 'string' || sum !== check(fingerprint, plain)) throw foreign();
  const [values, type, id] = arrayOf(plain);
  if (!Array.isArray(values) || values.length > MOST_VALUES || !values.every(isValue)) throw foreign();
  if (typeof type !== 'string' || !isResourceType(type) || typeof id !== 'string' || !isId(id)) throw foreign();
  return { values: values.map(fromJson), type, id };
}

function check(fingerprint: string, plain: string): string {
  return createHash('sha256').update(`${fingerprint} ${plain}`).digest('base64url').slice(0, 12);
}

type Value = Cursor['values'][number];
/** JSON has no infinity. */
type JsonValue = Exclude<Value, undefined> | { readonly infinite: 1 | -1 };

function toJson(value: Value): JsonValue {
  return typeof value === 'number' && !Number.isFinite(value) ? { infinite: value > 0 ? 1 : -1 } : value;
}

function fromJson(value: JsonValue): Value {
  return typeof value === 'object' && value !== null ? value.infinite * Number.POSITIVE_INFINITY : value;
}

function isValue(value: unknown): value is JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'number') return true;
  return typeof value === 'object' && 'infinite' in value && (value.infinite === 1 || value.infinite === -1);
}

function arrayOf(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function foreign(): FhirError {
  return new FhirError(
    'invalid',
    `The parameter "${CURSOR}" does not continue this search; follow the "next" link as it was given, or begin anew without it.`,
  );
}
