/**
 * All doors of the server on one router of Express (docs/request.md tells the way of a request through it). An application
 * of Express would put prototypes of its own under each request and response, which on Node 20 costs three times what all
 * else does, for methods that nothing here uses: handlers have what Node gives them, and the router's `params`.
 */
import type { RequestListener } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { FhirError } from '../fhir/error.ts';
import type { OpenApiDocument } from '../rest/openapi.ts';
import type { Route } from '../rest/routes.ts';
import type { StartFacts } from '../web/start-facts.ts';
import { requireToken } from './access.ts';
import { type CdsDoor, cdsRouter } from './cds-router.ts';
import { createCompressor } from './compression.ts';
import { allowOrigins } from './cross-origin.ts';
import { createFaults } from './errors.ts';
import { exchange } from './exchange.ts';
import { addFhirRoutes } from './fhir-routes.ts';
import { healthRouter } from './health-router.ts';
import { openApiRouter } from './openapi-router.ts';
import { pageRouter } from './page-router.ts';
import type { RequestLog } from './request-log.ts';
import { securityHeaders } from './security-headers.ts';
import { createSend } from './send.ts';

export interface ApplicationParts {
  /** Without trailing slash. */
  readonly publicUrl: string;
  readonly routes: readonly Route[];
  /** The REST API as OpenAPI. */
  readonly openApi: () => OpenApiDocument;
  readonly services: CdsDoor;
  readonly facts: () => Promise<StartFacts>;
  /** Whether the store answers and the content is loaded. */
  readonly ready: () => Promise<boolean>;
  readonly log: RequestLog;
  readonly limits: Limits;
  /** Host names that are answered; absent: all. */
  readonly hosts?: ReadonlySet<string>;
  readonly apiToken?: string;
  readonly corsOrigins: readonly string[];
}

interface Limits {
  /** Bytes. */
  readonly bodyLimit: number;
  /** Bytes; of a batch, a transaction and a hook call. */
  readonly largeBodyLimit: number;
  /** Milliseconds. */
  readonly requestTimeout: number;
}

export interface Application {
  readonly handler: RequestListener;
  /** How many errors were none of the caller's: 0, unless the program has a fault. */
  unexpectedErrors(): number;
}

export function application(parts: ApplicationParts): Application {
  const { publicUrl, routes, services, log, limits, hosts, apiToken } = parts;
  const send = createSend(createCompressor());
  const faults = createFaults(log, send);
  const guards: RequestHandler[] = parts.corsOrigins.length ? [allowOrigins(parts.corsOrigins)] : [];
  const lock = (open: readonly string[] = []) => (apiToken ? [requireToken(apiToken, open)] : []);

  const router = Router({ caseSensitive: true });
  const headers = securityHeaders(publicUrl.startsWith('https:'));
  router.use(exchange({ log, faults, requestTimeout: limits.requestTimeout, headers, ...(hosts && { hosts }) }));
  for (const guard of [...guards, ...lock(['/metadata'])]) router.use('/fhir', guard);
  addFhirRoutes(router, '/fhir', { routes, baseUrl: `${publicUrl}/fhir`, ...limits, faults, send });
  router.use('/cds-services', ...guards, ...lock(), cdsRouter({ services, ...limits, faults, send }));
  router.use('/health', healthRouter(parts.ready, send));
  router.use(openApiRouter(parts.openApi, send));
  router.use(pageRouter(parts.facts, send));
  return {
    handler(request, response) {
      router(request as Request, response as Response, (error: unknown) => faults.answer(response, error ?? nothingHere()));
    },
    unexpectedErrors: faults.unexpected,
  };
}

function nothingHere(): FhirError {
  return new FhirError('not-found', 'Nothing is at this address. FHIR begins at /fhir, CDS Hooks at /cds-services; / tells more.');
}
