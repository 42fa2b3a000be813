/** Links by canonical (https://hl7.org/fhir/R4/references.html#canonical): where content names other content. */
import { parseCanonical } from '../fhir/canonical.ts';
import type { FhirResource } from '../fhir/types.ts';
import { typedElements } from '../fhirpath/typed-elements.ts';
import type { ContentFile } from './read.ts';

export interface CanonicalLink {
  /** Where the link stands: `PlanDefinition.library[0]`. */
  readonly expression: string;
  readonly canonical: string;
}

/** Names a package, which is found by its packageId and not by canonical. */
const PACKAGES = /^ImplementationGuide\.dependsOn\[\d+\]\.uri$/;

/** All canonical links of a resource, but for those into itself (`#id`). */
export function canonicalLinks(resource: FhirResource): CanonicalLink[] {
  const links: CanonicalLink[] = [];
  for (const { expression, type, value } of typedElements(resource)) {
    if (type !== 'canonical' || typeof value !== 'string') continue;
    if (!value.startsWith('#') && !PACKAGES.test(expression)) links.push({ expression, canonical: value });
  }
  return links;
}

/** Whether something outside the folders has a canonical. */
export type Elsewhere = (canonical: string) => Promise<boolean>;

/** One sentence for each canonical link that leads nowhere: neither to another file nor elsewhere. */
export async function brokenLinks(files: readonly ContentFile[], elsewhere: Elsewhere): Promise<string[]> {
  const own = ownCanonicals(files);
  const known = new Map<string, boolean>();
  const faults: string[] = [];
  for (const { path, resource } of files) {
    for (const { expression, canonical } of canonicalLinks(resource)) {
      const { url, version } = parseCanonical(canonical);
      const target = version ? `${url}|${version}` : url;
      if (!known.has(target)) known.set(target, own.has(target) || (await elsewhere(target)));
      if (!known.get(target)) faults.push(`${path}: ${expression} is "${canonical}", which leads nowhere; ${advice(own, url)}.`);
    }
  }
  return faults;
}

/** The canonicals of the files, each with and without its version. */
function ownCanonicals(files: readonly ContentFile[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const { resource } of files) {
    const { url, version } = resource as { url?: string; version?: string };
    if (url) own.add(url).add(`${url}|${version ?? ''}`);
  }
  return own;
}

function advice(own: ReadonlySet<string>, url: string): string {
  return own.has(url) ? 'the folders have another version of it' : 'correct it, or add what it names to a content folder';
}
