/** Calls the interactions as http/ does, by method and address, without HTTP. */
import { openCore } from '../../src/definitions/core.ts';
import { FhirError } from '../../src/fhir/error.ts';
import { parseJson } from '../../src/fhir/json.ts';
import { parseQueryString } from '../../src/fhir/query-string.ts';
import type { Conditions, FhirRequest, FhirResponse, Preferences } from '../../src/fhir/request.ts';
import { isResourceType } from '../../src/fhir/resource-types.ts';
import type { ResourceType } from '../../src/fhir/types.ts';
import type { RestDeps } from '../../src/rest/deps.ts';
import { type Route, routes } from '../../src/rest/routes.ts';
import { createRegistry } from '../../src/search/registry.ts';
import type { Terminology } from '../../src/terminology/terminology.ts';
import { createMemoryLedger } from '../memory-ledger.ts';

export const BASE = 'http://localhost/fhir';
export const core = openCore();
export const registry = createRegistry(core.searchParameters(), { baseUrl: BASE, codeSystems: core.codeSystems() });

export interface Call extends Partial<Conditions> {
  readonly prefer?: Preferences;
  /** A resource, or JSON text. */
  readonly body?: object | string;
  readonly contentType?: string;
  readonly now?: Date;
  readonly isOver?: () => boolean;
}

interface Answer extends FhirResponse {
  /** The body as text. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever comes
  readonly json: any;
}

export interface Client {
  readonly routes: readonly Route[];
  call(method: Route['method'], address: string, call?: Call): Promise<Answer>;
}

type Given = Partial<RestDeps> & Pick<RestDeps, 'store'>;

/** What the interactions are given, the rest filled up with what stands for nothing. */
export function depsOf(given: Given): RestDeps {
  return {
    ledger: createMemoryLedger(),
    parameters: () => registry,
    terminology: noTerminology,
    core,
    check: async () => [],
    operations: [],
    software: { name: 'Ramus', version: '0.0.0' },
    ...given,
  };
}

export function client(deps: Given): Client {
  const table = routes(depsOf(deps));
  return {
    routes: table,
    call: async (method, address, call = {}) => {
      const [path = '', query = ''] = address.split('?');
      const { route, filled } = find(table, method, path);
      return answer(await route.run(request(method, filled, query, call)));
    },
  };
}

/** What a call is refused with. @throws Error where it is not refused */
export async function refusal(call: Promise<unknown>): Promise<FhirError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('The call was not refused.');
}

type Filled = Readonly<Record<string, string>>;

function find(table: readonly Route[], method: string, path: string): { readonly route: Route; readonly filled: Filled } {
  for (const route of table) {
    const filled = route.method === method ? fill(route, path) : undefined;
    if (filled) return { route, filled };
  }
  throw new FhirError('not-found', `${method} ${path} has no route.`);
}

function fill(route: Route, path: string): Filled | undefined {
  const steps = route.path.split('/').slice(1);
  const given = path === '' ? [] : path.split('/');
  if (steps.length !== given.length) return undefined;
  const filled: Record<string, string> = route.type ? { type: route.type } : {};
  for (const [index, step] of steps.entries()) {
    const name = /^\[(\w+)\]$/.exec(step)?.[1];
    if (name) filled[name] = given[index] ?? '';
    else if (step !== given[index]) return undefined;
  }
  return [filled.type, filled.compartment].every((type) => type === undefined || isResourceType(type)) ? filled : undefined;
}

function request(
  method: Route['method'],
  filled: Filled,
  query: string,
  { prefer = {}, body, contentType, now, isOver, ...conditions }: Call,
): FhirRequest {
  const { type, id, vid, compartment, owner = '' } = filled;
  return {
    method,
    ...(type && { type: type as ResourceType }),
    ...(id !== undefined && { id }),
    ...(vid !== undefined && { versionId: vid }),
    ...(compartment && { compartment: { type: compartment as ResourceType, id: owner } }),
    query: parseQueryString(query),
    conditions,
    prefer,
    ...(contentType && { contentType }),
    ...(body !== undefined && { body: parseJson(typeof body === 'string' ? body : JSON.stringify(body)) }),
    baseUrl: BASE,
    now: now ?? new Date(),
    ...(isOver && { isOver }),
  };
}

function answer(response: FhirResponse): Answer {
  const { body } = response;
  const text = body === undefined ? '' : Buffer.isBuffer(body) ? body.toString('utf8') : JSON.stringify(body);
  return { ...response, text, json: text ? JSON.parse(text) : undefined };
}

const noTerminology: Terminology = {
  expand: async (valueSet) => {
    throw new FhirError('invalid', `The value set ${valueSet} is not known.`);
  },
  contains: async () => undefined,
  related: async () => {
    throw new FhirError('invalid', 'The code system is not known.');
  },
};
