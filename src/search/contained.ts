/**
 * Chains also look inside contained resources (https://hl7.org/fhir/R4/references.html#contained). These have no row of their own:
 * what they are found by stands among the entries of their container, behind the parameter that refers to them and a point.
 * Where one parameter refers to several, their entries stand together.
 */
import type { ResourceType } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';
import { type Found, isMembers, listOf, type Members, membersOf } from './found.ts';
import { escaped, keyOf } from './keys.ts';
import type { Condition } from './query.ts';

/** What stands in front of the parameters of what is contained. */
export function frontOf(parameter: string): string {
  return `${parameter}.`;
}

/** Tells of which types the contained targets of a parameter are. */
export function typeKey(parameter: string, type: string): string {
  return keyOf(frontOf(parameter), type);
}

/** The contained resources that found references lead to. */
export function containedTargets(found: readonly Found[], root: Members): readonly Members[] {
  const references = found
    .map(({ value }) => membersOf(value).reference)
    .filter((each) => typeof each === 'string' && each.startsWith('#'));
  if (references.length === 0) return [];
  return listOf(root.contained)
    .map(membersOf)
    .filter(({ id, resourceType }) => typeof resourceType === 'string' && references.includes(`#${id}`));
}

/** The search for contained resources: stands among the parameters of a type whose resources can contain others. */
export const CONTAINED = '_contained';

export function canContain(type: string): boolean {
  return isKindOf(type, 'DomainResource');
}

/** What a resource contains, each in its place. */
export function containedIn({ contained }: Members): readonly unknown[] {
  return Array.isArray(contained) ? contained : [];
}

/** A row has this key when it contains a resource of the type. */
export function containsKey(type: string): string {
  return keyOf(CONTAINED, escaped(type));
}

export function containedTypes(resource: Members): readonly string[] {
  const types = containedIn(resource).map((each) => (isMembers(each) ? each.resourceType : undefined));
  return types.filter((type) => typeof type === 'string' && type !== '') as readonly string[];
}

/** A condition on what a parameter refers to, as a condition on the container. */
export function onContained(parameter: string, types: readonly ResourceType[], where: Condition): Condition {
  return {
    kind: 'and',
    conditions: [{ kind: 'key', keys: types.map((type) => typeKey(parameter, type)) }, moved(where, frontOf(parameter))],
  };
}

function moved(condition: Condition, front: string): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { ...condition, conditions: condition.conditions.map((each) => moved(each, front)) };
    case 'not':
      return { kind: 'not', condition: moved(condition.condition, front) };
    case 'key':
      return { kind: 'key', keys: condition.keys.map((key) => front + key) };
    case 'text':
      return { kind: 'text', texts: condition.texts.map((text) => front + text) };
    case 'key-prefix':
    case 'text-prefix':
      return { ...condition, prefix: front + condition.prefix };
    case 'text-contains':
    case 'range':
    case 'has':
    case 'concepts':
    case 'refers':
      return { ...condition, parameter: front + condition.parameter };
    case 'id': // a contained resource has no id, date or referrer of its own
    case 'type': // asked of rows alone
    case 'updated':
    case 'referred':
      return { kind: 'or', conditions: [] };
  }
}
