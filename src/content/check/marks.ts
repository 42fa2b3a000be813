/** What no clinician has reviewed says so: by its status, or by a tag where the type has no draft. */
import type { ContentFile } from '../read.ts';

/** Types whose status says it; every other type carries the tag. */
const DRAFTS = new Set([
  'ActivityDefinition',
  'CodeSystem',
  'ConceptMap',
  'ImplementationGuide',
  'Library',
  'PlanDefinition',
  'Questionnaire',
  'SearchParameter',
  'StructureDefinition',
  'ValueSet',
]);
const REVIEW = /\/CodeSystem\/review$/;

interface Marked {
  readonly status?: string;
  readonly experimental?: boolean;
  readonly meta?: { readonly tag?: readonly { readonly system?: string; readonly code?: string }[] };
}

/** A released resource is marked as neither: it was reviewed. */
export function markFaults(files: readonly ContentFile[]): string[] {
  return files.flatMap(({ path, type, resource }) => {
    const { status, experimental, meta } = resource as Marked;
    if (!DRAFTS.has(type)) {
      const tagged = meta?.tag?.some(({ system = '' }) => REVIEW.test(system));
      return tagged ? [] : [`${path} does not say whether a clinician reviewed it; give it a meta.tag of the code system "review".`];
    }
    if (status === 'draft' && experimental !== true) return [`${path} is a draft that is not experimental; set experimental to true.`];
    return [];
  });
}
