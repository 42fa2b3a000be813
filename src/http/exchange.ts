/**
 * What every request has from its first byte to its last: an id (https://hl7.org/fhir/R4/http.html#custom), a time limit,
 * a known host, an address of bearable length, the headers of every answer, and one line in the log.
 * All in one step: each step more is paid for by every request.
 */
import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { FhirError } from '../fhir/error.ts';
import { LONGEST_ADDRESS } from '../fhir/query-string.ts';
import type { Faults } from './errors.ts';
import type { RequestLog } from './request-log.ts';
import type { Headers } from './security-headers.ts';

const PLAIN_ID = /^[A-Za-z0-9._-]{1,64}$/;
const ECHOED_ID = /^[\x21-\x7e]{1,256}$/;

export interface ExchangeDeps {
  readonly log: RequestLog;
  readonly faults: Faults;
  /** Milliseconds until a request is given up with 503. */
  readonly requestTimeout: number;
  /** Set on every answer. */
  readonly headers: Headers;
  /** Host names that this server answers to; absent: all. */
  readonly hosts?: ReadonlySet<string>;
}

export function exchange({ log, faults, requestTimeout, headers, hosts }: ExchangeDeps): RequestHandler {
  return (request, response, next) => {
    const started = performance.now();
    const id = identify(request, response);
    for (const [name, value] of headers) response.setHeader(name, value);
    const timer = setTimeout(() => faults.answer(response, overdue(response)), requestTimeout);
    response.once('close', () => {
      clearTimeout(timer);
      const status = response.writableFinished ? response.statusCode : CLOSED_EARLY;
      const ms = Math.round((performance.now() - started) * 10) / 10;
      log.request({ method: request.method, route: routeOf(request), status, ms, id });
    });
    if (request.url.length > LONGEST_ADDRESS) throw tooLong();
    if (hosts && !hosts.has(hostOf(request))) throw misdirected();
    next();
  };
}

/** In the log only: the caller hung up before the answer was out. */
const CLOSED_EARLY = 499;

/** The caller's id if it is plain, else one of ours beside the caller's. */
function identify(request: Request, response: Response): string {
  const given = request.headers['x-request-id'];
  const isPlain = typeof given === 'string' && PLAIN_ID.test(given);
  const id = isPlain ? given : randomUUID();
  response.setHeader('X-Request-Id', id);
  if (typeof given === 'string' && !isPlain && ECHOED_ID.test(given)) response.setHeader('X-Correlation-Id', given);
  return id;
}

/** The template that matched: set by the router, so never a word of the address. */
function routeOf(request: Request): string {
  const path: unknown = request.route?.path;
  return typeof path === 'string' ? request.baseUrl + path : '(none)';
}

/** Name without port; of an IPv6 address, the address. */
function hostOf(request: Request): string {
  const host = (request.headers.host ?? '').toLowerCase();
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '');
}

function overdue(response: Response): FhirError {
  if (!response.headersSent) response.setHeader('Connection', 'close');
  return new FhirError('unavailable', 'The request took longer than the server allows; ask for less, or try again later.', {
    headers: { 'Retry-After': '5' },
  });
}

function tooLong(): FhirError {
  return new FhirError('too-long', `The address is longer than ${LONGEST_ADDRESS} characters; send a long search as POST to _search.`);
}

/** A page in a browser could reach a server on this machine under a name of its own choosing (DNS rebinding). */
function misdirected(): FhirError {
  return new FhirError('misdirected', 'The Host header names another server; use localhost, 127.0.0.1 or the host of PUBLIC_URL.');
}
