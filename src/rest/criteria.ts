/** The query of a conditional interaction (https://hl7.org/fhir/R4/http.html#ccreate). */
import { FhirError } from '../fhir/error.ts';
import { parseQueryString } from '../fhir/query-string.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { parseCriteria } from '../search/parse-criteria.ts';
import type { SearchQuery } from '../search/query.ts';
import type { Expectation, Version } from '../storage/store.ts';
import { refuseAmbiguousIds } from './bare-ids.ts';
import { withoutConcepts } from './concepts.ts';
import type { RestDeps } from './deps.ts';
import { GENERAL } from './query-parameters.ts';

/** What criteria find now, and what must still hold when the write is carried out. */
export interface Match {
  /** Undefined where nothing fits. */
  readonly version: Version | undefined;
  readonly expectation: Expectation;
}

/** @throws FhirError `invalid` for criteria that are not filters alone, `ambiguous` where several resources fit */
export async function match(deps: RestDeps, request: FhirRequest, type: ResourceType, criteria: QueryParameters): Promise<Match> {
  const { versions, expectation } = await matchAll(deps, request, type, criteria, 1);
  return { version: versions[0], expectation };
}

/** All that fit, at most `most`. @throws FhirError as `match` */
export async function matchAll(
  deps: RestDeps,
  { now }: FhirRequest,
  type: ResourceType,
  criteria: QueryParameters,
  most: number,
): Promise<{ readonly versions: readonly Version[]; readonly expectation: Expectation }> {
  const query = { ...(await criteriaQuery(deps, now, type, criteria)), count: most + 1 };
  const { versions } = await deps.store.search(query);
  if (versions.length > most) throw ambiguous(type, most);
  return { versions, expectation: { query, ids: versions.map(({ id }) => id) } };
}

/** @throws FhirError `invalid` for criteria that are not filters alone */
export async function criteriaQuery(
  { parameters, terminology, store }: Pick<RestDeps, 'parameters' | 'terminology' | 'store'>,
  now: Date,
  type: ResourceType,
  criteria: QueryParameters,
): Promise<SearchQuery> {
  const parsed = parseCriteria({ type, query: criteria, registry: parameters(), now });
  await refuseAmbiguousIds(parsed, parameters(), store);
  return { ...parsed, where: await withoutConcepts(parsed.where, terminology) };
}

export function ambiguous(type: ResourceType, most = 1): FhirError {
  const allowed = most === 1 ? 'one, or none' : `${most} at most`;
  return new FhirError('ambiguous', `The criteria find several resources of type ${type}; make them fit ${allowed}.`);
}

/** The criteria of If-None-Exist: a query string; a leading `?` or `Type?` is tolerated. */
export function headerCriteria(header: string, type: ResourceType): QueryParameters {
  const text = header.trim();
  return parseQueryString(text.startsWith(`${type}?`) ? text.slice(type.length + 1) : text.replace(/^\?/, ''));
}

/** The criteria in the address of a conditional update, patch or delete. */
export function addressCriteria({ query }: FhirRequest): QueryParameters {
  return query.filter(([name]) => !(GENERAL as readonly string[]).includes(name));
}

/** How often criteria are resolved again because another writer came in between. */
export const RETRIES = 3;

/** Runs a unit that resolves criteria and writes; where another writer came in between, resolves again, three times, then 409. */
export async function untilHeld<T>(unit: () => Promise<T>): Promise<T> {
  for (let retry = 0; ; retry++) {
    try {
      return await unit();
    } catch (error) {
      if (!(error instanceof FhirError) || error.kind !== 'conflict' || error.isLasting || retry === RETRIES) throw error;
    }
  }
}
