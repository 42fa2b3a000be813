/** What a request may say besides its path: query and headers, in the words of OpenAPI. */
import type { OperationDefinition, ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { Json } from './openapi.ts';
import type { Route } from './routes.ts';

interface QueryFacts {
  readonly type: ResourceType | undefined;
  readonly registry: ParameterRegistry;
  /** Of the operation that the route leads to. */
  readonly definition: OperationDefinition | undefined;
}

export function queryParameters(route: Route, { type, registry, definition }: QueryFacts): readonly Json[] {
  const { method, path, interaction } = route;
  if (definition) return method === 'GET' ? inputs(definition) : [];
  if (method === 'GET' && interaction.startsWith('search'))
    return [...searchParameters(type, registry), ...described([...RESULT, ...moreOf(route)]), ...FORMS];
  if (interaction.startsWith('history')) return [...described(HISTORY), ...SHAPES, ...FORMS];
  if (READS.has(interaction)) return [...SHAPES, ...FORMS];
  const isConditional = !path.includes('[id]') && CONDITIONAL.has(method);
  return isConditional ? [{ $ref: '#/components/parameters/criteria' }] : [];
}

const CONDITIONAL: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE']);

function searchParameters(type: ResourceType | undefined, registry: ParameterRegistry): readonly Json[] {
  const pending = type ? registry.pending(type) : new Set<string>();
  const own = type ? registry.of(type) : registry.common();
  return described(own.filter(({ code }) => !pending.has(code)).map(({ code, type: kind }) => [code, kind]));
}

/** Inputs that an address can hold. */
function inputs({ parameter = [] }: OperationDefinition): readonly Json[] {
  const simple = parameter.filter(({ use, type, part }) => use === 'in' && !part && /^[a-z]/.test(type ?? ''));
  return simple.map(({ name, min, documentation }) => ({
    ...queryParameter(name, documentation ?? name),
    ...(min > 0 && { required: true }),
  }));
}

type Described = readonly (readonly [name: string, description: string])[];

function described(names: Described): readonly Json[] {
  return names.map(([name, description]) => queryParameter(name, description));
}

/** Repeated, it means "and" of a search parameter. */
function queryParameter(name: string, description: string): Json {
  return { name, in: 'query', description, schema: { type: 'array', items: { type: 'string' } }, explode: true };
}

const RESULT: Described = [
  ['_filter', 'an expression; what is offered of it stands in the CapabilityStatement'],
  ['_list', 'id of a List whose members are searched'],
  ['_sort', 'search parameters in order of priority, "-" before those that descend'],
  ['_count', 'entries of a page, at most 1000'],
  ['_include', 'Source:parameter[:Target]'],
  ['_revinclude', 'Source:parameter[:Target]'],
  ['_total', 'none, estimate or accurate'],
  ['_summary', 'true, text, data, count or false'],
  ['_elements', 'names of top-level elements'],
];

const READS: ReadonlySet<string> = new Set(['read', 'vread', 'capabilities']);

const refer = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
/** What of a resource is answered, and how it is written. */
const SHAPES: readonly Json[] = ['_summary', '_elements'].map(refer);
const FORMS: readonly Json[] = ['_format', '_pretty'].map(refer);

const TYPES: Described = [['_type', 'resource types that are searched, separated by commas']];

function moreOf({ interaction, path }: Route): Described {
  if (interaction === 'search-type') return CONTAINED;
  return path.includes('[type]') ? [] : TYPES;
}

const CONTAINED: Described = [
  ['_contained', 'true, false or both: whether contained resources are searched'],
  ['_containedType', 'container or contained: what is answered for one that is contained'],
];

const HISTORY: Described = [
  ['_count', 'entries of a page, at most 1000'],
  ['_since', 'versions made at this instant or later'],
  ['_at', 'versions that were current at some time in this date or dateTime'],
];

/** Headers that an interaction looks at, by their names among the components. */
export function headerNames({ interaction }: Route): readonly string[] {
  if (interaction === 'read' || interaction === 'vread' || interaction === 'capabilities') return ['If-None-Match', 'If-Modified-Since'];
  if (interaction === 'create') return ['If-None-Exist', 'Prefer'];
  if (interaction === 'delete') return ['If-Match'];
  if (interaction === 'update') return ['If-Match', 'If-None-Match', 'Prefer'];
  if (interaction === 'patch') return ['If-Match', 'Prefer'];
  return interaction.startsWith('search') || interaction === 'transaction' ? ['Prefer'] : [];
}

const inPath = (name: string, description: string): Json => ({ name, in: 'path', required: true, description, schema: { type: 'string' } });
const inQuery = (name: string, description: string): Json => ({ name, in: 'query', description, schema: { type: 'string' } });
const header = (name: string, description: string): Json => ({ name, in: 'header', description, schema: { type: 'string' } });

export const components: Json = {
  type: inPath('type', 'resource type'),
  id: inPath('id', 'logical id'),
  vid: inPath('vid', 'version id'),
  compartment: inPath('compartment', 'type that owns a compartment'),
  owner: inPath('owner', 'id of the owner'),
  criteria: {
    name: 'criteria',
    in: 'query',
    required: true,
    description: 'search parameters of the type that find the one resource meant',
    schema: { type: 'object', additionalProperties: { type: 'string' } },
    explode: true,
  },
  _summary: inQuery('_summary', 'true, text, data or false; of a history count, too'),
  _elements: inQuery('_elements', 'names of top-level elements, separated by commas'),
  _format: inQuery('_format', 'json, or a media type of JSON; goes before the header Accept'),
  _pretty: inQuery('_pretty', 'true or false: whether the JSON is indented'),
  'If-Match': header('If-Match', 'ETag of the version that must be current'),
  'If-None-Match': header('If-None-Match', 'of a read: ETags of versions that the caller has; of an update: * where nothing may be there'),
  'If-Modified-Since': header('If-Modified-Since', 'date of what the caller has'),
  'If-None-Exist': header('If-None-Exist', 'a query: nothing is created where it finds something'),
  Prefer: header('Prefer', 'return=minimal, representation or OperationOutcome; of a search handling=strict or lenient'),
};
