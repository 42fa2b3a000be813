/**
 * The REST API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), from the same tables as routes and CapabilityStatement.
 * Bodies are told by name only: their shape is R4's own JSON schema.
 */
import { createHash } from 'node:crypto';
import { resourceTypes } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { RestDeps } from './deps.ts';
import { components, headerNames, queryParameters } from './openapi-parameters.ts';
import { JSON_PATCH } from './patched.ts';
import { type Route, routes } from './routes.ts';

export interface OpenApiFacts extends Pick<RestDeps, 'software' | 'access' | 'readOnly' | 'operations'> {
  readonly routes: readonly Route[];
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
}

/** The document as bytes, and a strong ETag of them. */
export interface OpenApiDocument {
  readonly json: Buffer;
  readonly tag: string;
}

export type Json = { readonly [member: string]: unknown };

const FHIR_JSON = 'application/fhir+json';
/** What a server without writes does not offer, though it has the routes, to say so. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'transaction', 'batch']);

/** Made anew when the search parameters change. */
export function openApiDocument(deps: RestDeps, baseUrl: string): () => OpenApiDocument {
  const table = routes(deps);
  let made: (OpenApiDocument & { readonly registry: ParameterRegistry }) | undefined;
  return () => {
    const registry = deps.parameters();
    if (made?.registry !== registry) {
      const json = Buffer.from(JSON.stringify(openApi({ ...deps, routes: table, registry, baseUrl })), 'utf8');
      made = { registry, json, tag: `"${createHash('sha256').update(json).digest('hex').slice(0, 16)}"` };
    }
    return made;
  };
}

export function openApi(facts: OpenApiFacts): Json {
  const { routes: table, baseUrl, software, access } = facts;
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of table.filter((each) => isOffered(each, facts))) {
    for (const { path, type } of addresses(route)) {
      paths[path] ??= {};
      paths[path][route.method.toLowerCase()] ??= operation(route, type, facts);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: `${software.name} FHIR R4`, version: software.version },
    servers: [{ url: baseUrl }],
    externalDocs: { url: 'https://hl7.org/fhir/R4/http.html' },
    ...(access?.token && { security: [{ token: [] }] }),
    paths,
    components: { schemas, parameters: components, responses, ...(access?.token && { securitySchemes }) },
  };
}

function isOffered(route: Route, { readOnly, operations }: OpenApiFacts): boolean {
  if (!readOnly) return true;
  return !WRITES.has(route.interaction) && operationOf(route, operations)?.affectsState !== true;
}

/** The definition of the operation that a route leads to. */
function operationOf({ path, interaction }: Route, operations: OpenApiFacts['operations']) {
  const code = interaction === 'operation' ? path.slice(path.lastIndexOf('$') + 1) : undefined;
  return operations.find(({ definition }) => definition.code === code)?.definition;
}

/** The addresses of a route: one for each type where its path leaves the type open, since each has its own search parameters. */
function addresses({ path, type }: Route): readonly { readonly path: string; readonly type?: ResourceType }[] {
  const template = path.replaceAll(/\[(\w+)\]/g, '{$1}') || '/';
  if (type || !template.startsWith('/{type}')) return [{ path: template, ...(type && { type }) }];
  return resourceTypes.map((each) => ({ path: template.replace('{type}', each), type: each }));
}

function operation(route: Route, type: ResourceType | undefined, { registry, operations, access }: OpenApiFacts): Json {
  const { method, path, interaction } = route;
  const inPath = [...path.matchAll(/\[(\w+)\]/g)]
    .map(([, each = '']) => each)
    .filter((each) => !(each === 'type' && type && path.startsWith('/[type]')));
  const definition = operationOf(route, operations);
  return {
    operationId: [definition?.code ?? interaction, levelOf(path, type), method.toLowerCase()].join('-'),
    tags: [type ?? 'system'],
    ...(definition?.title && { summary: definition.title }),
    ...(access?.token && interaction === 'capabilities' && { security: [] }),
    parameters: [
      ...[...inPath, ...headerNames(route)].map((each) => ({ $ref: `#/components/parameters/${each}` })),
      ...queryParameters(route, { type, registry, definition }),
    ],
    ...requestBody(method, path),
    responses: answers(interaction, path),
  };
}

/** What tells two routes of one interaction apart. */
function levelOf(path: string, type: ResourceType | undefined): string {
  const search = path.endsWith('/_search') ? '-search' : '';
  if (path.includes('[compartment]')) return `compartment${path.includes('/*') ? '-all' : ''}${search}`;
  return `${type ?? 'system'}${path.includes('[id]') ? '-instance' : ''}${search}`;
}

function requestBody(method: string, path: string): Json {
  if (method === 'GET' || method === 'DELETE') return {};
  const resource = { schema: { $ref: '#/components/schemas/Resource' } };
  if (path.endsWith('/_search'))
    return { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } } };
  if (method !== 'PATCH') return { requestBody: { required: !path.includes('$'), content: { [FHIR_JSON]: resource } } };
  const content = { [JSON_PATCH]: { schema: { type: 'array', items: { type: 'object' } } }, [FHIR_JSON]: resource };
  return { requestBody: { required: true, content } };
}

const SUCCESS: Readonly<Record<string, readonly string[]>> = { create: ['200', '201'], update: ['200', '201'], delete: ['204'] };
const MAY_BE_KNOWN: ReadonlySet<string> = new Set(['read', 'vread', 'capabilities']);

function answers(interaction: string, path: string): Json {
  const success = SUCCESS[interaction] ?? ['200'];
  const done = success.map((status) => [status, { $ref: `#/components/responses/${status === '204' ? 'Nothing' : 'Resource'}` }]);
  return {
    ...Object.fromEntries(done),
    ...(MAY_BE_KNOWN.has(interaction) && { 304: { $ref: '#/components/responses/Known' } }),
    ...(interaction === 'read' && path.includes('[id]') && { 410: { $ref: '#/components/responses/Fault' } }),
    default: { $ref: '#/components/responses/Fault' },
  };
}

const resourceContent: Json = { [FHIR_JSON]: { schema: { $ref: '#/components/schemas/Resource' } } };
const responses: Json = {
  Resource: { description: 'a resource', content: resourceContent },
  Nothing: { description: 'done' },
  Known: { description: 'the caller has this already' },
  Fault: { description: 'an OperationOutcome that says what is wrong, where, and by which rule', content: resourceContent },
};

const securitySchemes: Json = { token: { type: 'http', scheme: 'bearer' } };

const schemas: Json = {
  Resource: {
    type: 'object',
    required: ['resourceType'],
    properties: { resourceType: { type: 'string', enum: resourceTypes } },
    externalDocs: { url: 'https://hl7.org/fhir/R4/json.html' },
  },
};
