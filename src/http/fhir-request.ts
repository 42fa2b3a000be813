/** From what Express has read to what an interaction is given (https://hl7.org/fhir/R4/http.html). */
import type { IncomingHttpHeaders } from 'node:http';
import type { Request } from 'express';
import { FhirError } from '../fhir/error.ts';
import { parseJson } from '../fhir/json.ts';
import { parseQueryString } from '../fhir/query-string.ts';
import type { Conditions, FhirRequest, Preferences, QueryParameters } from '../fhir/request.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Route } from '../rest/routes.ts';
import type { TextBody } from './body.ts';

export const FORM = 'application/x-www-form-urlencoded';

/** @throws FhirError for an address, a query or a body that is none of FHIR */
export function fhirRequest(request: Request, route: Route, body: TextBody | undefined, baseUrl: string): FhirRequest {
  const { params, headers } = request;
  return {
    method: route.method, // HEAD is answered as GET, its body left out
    ...typed(route.type ?? resourceType(params.type)),
    ...(typeof params.id === 'string' && { id: params.id }),
    ...(typeof params.vid === 'string' && { versionId: params.vid }),
    ...compartment(request),
    query: queryOf(request, body),
    conditions: conditions(headers),
    prefer: preferences(headers.prefer),
    ...(body && body.contentType !== FORM && { contentType: body.contentType, body: parseJson(body.text) }),
    baseUrl,
    now: new Date(),
  };
}

/** @throws FhirError `not-found` for a name that is no resource type */
export function resourceType(name: unknown): ResourceType | undefined {
  if (typeof name !== 'string') return undefined;
  if (isResourceType(name)) return name;
  throw new FhirError('not-found', `"${name.slice(0, 64)}" is not a resource type of FHIR R4; names of types begin with a capital letter.`);
}

function typed(type: ResourceType | undefined): { readonly type?: ResourceType } {
  return type ? { type } : {};
}

function compartment({ params }: Request): Pick<FhirRequest, 'compartment'> {
  const type = resourceType(params.compartment);
  return type && typeof params.owner === 'string' ? { compartment: { type, id: params.owner } } : {};
}

function queryOf(request: Request, body: TextBody | undefined): QueryParameters {
  const mark = request.url.indexOf('?');
  const address = mark < 0 ? '' : request.url.slice(mark + 1);
  const form = body?.contentType === FORM ? body.text.trim() : '';
  return parseQueryString(address && form ? `${address}&${form}` : address || form);
}

function conditions(headers: IncomingHttpHeaders): Conditions {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  const ifModifiedSince = headers['if-modified-since'];
  const ifNoneExist = headers['if-none-exist'];
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
    ...(typeof ifNoneExist === 'string' && { ifNoneExist }),
  };
}

const RETURN = /(?:^|[,;])\s*return\s*=\s*"?(minimal|representation|OperationOutcome)"?\s*(?=[,;]|$)/;
const HANDLING = /(?:^|[,;])\s*handling\s*=\s*"?(strict|lenient)"?\s*(?=[,;]|$)/;

/** The preferences that are known here; others may be ignored (RFC 7240). */
function preferences(header: string | string[] | undefined): Preferences {
  if (!header) return {};
  const text = String(header);
  const wanted = RETURN.exec(text)?.[1] as Preferences['return'];
  const handling = HANDLING.exec(text)?.[1] as Preferences['handling'];
  return { ...(wanted && { return: wanted }), ...(handling && { handling }) };
}
