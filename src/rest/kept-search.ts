/**
 * Pages of a search that no address can hold (https://hl7.org/fhir/R4/http.html#paging): it came as a form, so the link to its
 * next page names it by a token, under which its parameters are kept for a day.
 */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';
import type { Ledger } from '../storage/ledger.ts';
import { once } from './query-parameters.ts';

/** The parameter of ours that carries the token. */
const KEPT = '_kept';
const HOUR = 3_600_000;
const HOURS = 25;
/** Characters that one search may put into the store. */
const MOST = 200_000;
/** How the answer is written is looked at before the token is. */
const WRITTEN: readonly string[] = ['_format', '_pretty'];

/**
 * The same search in few characters.
 * @throws FhirError `too-costly` for a search that is too long to be kept
 */
export async function keptSearch(ledger: Ledger, used: QueryParameters, now: Date): Promise<QueryParameters> {
  const query = used.filter(([name]) => !WRITTEN.includes(name));
  const hour = Math.floor(now.getTime() / HOUR); // one record for all pages that are asked for within it
  const text = JSON.stringify([hour, query]);
  if (text.length > MOST) {
    const sentence = `Parameters of more than ${MOST} characters are not kept for a next page; ask for a larger _count, or for less at once.`;
    throw new FhirError('too-costly', sentence);
  }
  const token = createHash('sha256').update(text).digest('base64url');
  await ledger.append(kindOf(token), { query }, { key: 'query', until: new Date((hour + HOURS) * HOUR) });
  return [...used.filter(([name]) => WRITTEN.includes(name)), [KEPT, token]];
}

/** The request with the parameters that its token stands for. @throws FhirError `invalid` for a token that is none, stands twice, or is too old */
export async function withKeptSearch<R extends Pick<FhirRequest, 'query'>>(ledger: Ledger, request: R): Promise<R> {
  const token = once(request.query, KEPT);
  if (token === undefined) return request;
  const [record] = /^[\w-]{43}$/.test(token) ? (await ledger.list(kindOf(token), { count: 1 })).items : [];
  if (!record) {
    throw new FhirError(
      'invalid',
      `The parameter "${KEPT}" names no search that is kept here; a search is kept for a day, so begin it anew.`,
    );
  }
  const { query } = record as { readonly query: QueryParameters };
  return { ...request, query: [...query, ...request.query.filter(([name]) => name !== KEPT)] };
}

function kindOf(token: string): string {
  return `search ${token}`;
}
