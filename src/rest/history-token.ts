/** Paging tokens of histories: the store's own, bound to the history that they continue. Nothing secret is in them. */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { CURSOR } from '../search/cursor.ts';
import type { HistoryScope } from '../storage/store.ts';

export function sealToken(token: string, scope: HistoryScope): string {
  return `${check(token, scope)}${Buffer.from(token, 'utf8').toString('base64url')}`;
}

/** @throws FhirError `invalid` for a token that is none, was changed, or belongs to another history */
export function openToken(sealed: string, scope: HistoryScope): string {
  const token = Buffer.from(sealed.slice(CHECK), 'base64url').toString('utf8');
  if (sealed === sealToken(token, scope)) return token;
  const sentence = `The parameter "${CURSOR}" does not continue this history; follow the "next" link as it was given, or begin anew without it.`;
  throw new FhirError('invalid', sentence);
}

/** Characters. */
const CHECK = 12;

function check(token: string, { type, id, since, at }: HistoryScope): string {
  const text = JSON.stringify([type, id, since, at?.low, at?.high, token]);
  return createHash('sha256').update(text).digest('base64url').slice(0, CHECK);
}
