/** The routes of the REST API, made from the one table of interactions (https://hl7.org/fhir/R4/http.html#summary). */
import type { ServerResponse } from 'node:http';
import type { IRouter, RequestHandler } from 'express';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { Route } from '../rest/routes.ts';
import { type BodyRules, readBody } from './body.ts';
import type { Faults } from './errors.ts';
import { answerFhir } from './fhir-answer.ts';
import { FORM, fhirRequest, noOperation, resourceType } from './fhir-request.ts';
import { negotiate } from './negotiation.ts';
import type { Send } from './send.ts';

export interface FhirRoutesDeps {
  readonly routes: readonly Route[];
  /** `PUBLIC_URL` + `/fhir`. */
  readonly baseUrl: string;
  /** Bytes. */
  readonly bodyLimit: number;
  /** Bytes, of a batch or transaction. */
  readonly largeBodyLimit: number;
  readonly faults: Faults;
  readonly send: Send;
}

const JSON_TYPES = ['application/fhir+json', 'application/json', 'text/json'];

/** Puts the routes on the router that serves everything: a router inside it would cost as much as the store on each request. */
export function addFhirRoutes(router: IRouter, mount: string, deps: FhirRoutesDeps): void {
  for (const [path, routes] of byPath(deps.routes)) {
    const route = router.route(mount + expressPath(path));
    for (const each of routes) route[verb(each)](interaction(each, deps));
    route.all(otherMethod(routes));
  }
}

function byPath(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const paths = new Map<string, Route[]>();
  for (const route of routes) paths.set(route.path, [...(paths.get(route.path) ?? []), route]);
  return paths;
}

/** `[type]` becomes a parameter; what Express would take for a pattern stands for itself. */
function expressPath(path: string): string {
  return path.replace(/[*?+!(){}:]/g, '\\$&').replace(/\[(\w+)\]/g, ':$1');
}

function verb({ method }: Route): 'get' | 'post' | 'put' | 'patch' | 'delete' {
  return method.toLowerCase() as Lowercase<Route['method']>;
}

function interaction(route: Route, { baseUrl, faults, send, ...limits }: FhirRoutesDeps): RequestHandler {
  const rules = bodyRules(route, limits);
  return async (request, response) => {
    try {
      const body = rules && (await readBody(request, rules));
      const asked = withEnd(fhirRequest(request, route, body, baseUrl), route, response);
      const { mediaType, pretty } = negotiate(request.headers.accept, asked.query, body && request.headers['content-type']);
      response.setHeader('Content-Type', `${mediaType}; charset=utf-8`); // of an OperationOutcome, too
      answerFhir(response, asked, await route.run(asked), pretty, send);
    } catch (error) {
      faults.answer(response, error);
    }
  };
}

/** A Bundle of many entries is not carried on with after its time was up, or its caller hung up. */
function withEnd(asked: FhirRequest, { interaction }: Route, response: ServerResponse): FhirRequest {
  if (interaction !== 'transaction' && interaction !== 'batch') return asked;
  return { ...asked, isOver: () => response.headersSent || response.destroyed };
}

/** What a route takes as its body; undefined: a body is not looked at. */
function bodyRules(
  { method, path }: Route,
  { bodyLimit, largeBodyLimit }: Pick<FhirRoutesDeps, 'bodyLimit' | 'largeBodyLimit'>,
): BodyRules | undefined {
  if (method === 'GET' || method === 'DELETE') return undefined;
  if (path.endsWith('/_search')) return { limit: bodyLimit, mediaTypes: [FORM] };
  if (method === 'PATCH') return { limit: bodyLimit, mediaTypes: ['application/json-patch+json', ...JSON_TYPES], patch: true };
  return { limit: path === '/' || path === '' ? largeBodyLimit : bodyLimit, mediaTypes: JSON_TYPES };
}

/** OPTIONS tells what is allowed here, any other method is told the same with 405. */
function otherMethod(routes: readonly Route[]): RequestHandler {
  const allowed = [...new Set(routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ');
  return (request, response) => {
    namesSomething(request.params);
    if (request.method !== 'OPTIONS') {
      throw new FhirError('method-not-allowed', `${request.method.slice(0, 16)} is not offered at this address, only ${allowed}.`, {
        headers: { Allow: `${allowed}, OPTIONS` },
      });
    }
    response.setHeader('Allow', `${allowed}, OPTIONS`);
    response.statusCode = 204;
    response.end();
  };
}

/** What is nowhere is 404, whatever the method. @throws FhirError `not-found` */
function namesSomething({ type, id }: { readonly [name: string]: unknown }): void {
  if (typeof type === 'string') resourceType(type);
  if (typeof id === 'string' && !isId(id)) throw id.startsWith('$') ? noOperation(id) : nothingOf(String(type));
}

function nothingOf(type: string): FhirError {
  return new FhirError('not-found', `No ${type} can have this id: ids are 1 to 64 letters, digits, "-" and ".".`);
}
