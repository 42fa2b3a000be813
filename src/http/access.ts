/** Who may knock: until there is an identity provider, whoever bears the one token of the configuration. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { FhirError } from '../fhir/error.ts';

/** @param open - paths below the mount point that anyone may read */
export function requireToken(token: string, open: readonly string[] = []): RequestHandler {
  const expected = digest(token);
  return (request, _response, next) => {
    if (request.method === 'OPTIONS' || isOpen(request, open)) return next();
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined) throw refused('This address needs a token: send the header Authorization: Bearer and the token.', '');
    if (!timingSafeEqual(digest(given), expected))
      throw refused('The token in the header Authorization is not valid here.', ', error="invalid_token"');
    next();
  };
}

function isOpen({ method, url }: IncomingMessage, open: readonly string[]): boolean {
  const [path = ''] = (url ?? '').split('?');
  return (method === 'GET' || method === 'HEAD') && open.includes(path.replace(/(.)\/$/, '$1'));
}

/** Digests have one length, so that comparing them takes one time, whatever was sent. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(message: string, error: string): FhirError {
  return new FhirError('unauthenticated', message, { headers: { 'WWW-Authenticate': `Bearer realm="Ramus"${error}` } });
}
