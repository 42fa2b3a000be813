import type { CoreDefinitions } from '../definitions/core.ts';
import { parseCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { FhirResource, ResourceType } from '../fhir/types.ts';
import type { ContentFile } from './read.ts';

/** Definitions of files alone, and of R4: what the content means without a store. */
export function fileDefinitions(files: readonly ContentFile[], core: Pick<CoreDefinitions, 'resolve'>): Definitions {
  const byUrl = new Map<string, FhirResource[]>();
  for (const { resource } of files) {
    const { url } = resource as { url?: string };
    if (url) byUrl.set(url, [...(byUrl.get(url) ?? []), resource]);
  }
  return {
    resolve: async <T extends FhirResource>(canonical: string, type?: ResourceType) => {
      const { url, version } = parseCanonical(canonical);
      const fitting = (byUrl.get(url) ?? []).filter(
        (each) => (!type || each.resourceType === type) && (version === undefined || (each as { version?: string }).version === version),
      );
      return (fitting.at(-1) ?? core.resolve(canonical, type)) as T | undefined;
    },
  };
}
