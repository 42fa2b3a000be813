/** The door of CDS Hooks: discovery and calls (https://cds-hooks.hl7.org/2.0/). */
import { type RequestHandler, Router } from 'express';
import { FhirError } from '../fhir/error.ts';
import { parseJson } from '../fhir/json.ts';
import { readBody } from './body.ts';
import type { Faults } from './errors.ts';
import { type Send, vary } from './send.ts';

export interface CdsRouterDeps {
  readonly services: CdsDoor;
  /** Bytes. */
  readonly largeBodyLimit: number;
  readonly faults: Faults;
  readonly send: Send;
}

/** What this door needs of the room `cds/`. */
export interface CdsDoor {
  discover(): Promise<object>;
  /** @throws FhirError */
  call(id: string, body: unknown, now: Date): Promise<object>;
}

export function cdsRouter({ services, largeBodyLimit, faults, send }: CdsRouterDeps): Router {
  const rules = { limit: largeBodyLimit, mediaTypes: ['application/json', 'application/fhir+json'] };
  const answer = (run: (request: Parameters<RequestHandler>[0]) => Promise<object>): RequestHandler => {
    return async (request, response) => {
      try {
        response.setHeader('Content-Type', 'application/json; charset=utf-8');
        response.setHeader('Cache-Control', 'private, no-store');
        vary(response, 'Accept-Encoding');
        send(response, Buffer.from(JSON.stringify(await run(request))));
      } catch (error) {
        faults.answer(response, error);
      }
    };
  };
  const router = Router({ caseSensitive: true });
  router
    .route('/')
    .get(answer(() => services.discover()))
    .all(only('GET, HEAD'));
  router
    .route('/:id')
    .post(
      answer(async (request) => {
        const body = await readBody(request, rules);
        if (!body) throw new FhirError('structure', 'The body is empty; send the JSON of a hook call.');
        return services.call(String(request.params.id), parseJson(body.text).value, new Date());
      }),
    )
    .all(only('POST'));
  return router;
}

function only(methods: string): RequestHandler {
  return (request, response) => {
    response.setHeader('Allow', `${methods}, OPTIONS`);
    if (request.method !== 'OPTIONS') {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      throw new FhirError('method-not-allowed', `${request.method.slice(0, 16)} is not offered at this address, only ${methods}.`);
    }
    response.statusCode = 204;
    response.end();
  };
}
