import type { FhirResource, PlanDefinition, RelatedArtifact } from '../fhir/types.ts';
import type { Action } from '../reasoning/plan.ts';
import type { CardSource } from './card.ts';

const KINDS = ['documentation', 'derived-from', 'citation'];

/** Definitions that make a service; value sets and code systems are others' more often than not. */
const KNOWLEDGE = new Set(['PlanDefinition', 'ActivityDefinition', 'Library', 'Questionnaire']);

/** What its users must know of the content: whether any part of it is a draft or experimental. Empty where it is neither. */
export function caveatOf(sources: readonly FhirResource[]): string {
  const parts = sources.filter(({ resourceType }) => KNOWLEDGE.has(resourceType)) as readonly PlanDefinition[];
  if (parts.some(({ status }) => status === 'draft')) return ' (draft, not clinically reviewed)';
  return parts.some(({ experimental }) => experimental === true) ? ' (experimental, not for clinical use)' : '';
}

/** Where the card comes from: what its action is documented by, else what its plan is. */
export function sourceOf({ resource }: Action, plan: PlanDefinition, caveat: string): CardSource {
  const related = KINDS.flatMap((kind) => (plan.relatedArtifact ?? []).filter(({ type }) => type === kind));
  const artifact = resource.documentation?.[0] ?? related[0];
  const label = labelOf(artifact) ?? plan.publisher ?? plan.title ?? plan.name ?? 'Without a source';
  const url = webAddress(artifact?.url);
  const icon = webAddress(artifact?.document?.url);
  return { label: `${label}${caveat}`, ...(url && { url }), ...(icon && { icon }) };
}

export function labelOf(artifact: RelatedArtifact | undefined): string | undefined {
  return artifact?.display ?? artifact?.label ?? artifact?.citation;
}

/** The address where it is absolute and of the web. */
export function webAddress(url: string | undefined): string | undefined {
  return url && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}
