/** References by search, `Patient?identifier=12345`: for transactions alone (https://hl7.org/fhir/R4/http.html#trules, "Conditional References"). */
import { FhirError } from '../fhir/error.ts';
import type { JsonBody } from '../fhir/json.ts';
import { parseQueryString } from '../fhir/query-string.ts';
import type { QueryParameters } from '../fhir/request.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import { placedElements } from './bundled-elements.ts';

export interface SearchReference {
  readonly type: ResourceType;
  readonly criteria: QueryParameters;
}

/** What a reference searches for; undefined where it names its target. */
export function searchReference(reference: string): SearchReference | undefined {
  const mark = reference.indexOf('?');
  const type = reference.slice(0, Math.max(mark, 0));
  return isResourceType(type) ? { type, criteria: parseQueryString(reference.slice(mark + 1)) } : undefined;
}

/** A cheap look at the text before the resource is walked through. */
const PERHAPS = /"reference"\s*:\s*"[A-Z][A-Za-z]*\?/;

/** The resource as it can be checked before its searches are resolved: each stands for some resource of its type. */
export function withTargets<T extends object>(resource: T): T {
  const text = JSON.stringify(resource);
  if (!PERHAPS.test(text)) return resource;
  const copy = JSON.parse(text) as T;
  for (const { path, value, holder, key, bundled } of placedElements(copy)) {
    const search = path === 'Reference.reference' && !bundled && typeof value === 'string' ? searchReference(value) : undefined;
    if (search) (holder as Record<string | number, unknown>)[key] = `${search.type}/target`;
  }
  return copy;
}

/** @throws FhirError `invalid` for a resource that was not sent in a transaction */
export function refuseSearchReferences({ text, value }: Pick<JsonBody, 'text' | 'value'>): void {
  if (!PERHAPS.test(text) || typeof value !== 'object' || value === null) return;
  for (const { path, value: reference, expression, bundled } of placedElements(value)) {
    if (path === 'Reference.reference' && !bundled && typeof reference === 'string' && searchReference(reference)) {
      throw new FhirError('invalid', 'A reference by search is resolved in a transaction only; write the type and id of the target.', {
        expression,
      });
    }
  }
}
