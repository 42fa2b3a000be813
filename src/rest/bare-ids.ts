/** References asked for by an id alone (https://hl7.org/fhir/R4/search.html#reference): it must not mean several resources. */
import { FhirError } from '../fhir/error.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { Condition, SearchQuery } from '../search/query.ts';
import { bareIdOf } from '../search/types/reference.ts';
import type { ResourceStore } from '../storage/store.ts';

interface BareId {
  readonly parameter: string;
  readonly id: string;
  /** Types that the parameter may lead to. */
  readonly targets: readonly ResourceType[];
}

/** Ids that one search looks up; a longer list is taken as it stands. */
const MOST = 32;

/** @throws FhirError `invalid` where resources of several types that the parameter may lead to have the id */
export async function refuseAmbiguousIds(
  query: Pick<SearchQuery, 'types' | 'where'>,
  registry: ParameterRegistry,
  store: ResourceStore,
): Promise<void> {
  const asked = new Map(bareIds(query.where, query.types, registry).map((each) => [`${each.parameter} ${each.id}`, each]));
  for (const { parameter, id, targets } of [...asked.values()].slice(0, MOST)) {
    const { versions } = await store.search({ types: targets, where: { kind: 'id', ids: [id] }, sort: [], count: 2 });
    if (versions.length < 2) continue;
    const owners = versions.map(({ type }) => `${type}/${id}`).join(' and ');
    throw new FhirError(
      'invalid',
      `"${parameter}" is asked for by an id alone, which ${owners} have both; write the type before it, as in Type/id.`,
    );
  }
}

function bareIds(condition: Condition, types: readonly ResourceType[], registry: ParameterRegistry): readonly BareId[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap((each) => bareIds(each, types, registry));
    case 'not':
      return bareIds(condition.condition, types, registry);
    case 'refers':
      return bareIds(condition.where, condition.types, registry);
    case 'referred':
      return bareIds(condition.where, [condition.type], registry);
    case 'key':
      return condition.keys.flatMap((key) => bareIdIn(key, types, registry));
    default:
      return [];
  }
}

function bareIdIn(key: string, types: readonly ResourceType[], registry: ParameterRegistry): readonly BareId[] {
  const found = bareIdOf(key);
  if (!found) return [];
  const parameters = types.flatMap((type) => registry.get(type, found.parameter) ?? []);
  const targets = [...new Set(parameters.flatMap((each) => (each.type === 'reference' ? each.targets : [])))];
  return targets.length > 1 ? [{ ...found, targets }] : [];
}
