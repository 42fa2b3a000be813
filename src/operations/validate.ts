/** `$validate` on a type or an instance (https://hl7.org/fhir/R4/resource-operation-validate.html). */
import { FhirError } from '../fhir/error.ts';
import type { Operation } from '../fhir/operation.ts';
import { issue, outcome } from '../fhir/outcome.ts';
import { valuesOf } from '../fhir/parameters.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';
import type { FhirResource, OperationDefinition, OperationOutcomeIssue, Parameters } from '../fhir/types.ts';
import { escaped, keyOf } from '../search/keys.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { Validator } from '../validation/validator.ts';

export interface ValidateDeps {
  readonly store: ResourceStore;
  readonly validator: Validator;
  /** R4's `Resource-validate`. */
  readonly definition: OperationDefinition;
}

const modes = ['create', 'update', 'delete', 'profile'] as const;
type Mode = (typeof modes)[number];

/** What the caller wants to have checked. */
interface Asked {
  /** Absent: the stored resource. */
  readonly resource?: unknown;
  readonly mode?: Mode;
  readonly profiles: readonly string[];
}

/** Always 200 where it could be judged, whatever the verdict: the issues tell. */
export function validate({ store, validator, definition }: ValidateDeps): Operation {
  return {
    definition: { ...definition, affectsState: false }, // R4 forgot to say so
    run: async (request) => {
      const asked = readAsked(request);
      const issues = asked.mode === 'delete' ? await deletion(request, store) : await judge(asked, request, { store, validator });
      return { status: 200, body: outcome(issues) };
    },
  };
}

async function judge(asked: Asked, request: FhirRequest, { store, validator }: Pick<ValidateDeps, 'store' | 'validator'>) {
  const { profiles, mode } = asked;
  const resource = asked.resource ?? (await stored(request, store));
  const issues = [
    ...(await validator.validate(resource, { profiles })),
    ...addressed(resource, request, mode),
    ...(await taken(resource, request, mode, store)),
  ];
  const hasError = issues.some(({ severity }) => severity === 'error' || severity === 'fatal');
  return hasError ? issues : [...issues, allIsWell(resource as FhirResource, profiles, issues)];
}

function readAsked(request: FhirRequest): Asked {
  const body = request.body?.value;
  const parameters = isParameters(body, request) ? body : undefined;
  const of = (name: string) => [...(parameters ? valuesOf(parameters, name) : []), ...valuesOf(request.query as QueryParameters, name)];
  const [resource, second] = parameters ? valuesOf(parameters, 'resource') : [body];
  if (second !== undefined)
    throw new FhirError('invalid', 'The parameter "resource" of $validate stands more than once; send one at a time.');
  const [mode, another] = of('mode');
  if (mode !== undefined && (another !== undefined || !isMode(mode))) {
    throw new FhirError('invalid', `The parameter "mode" of $validate must be one of ${modes.join(', ')}, and stand once; correct it.`);
  }
  const profiles = of('profile');
  if (!profiles.every((profile): profile is string => typeof profile === 'string' && profile !== '')) {
    throw new FhirError('invalid', 'The parameter "profile" of $validate must be the canonical URL of a profile; correct it.');
  }
  if ((mode === 'update' || mode === 'delete') && !request.id) {
    throw new FhirError('invalid', `The mode "${mode}" of $validate needs a resource: call it as ${request.type}/[id]/$validate.`);
  }
  if (resource === undefined && !request.id) {
    throw new FhirError('invalid', 'A resource to validate is missing; send it as the body or as the parameter "resource".');
  }
  return { ...(resource !== undefined && { resource }), ...(mode !== undefined && { mode }), profiles };
}

/** Parameters are the operation's own, unless they are what a `Parameters/$validate` is asked about. */
function isParameters(body: unknown, { type }: FhirRequest): body is Parameters {
  const { resourceType, parameter } = (body ?? {}) as { resourceType?: unknown; parameter?: unknown };
  if (resourceType !== 'Parameters') return false;
  const isList = Array.isArray(parameter) && parameter.every((each) => typeof each === 'object' && each !== null);
  const hasResource = isList && parameter.some((each: { name?: unknown }) => each.name === 'resource');
  if (type === 'Parameters') return hasResource;
  if (isList || parameter === undefined) return true;
  throw new FhirError('structure', 'The body of $validate is a Parameters resource whose "parameter" is no array of objects; correct it.');
}

function isMode(value: unknown): value is Mode {
  return modes.some((mode) => mode === value);
}

async function stored({ type, id = '' }: FhirRequest, store: ResourceStore): Promise<unknown> {
  const version = type && (await store.read(type, id));
  if (!version) throw new FhirError('not-found', `There is no ${type}/${id} to validate; send the resource, or correct the id.`);
  if (!version.json) throw new FhirError('gone', `${type}/${id} was deleted, so there is nothing to validate; send the resource.`);
  return JSON.parse(version.json.toString('utf8'));
}

async function deletion(request: FhirRequest, store: ResourceStore): Promise<readonly OperationOutcomeIssue[]> {
  await stored(request, store);
  return [issue('information', 'informational', `${request.type}/${request.id} may be deleted; references to it do not prevent that.`)];
}

/** Whether the resource fits the address that it is meant for. */
function addressed(resource: unknown, { type, id }: FhirRequest, mode: Mode | undefined): readonly OperationOutcomeIssue[] {
  const { resourceType, id: own } = (resource ?? {}) as { resourceType?: unknown; id?: unknown };
  if (typeof resourceType === 'string' && resourceType !== type) {
    return [
      issue(
        'error',
        'structure',
        `The resource is no ${type}, but was sent to ${type}/$validate; send it to the address of its own type.`,
        String(type),
      ),
    ];
  }
  if (mode !== 'update' || own === id) return [];
  return [issue('error', 'value', `${type}.id must be the id of the address for an update; set it so.`, `${type}.id`)];
}

/** Whether another resource has the url and version already. */
async function taken(resource: unknown, { type, id }: FhirRequest, mode: Mode | undefined, store: ResourceStore) {
  const { url, version } = (resource ?? {}) as { url?: unknown; version?: unknown };
  if ((mode !== 'create' && mode !== 'update') || !type || typeof url !== 'string') return [];
  const page = await store.search({ types: [type], where: { kind: 'key', keys: [keyOf('url', escaped(url))] }, sort: [], count: 100 });
  const same = page.versions.filter(({ json }) => json && JSON.parse(json.toString('utf8')).version === version);
  const other = same.find((each) => mode === 'create' || each.id !== id);
  if (!other) return [];
  return [
    issue(
      'error',
      'duplicate',
      `${type}/${other.id} has this url and version already; give the resource a version of its own.`,
      `${type}.url`,
    ),
  ];
}

/** Names the profiles that were checked: not those of which another issue says that they were not. */
function allIsWell(
  { resourceType, meta }: FhirResource,
  given: readonly string[],
  issues: readonly OperationOutcomeIssue[],
): OperationOutcomeIssue {
  const unchecked = issues.filter(({ code }) => code === 'not-found' || code === 'not-supported');
  const isChecked = (profile: string) => !unchecked.some(({ diagnostics = '' }) => diagnostics.includes(`profile ${profile}`));
  const profiles = [...new Set([...given, ...(meta?.profile ?? [])])].filter(isChecked);
  const named = profiles.length > 0 ? ` and the profile${profiles.length > 1 ? 's' : ''} ${profiles.join(', ')}` : '';
  return issue('information', 'informational', `The resource has no errors: it was checked against ${resourceType} of R4${named}.`);
}
