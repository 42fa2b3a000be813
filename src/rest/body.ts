import { FhirError } from '../fhir/error.ts';
import type { JsonBody } from '../fhir/json.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { FhirResource } from '../fhir/types.ts';
import type { Address } from './address.ts';
import { refuseSearchReferences } from './search-references.ts';
import { SUBSETTED } from './summary.ts';

/** A body that may become a resource of the address. */
export interface ResourceBody {
  readonly json: JsonBody;
  readonly value: FhirResource;
}

/**
 * The resource in the body of a create (an address without id) or an update.
 * @throws FhirError `structure`, `invalid` (https://hl7.org/fhir/R4/http.html#create, #update) or `unprocessable` for a shortened resource
 */
export function resourceBody(request: FhirRequest, address: Pick<Address, 'type'> & Partial<Address>): ResourceBody {
  const body = bundledBody(request, address);
  refuseSearchReferences(body.json);
  return body;
}

/** The same in an entry of a transaction, which may hold references by search. @throws FhirError */
export function bundledBody(request: FhirRequest, { type, id }: Pick<Address, 'type'> & Partial<Address>): ResourceBody {
  const json = request.body;
  if (!json) throw new FhirError('structure', `The request has no body; send the ${type} as JSON.`);
  const { value } = json;
  if (!isObject(value)) throw new FhirError('structure', `The body must be one JSON object, the ${type}.`);
  if (value.resourceType !== type) {
    throw new FhirError('invalid', `The resourceType in the body must be ${type}, as in the address.`, { expression: 'resourceType' });
  }
  if (id !== undefined && value.id !== id) {
    throw new FhirError('invalid', `The id in the body must be "${id}", as in the address.`, { expression: `${type}.id` });
  }
  checkMeta(value.meta, type);
  return { json, value: value as unknown as FhirResource };
}

/** @throws FhirError `structure`, or `unprocessable` for a shortened resource */
export function checkMeta(meta: unknown, type: string): void {
  if (meta === undefined) return;
  if (!isObject(meta)) throw new FhirError('structure', `${type}.meta must be a JSON object.`, { expression: `${type}.meta` });
  const tags: readonly unknown[] = Array.isArray(meta.tag) ? meta.tag : [];
  if (tags.some((tag) => isObject(tag) && tag.system === SUBSETTED.system && tag.code === SUBSETTED.code)) {
    throw new FhirError('unprocessable', 'The resource is tagged SUBSETTED, so it is part of one; read the whole resource and send that.', {
      expression: `${type}.meta.tag`,
    });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
