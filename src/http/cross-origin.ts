/** Which pages of other origins may call (https://hl7.org/fhir/R4/security.html#cors, https://cds-hooks.hl7.org/2.0/#cors). */
import cors from 'cors';
import type { RequestHandler } from 'express';

/** Sets the headers; a preflight goes on to its route, which answers every OPTIONS with 204 and Allow. */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  return cors({
    origin: [...origins], // a list, even of one: the answer then depends on the origin and says so by Vary
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'If-Match',
      'If-None-Match',
      'If-None-Exist',
      'If-Modified-Since',
      'Prefer',
      'X-Request-Id',
    ],
    exposedHeaders: ['ETag', 'Location', 'Last-Modified', 'X-Request-Id'],
    maxAge: 600,
    preflightContinue: true,
  });
}
