/** https://hl7.org/fhir/R4/compartmentdefinition.html */
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { linkKeys } from '../search/links.ts';
import type { Condition } from '../search/query.ts';
import type { CoreFacts } from './deps.ts';

type Owner = NonNullable<FhirRequest['compartment']>;

/** What can be part of a compartment, and by which parameters. */
interface Member {
  readonly type: ResourceType;
  readonly parameters: readonly string[];
}

/** The types of a search: the one that the address names, those of the compartment, or none for all. @throws FhirError `not-found` */
export function typesSearched({ compartment, type }: FhirRequest, core: CoreFacts): readonly ResourceType[] {
  if (type) return [type];
  return compartment ? membersOf(compartment, core).map((member) => member.type) : [];
}

/**
 * What makes a resource part of the compartment that a request names: it refers to the owner by one of the parameters of the
 * definition. @throws FhirError `not-found` for what owns no compartment, `invalid` for a type that is never part of it
 */
export function compartmentCondition({ compartment, type }: FhirRequest, core: CoreFacts): Condition | undefined {
  if (!compartment) return undefined;
  const members = membersOf(compartment, core);
  if (!type) return { kind: 'or', conditions: alike(members).map(({ types, parameters }) => partOfAny(types, parameters, compartment)) };
  const member = members.find((each) => each.type === type);
  if (!member) {
    throw new FhirError('invalid', `${type} is never part of the compartment of a ${compartment.type}; search it at /${type}.`);
  }
  return anyPart(member.parameters, compartment);
}

function membersOf(owner: Owner, core: CoreFacts): readonly Member[] {
  const definition = core.compartment(owner.type);
  if (!definition || !isId(owner.id)) {
    throw new FhirError('not-found', `${owner.type}/${owner.id.slice(0, 64)} owns no compartment; Patient and Encounter do, for instance.`);
  }
  const members = definition.resource?.map(({ code, param = [] }) => ({ type: code as ResourceType, parameters: param })) ?? [];
  return members.filter(({ parameters }) => parameters.length > 0);
}

/** Types that are part by the same parameters, together. */
function alike(members: readonly Member[]): readonly { readonly types: readonly ResourceType[]; readonly parameters: readonly string[] }[] {
  const groups = new Map<string, { types: ResourceType[]; parameters: readonly string[] }>();
  for (const { type, parameters } of members) {
    const group = groups.get(parameters.join()) ?? { types: [], parameters };
    group.types.push(type);
    groups.set(parameters.join(), group);
  }
  return [...groups.values()];
}

function partOfAny(types: readonly ResourceType[], parameters: readonly string[], owner: Owner): Condition {
  return { kind: 'and', conditions: [{ kind: 'type', types }, anyPart(parameters, owner)] };
}

/** `{def}` stands for the owner itself. */
function anyPart(parameters: readonly string[], owner: Owner): Condition {
  const keys = parameters.filter((each) => each !== '{def}').flatMap((each) => linkKeys(each, { ...owner, entries: { keys: [] } }));
  const refers: Condition = { kind: 'key', keys };
  return parameters.includes('{def}') ? { kind: 'or', conditions: [{ kind: 'id', ids: [owner.id] }, refers] } : refers;
}
