import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { type Members, membersOf } from './found.ts';
import type { ParameterRegistry } from './parameters.ts';
import { literalOf } from './types/reference.ts';

/** A literal reference or canonical, as it stands in the resource. */
export interface FoundReference {
  readonly reference: string;
  /** Whether it is a canonical, resolved by url and version. */
  readonly canonical: boolean;
}

/**
 * What the elements of a reference parameter refer to, for `_include`; each once. References to contained resources and
 * identifiers alone are left out. @param code - of the parameter; `*` = all reference parameters of the type
 */
export function references(resource: FhirResource, registry: ParameterRegistry, code: string): readonly FoundReference[] {
  const type = resource.resourceType as ResourceType;
  const members: Members = membersOf(resource);
  const parameters = registry.of(type).filter((each) => each.type === 'reference' && (code === '*' || each.code === code));
  const found = parameters.flatMap(({ extract }) => extract({ type, path: type, value: members }, members));
  const byText = new Map<string, FoundReference>();
  for (const each of found) {
    const reference = literalOf(each);
    if (reference !== undefined) byText.set(reference, { reference, canonical: each.type !== 'Reference' });
  }
  return [...byText.values()];
}
