/** From what an interaction answers to bytes and headers (https://hl7.org/fhir/R4/http.html). */
import type { ServerResponse } from 'node:http';
import { parse, stringify } from 'lossless-json';
import type { FhirRequest, FhirResponse } from '../fhir/request.ts';
import { type Send, vary } from './send.ts';

/** @param pretty - whether the JSON is indented for a reader */
export function answerFhir(response: ServerResponse, request: FhirRequest, answer: FhirResponse, pretty: boolean, send: Send): void {
  if (response.headersSent) return;
  const { status, body, version, location, headers } = answer;
  response.statusCode = status;
  if (version) {
    response.setHeader('ETag', `W/"${version.versionId}"`);
    response.setHeader('Last-Modified', new Date(version.lastUpdated).toUTCString());
  }
  if (location) response.setHeader('Location', location);
  if (headers) for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'private, no-cache');
  vary(response, 'Accept, Accept-Encoding');
  if (!body) {
    response.removeHeader('Content-Type');
    response.end();
    return;
  }
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  if (pretty) send(response, Buffer.from(stringify(parse(bytes.toString()), undefined, 2) ?? ''));
  else send(response, bytes, storedVersion(request, answer));
}

/** Type, id and version where the answer is a whole stored version: no two contents ever have the same. */
function storedVersion({ method, type, id, query }: FhirRequest, { status, version }: FhirResponse): string | undefined {
  const isWhole = method === 'GET' && status === 200 && query.every(([name]) => name === '_format');
  return version && type && id && isWhole ? `${type}/${id}/${version.versionId}` : undefined;
}
