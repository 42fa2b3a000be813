import type { CodeSystem, CodeSystemConcept } from '../../fhir/types.ts';
import { typedElements } from '../../fhirpath/typed-elements.ts';
import type { ContentFile } from '../read.ts';

/** Codings of a code system of the folders that does not have the code. */
export function unknownCodes(files: readonly ContentFile[]): string[] {
  const systems = ownCodes(files);
  return files.flatMap(({ path, resource }) =>
    [...typedElements(resource)].flatMap(({ expression, type, value }) => {
      const { system = '', code } = type === 'Coding' ? (value as { system?: string; code?: string }) : {};
      const codes = systems.get(system);
      return codes && code !== undefined && !codes.has(code)
        ? [`${path}: ${expression} has the code "${code}", which ${system} does not have.`]
        : [];
    }),
  );
}

/** Codes of the complete code systems of the folders, by url. */
export function ownCodes(files: readonly ContentFile[]): ReadonlyMap<string, ReadonlySet<string>> {
  const systems = files.flatMap(({ resource }) =>
    resource.resourceType === 'CodeSystem' && resource.content === 'complete' ? [resource] : [],
  );
  return new Map(systems.map((system: CodeSystem) => [system.url ?? '', new Set(allCodes(system.concept))]));
}

function allCodes(concepts: readonly CodeSystemConcept[] = []): string[] {
  return concepts.flatMap(({ code, concept }) => [code, ...allCodes(concept)]);
}
