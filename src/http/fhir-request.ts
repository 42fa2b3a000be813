/** From what Express has read to what an interaction is given (https://hl7.org/fhir/R4/http.html). */
import type { IncomingMessage } from 'node:http';
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

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** @throws FhirError for an address, a query or a body that is none of FHIR */
export function fhirRequest(request: Request, route: Route, body: TextBody | undefined, baseUrl: string): FhirRequest {
  const { type, id, vid, compartment, owner } = request.params as Readonly<Record<string, string | undefined>>;
  const asked: Mutable<FhirRequest> = {
    method: route.method, // HEAD is answered as GET, its body left out
    query: queryOf(request, body),
    conditions: conditions(request),
    prefer: preferences(request.headers.prefer),
    baseUrl,
    now: new Date(),
  };
  if (route.type) asked.type = route.type;
  else if (type !== undefined) asked.type = resourceType(type);
  if (id?.startsWith('$')) throw noOperation(id);
  if (id !== undefined) asked.id = id;
  if (vid !== undefined) asked.versionId = vid;
  if (compartment !== undefined && owner !== undefined) asked.compartment = { type: resourceType(compartment), id: owner };
  if (body && body.contentType !== FORM) {
    asked.contentType = body.contentType;
    asked.body = parseJson(body.text);
  }
  return asked;
}

/** @throws FhirError `not-found` for a name that is no resource type */
export function resourceType(name: string): ResourceType {
  if (isResourceType(name)) return name;
  if (name.startsWith('$')) throw noOperation(name);
  throw new FhirError('not-found', `"${name.slice(0, 64)}" is not a resource type of FHIR R4; names of types begin with a capital letter.`);
}

/** For an address that could be one of an operation, and is none. */
export function noOperation(name: string): FhirError {
  return new FhirError(
    'not-found',
    `No operation ${name.slice(0, 64)} is offered at this address; /metadata lists those that are, and where.`,
  );
}

function queryOf(request: Request, body: TextBody | undefined): QueryParameters {
  const mark = request.url.indexOf('?');
  const address = mark < 0 ? '' : request.url.slice(mark + 1);
  const form = body?.contentType === FORM ? body.text.trim() : '';
  return parseQueryString(address && form ? `${address}&${form}` : address || form);
}

function conditions({ headers, headersDistinct }: IncomingMessage): Conditions {
  const found: Mutable<Conditions> = {};
  if (headers['if-match'] !== undefined) found.ifMatch = headers['if-match'];
  if (headers['if-none-match'] !== undefined) found.ifNoneMatch = headers['if-none-match'];
  if (headers['if-modified-since'] !== undefined) found.ifModifiedSince = headers['if-modified-since'];
  if (headers['if-none-exist'] !== undefined) found.ifNoneExist = criteria(headersDistinct['if-none-exist']);
  return found;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** If-None-Exist stands once, and what of it is not ASCII is UTF-8. @throws FhirError `invalid`: criteria misread would create what is there */
function criteria([given = '', ...more]: readonly string[] = []): string {
  if (more.length > 0) throw new FhirError('invalid', 'The header If-None-Exist stands twice; join its parameters with &.');
  try {
    return utf8.decode(Buffer.from(given, 'latin1'));
  } catch {
    throw new FhirError('invalid', 'The header If-None-Exist is neither ASCII nor UTF-8; write other signs as escapes, such as %C3%A9.');
  }
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
