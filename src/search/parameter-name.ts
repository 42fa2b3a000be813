/** Names of search parameters: `code:exact`, chains `subject:Patient.name`, `_has:Observation:patient:code` (https://hl7.org/fhir/R4/search.html#chaining). */
import { FhirError } from '../fhir/error.ts';
import { isResourceType, resourceTypes } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import { checkModifier } from './modifiers.ts';
import type { Parameter, ParameterRegistry } from './parameters.ts';
import { checkTarget } from './types/reference.ts';

/** A name, and the parameters that it stands for. */
export type Resolved =
  | {
      readonly kind: 'value';
      readonly code: string;
      readonly modifier?: string;
      /** Of the types searched; more than one where their definitions differ. */
      readonly parameters: readonly Parameter[];
    }
  | { readonly kind: 'chain'; readonly code: string; readonly targets: readonly Link[] }
  | { readonly kind: 'has'; readonly type: ResourceType; readonly code: string; readonly rest: Resolved };

export interface Link {
  readonly type: ResourceType;
  readonly rest: Resolved;
}

export interface NameContext {
  /** Types searched; none = all, by the parameters that all have. */
  readonly types: readonly ResourceType[];
  readonly registry: ParameterRegistry;
}

const MOST_LINKS = 3;
export const HAS = '_has:';

/**
 * Undefined where a parameter of this name is unknown to the types searched, or to whatever the chain leads to.
 * @throws FhirError `invalid` for a modifier, target or chain that is not legal
 */
export function resolveName(name: string, context: NameContext, links = 0): Resolved | undefined {
  checkLinks(name, links);
  if (name.startsWith(HAS)) return resolveHas(name, context, links);
  const point = name.indexOf('.');
  const [code = '', modifier, ...more] = (point < 0 ? name : name.slice(0, point)).split(':');
  const parameters = parametersOf(code, context);
  if (!parameters || more.length > 0) return undefined;
  if (point >= 0) return resolveChain(name, { parameters, modifier, rest: name.slice(point + 1) }, context, links);
  for (const parameter of parameters) checkModifier(parameter, modifier);
  return { kind: 'value', code, ...(modifier !== undefined && { modifier }), parameters };
}

/** @throws FhirError `invalid` for a chain that is too long */
export function checkLinks(name: string, links: number): void {
  if (links <= MOST_LINKS) return;
  throw new FhirError(
    'invalid',
    `The parameter "${name}" is the end of a chain of more than ${MOST_LINKS} links; ask in several requests.`,
  );
}

/** The definitions of a code in all types searched, each once; undefined where one of the types does not know it. */
export function parametersOf(code: string, { types, registry }: NameContext): readonly Parameter[] | undefined {
  refusePending(code, types.length > 0 ? types : resourceTypes, registry);
  if (types.length === 0) {
    const common = registry.common().find((each) => each.code === code);
    return common && [common];
  }
  const found = types.map((type) => registry.get(type, code)).filter((each) => each !== undefined);
  if (found.length < types.length) return undefined;
  if (new Set(found.map(({ type }) => type)).size > 1) {
    throw new FhirError(
      'invalid',
      `The search parameter "${code}" is of different types in ${types.join(', ')}; search one type at a time.`,
    );
  }
  return [...new Map(found.map((each) => [`${each.expression} ${each.url}`, each])).values()];
}

/** @throws FhirError `not-supported` while rows of one of the types lack what is asked for */
export function refusePending(code: string, types: readonly ResourceType[], registry: ParameterRegistry): void {
  const pending = types.find((type) => registry.pending(type).has(code));
  if (!pending) return;
  throw new FhirError(
    'not-supported',
    `The search parameter "${code}" of ${pending} is being indexed; it can be searched when that is done.`,
  );
}

interface ChainParts {
  readonly parameters: readonly Parameter[];
  /** The target type that the chain names. */
  readonly modifier: string | undefined;
  readonly rest: string;
}

function resolveChain(name: string, { parameters, modifier, rest }: ChainParts, context: NameContext, links: number): Resolved | undefined {
  const { code, types } = chainTargets(name, parameters, modifier);
  const targets = types.flatMap((type) => {
    const resolved = resolveName(rest, { ...context, types: [type] }, links + 1);
    return resolved ? [{ type, rest: resolved }] : [];
  });
  refuseMixture(
    name,
    targets.map(({ type, rest }) => [lastType(rest), type]),
  );
  return targets.length > 0 ? { kind: 'chain', code, targets } : undefined;
}

/** The types that a chain goes on to. @param modifier - the one that it names @throws FhirError `invalid` */
export function chainTargets(
  name: string,
  parameters: readonly Parameter[],
  modifier: string | undefined,
): { readonly code: string; readonly types: readonly ResourceType[] } {
  const [parameter] = parameters;
  if (parameter?.type !== 'reference') {
    throw new FhirError('invalid', `The parameter "${name}" chains over "${parameter?.code}", which is no reference.`);
  }
  if (modifier !== undefined) checkTarget(parameter, modifier);
  const types = modifier === undefined ? [...new Set(parameters.flatMap(({ targets }) => targets))] : [modifier as ResourceType];
  return { code: parameter.code, types };
}

/**
 * Where the target is open, the last parameter must mean the same kind of value everywhere.
 * @param meanings - search type of the last parameter, and the target that has it
 */
export function refuseMixture(name: string, given: readonly (readonly [meaning: string, type: ResourceType])[]): void {
  const byType = new Map(given);
  if (byType.size < 2) return;
  const meanings = [...byType].map(([search, type]) => `${search} in ${type}`).join(', ');
  throw new FhirError('invalid', `The chain "${name}" means different things: ${meanings}; name the type, as in subject:Patient.name.`);
}

function lastType(resolved: Resolved): string {
  if (resolved.kind === 'value') return resolved.parameters[0]?.type ?? '';
  const [first] = resolved.kind === 'chain' ? resolved.targets : [resolved];
  return first ? lastType(first.rest) : '';
}

/** `_has:Type:reference:name`, the name being anything that could be asked of that type. */
function resolveHas(name: string, context: NameContext, links: number): Resolved | undefined {
  const has = readHas(name, context);
  if (!has) return undefined;
  const resolved = resolveName(has.rest, { ...context, types: [has.type] }, links + 1);
  return resolved && { kind: 'has', type: has.type, code: has.code, rest: resolved };
}

/** The parts of a `_has`; undefined where its reference is unknown. @throws FhirError `invalid` */
export function readHas(
  name: string,
  context: NameContext,
): { readonly type: ResourceType; readonly code: string; readonly rest: string } | undefined {
  const [, type = '', code = '', ...more] = name.split(':');
  const rest = more.join(':');
  if (!isResourceType(type) || !code || !rest) {
    throw new FhirError('invalid', `The parameter "${name.slice(0, 200)}" is not of the form _has:Type:reference:parameter.`);
  }
  const [reference] = parametersOf(code, { ...context, types: [type] }) ?? [];
  if (!reference) return undefined;
  if (reference.type !== 'reference')
    throw new FhirError('invalid', `The parameter "${name}" goes back over "${code}" of ${type}, which is no reference.`);
  for (const searched of context.types) checkTarget(reference, searched);
  return { type, code, rest };
}
