import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { containedIn } from './contained.ts';
import { SEPARATOR } from './entries.ts';
import { type Members, membersOf } from './found.ts';
import { entriesBy } from './index-entries.ts';
import { matches } from './matches.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { Condition } from './query.ts';

export interface ContainedQuestion {
  readonly type: ResourceType;
  /** Looks at no other resource: no `refers`, no `referred`, no `concepts`. */
  readonly where: Condition;
  readonly registry: ParameterRegistry;
}

/** A condition on one type, asked of resources that are no rows. Only what it asks for is looked up in them. */
export interface ContainedMatcher {
  /**
   * Which contained resources of a container fulfil the condition, by their place in it. `_id` is the id that they have inside of it;
   * they were last updated when it was.
   */
  inside(container: FhirResource, lastUpdated: string): readonly number[];
  /** Whether the container itself does. */
  whole(container: FhirResource, lastUpdated: string): boolean;
}

export function createContainedMatcher({ type, where, registry }: ContainedQuestion): ContainedMatcher {
  const asked = parametersOf(where);
  const fulfils = (resource: Members, container: Members, lastUpdated: string) =>
    resource.resourceType === type &&
    matches(where, { type, id: String(resource.id ?? ''), lastUpdated, entries: entriesBy(asked, resource, container, registry) });
  return {
    inside: (container, lastUpdated) => {
      const root = membersOf(container);
      return containedIn(root).flatMap((each, place) => (fulfils(membersOf(each), root, lastUpdated) ? [place] : []));
    },
    whole: (container, lastUpdated) => fulfils(membersOf(container), membersOf(container), lastUpdated),
  };
}

/** Codes of the search parameters whose entries a condition looks at. */
function parametersOf(where: Condition): ReadonlySet<string> {
  return new Set(namesIn(where).map((name) => name.split(SEPARATOR)[0]?.split(':')[0] ?? ''));
}

/** What stands in front of values: a code, perhaps with a modifier behind it. */
function namesIn(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(namesIn);
    case 'not':
      return namesIn(condition.condition);
    case 'key':
      return condition.keys;
    case 'text':
      return condition.texts;
    case 'key-prefix':
    case 'text-prefix':
      return [condition.prefix];
    case 'text-contains':
    case 'range':
    case 'has':
    case 'concepts':
    case 'refers':
    case 'referred':
      return [condition.parameter];
    case 'id':
    case 'type':
    case 'updated':
      return [];
  }
}
