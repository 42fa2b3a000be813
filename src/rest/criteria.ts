/** The query of a conditional interaction (https://hl7.org/fhir/R4/http.html#ccreate). */
import { FhirError } from '../fhir/error.ts';
import { parseQueryString } from '../fhir/query-string.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { parseCriteria } from '../search/parse-criteria.ts';
import type { Expectation, Version } from '../storage/store.ts';
import { withoutConcepts } from './concepts.ts';
import type { RestDeps } from './deps.ts';

/** What criteria find now, and what must still hold when the write is carried out. */
export interface Match {
  /** Undefined where nothing fits. */
  readonly version: Version | undefined;
  readonly expectation: Expectation;
}

/** @throws FhirError `invalid` for criteria that are not filters alone, `ambiguous` where several resources fit */
export async function match(
  { store, parameters, terminology }: RestDeps,
  { now }: FhirRequest,
  type: ResourceType,
  criteria: QueryParameters,
): Promise<Match> {
  const parsed = parseCriteria({ type, query: criteria, registry: parameters(), now });
  const query = { ...parsed, where: await withoutConcepts(parsed.where, terminology) };
  const { versions } = await store.search(query);
  if (versions.length > 1) {
    throw new FhirError('ambiguous', `The criteria find several resources of type ${type}; make them fit one, or none.`);
  }
  return { version: versions[0], expectation: { query, ids: versions.map(({ id }) => id) } };
}

/** The criteria of If-None-Exist: a query string; a leading `?` or `Type?` is tolerated. */
export function headerCriteria(header: string, type: ResourceType): QueryParameters {
  const text = header.trim();
  return parseQueryString(text.startsWith(`${type}?`) ? text.slice(type.length + 1) : text.replace(/^\?/, ''));
}

const RETRIES = 3;

/** Runs a unit that resolves criteria and writes; where another writer came in between, resolves again, three times, then 409. */
export async function untilHeld<T>(unit: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await unit();
    } catch (error) {
      if (!(error instanceof FhirError) || error.kind !== 'conflict' || retry === RETRIES) throw error;
    }
  }
}
