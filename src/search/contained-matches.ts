import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { containedIn } from './contained.ts';
import { membersOf } from './found.ts';
import { containedEntries } from './index-entries.ts';
import { matches } from './matches.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { Condition } from './query.ts';

export interface ContainedQuestion {
  readonly type: ResourceType;
  /** Looks at no other resource: no `refers`, no `referred`, no `concepts`. */
  readonly where: Condition;
  readonly registry: ParameterRegistry;
}

/**
 * Which of the contained resources of a container fulfil a condition, by their place in it. `_id` is the id that they have inside
 * of it; they were last updated when it was.
 */
export function containedMatches(
  container: FhirResource,
  lastUpdated: string,
  { type, where, registry }: ContainedQuestion,
): readonly number[] {
  const root = membersOf(container);
  return containedIn(root).flatMap((each, place) => {
    const resource = membersOf(each);
    if (resource.resourceType !== type) return [];
    const entries = containedEntries(resource, root, registry);
    return matches(where, { type, id: String(resource.id ?? ''), lastUpdated, entries }) ? [place] : [];
  });
}
