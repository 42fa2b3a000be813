/** A patch inside a Bundle: FHIRPath Patch as it is, JSON Patch in a Binary (https://hl7.org/fhir/R4/http.html#patch). */
import { FhirError } from '../../fhir/error.ts';
import { type JsonBody, parseJson } from '../../fhir/json.ts';
import type { FhirRequest } from '../../fhir/request.ts';
import { JSON_PATCH } from '../patched.ts';

/** @throws FhirError `invalid` for another resource, `unsupported-media` for a Binary that holds something else, `structure` */
export function patchBody(resource: JsonBody): Pick<FhirRequest, 'contentType' | 'body'> {
  const { resourceType, contentType, data } = resource.value as Readonly<Record<string, unknown>>;
  if (resourceType === 'Parameters') return { contentType: 'application/fhir+json', body: resource };
  if (resourceType !== 'Binary') {
    throw new FhirError('invalid', `A patch in a Bundle is a Parameters resource (FHIRPath Patch) or a Binary with ${JSON_PATCH}.`);
  }
  if (typeof contentType !== 'string' || contentType.split(';')[0]?.trim().toLowerCase() !== JSON_PATCH) {
    throw new FhirError('unsupported-media', `A Binary that is a patch must have the contentType ${JSON_PATCH}.`);
  }
  if (typeof data !== 'string')
    throw new FhirError('structure', 'The Binary of the patch has no data; put the JSON Patch in it, as base64.');
  return { contentType: JSON_PATCH, body: parseJson(Buffer.from(data, 'base64').toString('utf8')) };
}
