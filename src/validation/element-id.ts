/** Ids of the elements of a differential (https://hl7.org/fhir/R4/elementdefinition.html#id). */
import type { ElementDefinition } from '../fhir/types.ts';

/** The elements with an id each: as given, else made of path and slice names. */
export function withIds(elements: readonly ElementDefinition[]): readonly (ElementDefinition & { id: string })[] {
  const slices = new Map<string, string>();
  return elements.map((element) => {
    const id = element.id ?? made(element, slices);
    return { ...element, id };
  });
}

/** @param slices the slice that each path is in just now; changed */
function made({ path, sliceName }: ElementDefinition, slices: Map<string, string>): string {
  const names = path.split('.');
  for (const known of [...slices.keys()]) if (known === path || !path.startsWith(`${known}.`)) slices.delete(known);
  if (sliceName) slices.set(path, sliceName);
  return names
    .map((name, index) => {
      const slice = slices.get(names.slice(0, index + 1).join('.'));
      return slice ? `${name}:${slice}` : name;
    })
    .join('.');
}
