/**
 * What this server can do (https://hl7.org/fhir/R4/capabilitystatement.html), said by the tables that do it: routes, search
 * parameters, operations.
 */
import { resourceTypes } from '../fhir/resource-types.ts';
import type {
  CapabilityStatement,
  CapabilityStatementRest,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceOperation,
  CapabilityStatementRestResourceSearchParam,
  OperationDefinition,
  ResourceType,
} from '../fhir/types.ts';
import { FILTER_DOCUMENTATION } from '../search/filter-operators.ts';
import type { Parameter, ParameterRegistry } from '../search/parameters.ts';
import { MOST_CONTAINERS } from './contained.ts';
import type { Access, RestDeps } from './deps.ts';
import { typesOf } from './operation-routes.ts';
import { JSON_PATCH } from './patched.ts';
import type { Route } from './routes.ts';

export interface Facts extends Pick<RestDeps, 'core' | 'operations' | 'software' | 'access' | 'readOnly' | 'deleteSeveral'> {
  readonly routes: readonly Route[];
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
}

const REFERENCES =
  'References are kept as they are written: their targets need not exist, and a reference never prevents the deletion of its target.';
const STRICT =
  'A search parameter that is not listed is refused with 400; with "Prefer: handling=lenient" it is left out, and the self link and an OperationOutcome in the answer say so.';

const SEARCHES = `\
Chains and reverse chains (_has) have up to three links and go to the current version of what is referred to; an id alone that several possible targets have is refused. \
A page brings along at most 1,000 included resources; :iterate goes over five steps. _list takes the id of a List. \
_contained=true or both, with _containedType=container or contained, is for searches of one type, newest first: without _sort, _include, \
_revinclude, chains, _has and _list. A request looks into ${MOST_CONTAINERS} resources that contain the type; a page that finds nothing in so many, or a \
total of more, is refused. Not offered, and refused with 400: _text, _content, _query, :text on strings, and :above and :below on references.`;
const TRANSACTIONS =
  'In a transaction, reads belong to its unit; searches, histories and operations are answered after the commit, so others may have written in between.';
/** R4 defines it on a page of its own, with no SearchParameter. */
const FILTER: CapabilityStatementRestResourceSearchParam = { name: '_filter', type: 'special', documentation: FILTER_DOCUMENTATION };

export function capabilities(facts: Facts): Omit<CapabilityStatement, 'date'> {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    kind: 'instance',
    software: facts.software,
    implementation: { description: 'Computable clinical guidelines, served through FHIR REST and CDS Hooks', url: facts.baseUrl },
    fhirVersion: '4.0.1',
    format: ['json', 'application/fhir+json'],
    ...(!facts.readOnly && { patchFormat: [JSON_PATCH, 'application/fhir+json'] }),
    rest: [server(facts)],
  };
}

function server(facts: Facts): CapabilityStatementRest {
  const interactions = namesOf(facts, SYSTEM);
  const operation = operationsOf(facts, ({ system }) => system);
  const sources = includeSources(facts.registry);
  return {
    mode: 'server',
    documentation: [STRICT, SEARCHES, REFERENCES, ...(interactions.includes('transaction') ? [TRANSACTIONS] : [])].join(' '),
    ...(facts.access && { security: security(facts.access) }),
    resource: resourceTypes.map((type) => resource(facts, type, sources)),
    ...(interactions.length > 0 && { interaction: interactions.map((code) => ({ code })) }),
    searchParam: [...facts.registry.common().map(searchParameter), FILTER],
    ...(operation.length > 0 && { operation }),
    compartment: COMPARTMENT_OWNERS.flatMap((owner) => facts.core.compartment(owner)?.url ?? []),
  };
}

function security({ token, cors }: Access): NonNullable<CapabilityStatementRest['security']> {
  const asked = 'Every request but those to /metadata needs the header "Authorization: Bearer" with the token of this server.';
  return { cors, description: token ? asked : 'No token is asked for.' };
}

/** Types that own a compartment (https://hl7.org/fhir/R4/compartmentdefinition.html). */
export const COMPARTMENT_OWNERS = ['Patient', 'Encounter', 'RelatedPerson', 'Practitioner', 'Device'];

type InteractionCode = NonNullable<CapabilityStatementRestResource['interaction']>[number]['code'];
type SystemCode = NonNullable<CapabilityStatementRest['interaction']>[number]['code'];

const TYPE: readonly InteractionCode[] = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'history-type',
  'create',
  'search-type',
];
const SYSTEM: readonly SystemCode[] = ['transaction', 'batch', 'search-system', 'history-system'];

/** What a server without writes does not offer, though it has the routes, to say so. */
const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'transaction', 'batch']);

function namesOf<T extends string>({ routes, readOnly }: Facts, codes: readonly T[]): readonly T[] {
  return codes.filter((code) => !(readOnly && WRITES.has(code)) && routes.some(({ interaction }) => interaction === code));
}

function resource(facts: Facts, type: ResourceType, sources: IncludeSources): CapabilityStatementRestResource {
  const { registry } = facts;
  const pending = registry.pending(type);
  const parameters = registry.of(type).filter(({ code }) => !pending.has(code));
  const offered = namesOf(facts, TYPE);
  const includes = parameters.filter(leadsSomewhere).map(({ code }) => `${type}:${code}`);
  const operation = operationsOf(facts, (definition) => isOn(definition, type));
  return {
    type,
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    interaction: offered.map((code) => ({ code })),
    versioning: 'versioned',
    readHistory: offered.includes('vread'),
    updateCreate: offered.includes('update'),
    conditionalCreate: offered.includes('create'),
    conditionalRead: 'full-support',
    conditionalUpdate: offered.includes('update'),
    conditionalDelete: !offered.includes('delete') ? 'not-supported' : facts.deleteSeveral ? 'multiple' : 'single',
    referencePolicy: ['literal', 'logical'],
    ...(includes.length > 0 && { searchInclude: includes }),
    ...(sources.has(type) && { searchRevInclude: [...(sources.get(type) ?? [])] }),
    searchParam: parameters.map(searchParameter),
    ...(operation.length > 0 && { operation }),
  };
}

/** R4's own parameters are documented where their definition is; told once for each type, that would be half the statement. */
function searchParameter({ code, url, type, documentation }: Parameter): CapabilityStatementRestResourceSearchParam {
  const isOwn = !url.startsWith('http://hl7.org/fhir/');
  return { name: code, definition: url, type, ...(isOwn && documentation && { documentation }) };
}

/** By target type, the `Source:parameter` that may lead to it. */
type IncludeSources = ReadonlyMap<ResourceType, readonly string[]>;

function includeSources(registry: ParameterRegistry): IncludeSources {
  const sources = new Map<ResourceType, string[]>();
  for (const source of resourceTypes) {
    const pending = registry.pending(source);
    for (const parameter of registry.of(source).filter((each) => leadsSomewhere(each) && !pending.has(each.code))) {
      for (const target of parameter.targets) sources.set(target, [...(sources.get(target) ?? []), `${source}:${parameter.code}`]);
    }
  }
  return sources;
}

function leadsSomewhere({ type, targets }: Parameter): boolean {
  return type === 'reference' && targets.length > 0;
}

function isOn(definition: OperationDefinition, type: ResourceType): boolean {
  const types = typesOf(definition);
  return (definition.type || definition.instance) && (types.length === 0 || types.includes(type));
}

function operationsOf(
  { operations, readOnly }: Facts,
  stands: (definition: OperationDefinition) => boolean,
): CapabilityStatementRestResourceOperation[] {
  const offered = operations
    .map(({ definition }) => definition)
    .filter((each) => stands(each) && !(readOnly && each.affectsState !== false));
  return offered.map(({ code, url }) => ({ name: code, definition: url ?? `OperationDefinition/${code}` }));
}
