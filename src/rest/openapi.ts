/**
 * The REST API as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0), from the same tables as routes and CapabilityStatement.
 * Bodies are told by name only: their shape is R4's own JSON schema.
 */
import { resourceTypes } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { RestDeps } from './deps.ts';
import { JSON_PATCH } from './patched.ts';
import type { Route } from './routes.ts';

export interface OpenApiFacts extends Pick<RestDeps, 'software' | 'readOnly'> {
  readonly routes: readonly Route[];
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
}

type Json = { readonly [member: string]: unknown };

const FHIR_JSON = 'application/fhir+json';
/** What a server without writes does not offer, though it has the routes, to say so. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'transaction', 'batch']);

export function openApi({ routes, registry, baseUrl, software, readOnly }: OpenApiFacts): Json {
  const offered = routes.filter(({ interaction }) => !(readOnly && WRITES.has(interaction)));
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of offered) {
    for (const { path, type } of addresses(route)) {
      paths[path] ??= {};
      paths[path][route.method.toLowerCase()] ??= operation(route, type, registry);
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: `${software.name} FHIR R4`, version: software.version },
    servers: [{ url: baseUrl }],
    paths,
    components: { schemas, parameters: pathParameters, responses },
  };
}

/** The addresses of a route: one for each type where its path leaves the type open and is more than one type's search parameters. */
function addresses({ path, type }: Route): readonly { readonly path: string; readonly type?: ResourceType }[] {
  const template = path.replaceAll(/\[(\w+)\]/g, '{$1}') || '/';
  if (type || !template.startsWith('/{type}')) return [{ path: template, ...(type && { type }) }];
  return resourceTypes.map((each) => ({ path: template.replace('{type}', each), type: each }));
}

function operation({ method, path, interaction }: Route, type: ResourceType | undefined, registry: ParameterRegistry): Json {
  const name =
    path
      .split('/')
      .find((step) => step.startsWith('$'))
      ?.slice(1) ?? interaction;
  const inPath = [...path.matchAll(/\[(\w+)\]/g)]
    .map(([, each = '']) => each)
    .filter((each) => !(each === 'type' && type && path.startsWith('/[type]')));
  const level = path.includes('[compartment]') ? 'compartment' : path.includes('[id]') ? 'instance' : (type ?? 'system');
  return {
    operationId: [name, level === 'instance' ? `${type ?? ''}-instance` : level, method.toLowerCase()].filter(Boolean).join('-'),
    tags: [type ?? 'system'],
    parameters: [
      ...inPath.map((each) => ({ $ref: `#/components/parameters/${each}` })),
      ...queryParameters(method, interaction, type, registry),
    ],
    ...requestBody(method, path),
    responses: answers(interaction),
  };
}

function queryParameters(
  method: string,
  interaction: string,
  type: ResourceType | undefined,
  registry: ParameterRegistry,
): readonly Json[] {
  if (method !== 'GET' || !interaction.startsWith('search')) return [];
  const pending = type ? registry.pending(type) : new Set<string>();
  const own = (type ? registry.of(type) : registry.common()).filter(({ code }) => !pending.has(code));
  return [...own.map(({ code, type: kind }) => [code, kind] as const), ...RESULT_PARAMETERS].map(([name, kind]) => ({
    name,
    in: 'query',
    description: kind,
    schema: { type: 'array', items: { type: 'string' } },
    explode: true,
  }));
}

const RESULT_PARAMETERS = [
  ['_sort', 'search parameters in order of priority, "-" before those that descend'],
  ['_count', 'entries of a page, at most 1000'],
  ['_include', 'Source:parameter[:Target]'],
  ['_revinclude', 'Source:parameter[:Target]'],
  ['_total', 'none, estimate or accurate'],
  ['_summary', 'true, text, data, count or false'],
  ['_elements', 'names of top-level elements'],
] as const;

function requestBody(method: string, path: string): Json {
  if (method === 'GET' || method === 'DELETE') return {};
  const resource = { schema: { $ref: '#/components/schemas/Resource' } };
  if (path.endsWith('/_search'))
    return { requestBody: { content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' } } } } };
  if (method !== 'PATCH') return { requestBody: { content: { [FHIR_JSON]: resource } } };
  return { requestBody: { content: { [JSON_PATCH]: { schema: { type: 'array', items: { type: 'object' } } }, [FHIR_JSON]: resource } } };
}

function answers(interaction: string): Json {
  const success =
    interaction === 'create' ? ['200', '201'] : interaction === 'update' ? ['200', '201'] : interaction === 'delete' ? ['204'] : ['200'];
  const done = success.map((status) => [status, { $ref: `#/components/responses/${status === '204' ? 'Nothing' : 'Resource'}` }]);
  return { ...Object.fromEntries(done), default: { $ref: '#/components/responses/Fault' } };
}

const text = (description: string): Json => ({ description, schema: { type: 'string' }, required: true, in: 'path' });
const pathParameters: Json = {
  type: { name: 'type', ...text('resource type') },
  id: { name: 'id', ...text('logical id') },
  vid: { name: 'vid', ...text('version id') },
  compartment: { name: 'compartment', ...text('type that owns a compartment') },
  owner: { name: 'owner', ...text('id of the owner') },
};

const resourceContent: Json = { [FHIR_JSON]: { schema: { $ref: '#/components/schemas/Resource' } } };
const responses: Json = {
  Resource: { description: 'a resource', content: resourceContent },
  Nothing: { description: 'done' },
  Fault: { description: 'an OperationOutcome that says what is wrong, where, and by which rule', content: resourceContent },
};

const schemas: Json = {
  Resource: {
    type: 'object',
    required: ['resourceType'],
    properties: { resourceType: { type: 'string', enum: resourceTypes } },
    externalDocs: { url: 'https://hl7.org/fhir/R4/json.html' },
  },
};
