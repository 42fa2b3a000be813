import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Version } from '../storage/store.ts';
import { etag } from './etag.ts';

/** Type and id of the resource that a request names (https://hl7.org/fhir/R4/http.html#general). */
export interface Address {
  readonly type: ResourceType;
  readonly id: string;
}

/** @throws FhirError `not-found` where the id cannot be one; `fault` names another kind */
export function addressOf(request: FhirRequest, fault: 'not-found' | 'invalid' = 'not-found'): Address {
  const id = request.id ?? '';
  if (isId(id)) return { type: typeOf(request), id };
  throw new FhirError(fault, 'The id in the address is not one of FHIR: 1 to 64 letters, digits, "-" and ".".');
}

export function typeOf(request: FhirRequest): ResourceType {
  if (request.type) return request.type;
  throw new FhirError('not-found', 'The address names no resource type.');
}

/** Absolute address without version. */
export function fullUrl(baseUrl: string, { type, id }: Address): string {
  return `${baseUrl}/${type}/${id}`;
}

export function versionUrl(baseUrl: string, version: Address & { readonly versionId: number }): string {
  return `${fullUrl(baseUrl, version)}/_history/${version.versionId}`;
}

export function unknown({ type, id }: Address): FhirError {
  return new FhirError('not-found', `${type}/${id} is not known to this server.`);
}

/** @param version - the deletion */
export function gone({ type, id, versionId }: Version): FhirError {
  return new FhirError(
    'gone',
    `${type}/${id} was deleted with version ${versionId}; its earlier versions can still be read under _history.`,
    {
      headers: { ETag: etag(versionId) },
    },
  );
}
