import { parseCanonical } from '../../fhir/canonical.ts';
import { parseReference } from '../../fhir/reference.ts';
import { typedElements } from '../../fhirpath/typed-elements.ts';
import { canonicalLinks } from '../canonical-links.ts';
import type { ContentFile } from '../read.ts';

/** Canonical links between files that leave the version open: they would change their meaning when a version is raised. */
export function unpinnedLinks(files: readonly ContentFile[]): string[] {
  const own = new Set(files.map(({ resource }) => (resource as { url?: string }).url));
  return files.flatMap(({ path, resource }) =>
    canonicalLinks(resource)
      .filter(({ canonical }) => !canonical.includes('|') && own.has(parseCanonical(canonical).url))
      .map(({ expression, canonical }) => `${path}: ${expression} is "${canonical}" without a version; pin it with |version.`),
  );
}

/** Relative references that lead to no file. */
export function brokenReferences(files: readonly ContentFile[]): string[] {
  const own = new Set(files.map(({ type, id }) => `${type}/${id}`));
  return files.flatMap(({ path, resource }) =>
    [...typedElements(resource)].flatMap(({ expression, type, value }) => {
      const { reference } = type === 'Reference' ? (value as { reference?: unknown }) : {};
      const target = typeof reference === 'string' ? parseReference(reference) : undefined;
      if (!target || target.base || own.has(`${target.type}/${target.id}`)) return [];
      return [`${path}: ${expression} refers to ${reference}, which no file holds.`];
    }),
  );
}
