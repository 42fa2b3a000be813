/** The implicit system of each `code` element: its required value set draws on one code system (https://hl7.org/fhir/R4/search.html#token). */
import { parseCanonical } from '../../fhir/canonical.ts';
import type { StructureDefinition, ValueSet } from '../../fhir/types.ts';

/** Element path (`PlanDefinition.status`, `Identifier.use`) → url of the code system. */
export function implicitSystems(
  definitions: readonly StructureDefinition[],
  valueSets: ReadonlyMap<string, ValueSet>,
): Record<string, string> {
  const systems: Record<string, string> = {};
  for (const { path, type, binding } of definitions.flatMap((definition) => definition.snapshot?.element ?? [])) {
    if (binding?.strength !== 'required' || !binding.valueSet || !type?.some(({ code }) => code === 'code')) continue;
    const found = systemsOf(parseCanonical(binding.valueSet).url, valueSets, new Set());
    const [system] = found;
    if (found.size === 1 && system) systems[path] = system;
  }
  return systems;
}

/** Systems that a value set includes; an unknown part counts as an unknown system, so that nothing is guessed. */
function systemsOf(url: string, valueSets: ReadonlyMap<string, ValueSet>, seen: Set<string>): ReadonlySet<string> {
  const valueSet = valueSets.get(url);
  if (!valueSet || seen.has(url)) return new Set(['']);
  seen.add(url);
  return new Set(
    (valueSet.compose?.include ?? []).flatMap(({ system, valueSet: imports }) =>
      system ? [system] : (imports ?? []).flatMap((each) => [...systemsOf(parseCanonical(each).url, valueSets, seen)]),
    ),
  );
}
