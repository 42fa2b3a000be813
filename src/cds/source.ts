import type { PlanDefinition, RelatedArtifact } from '../fhir/types.ts';
import type { Action } from '../reasoning/plan.ts';
import type { CardSource } from './card.ts';

const KINDS = ['documentation', 'derived-from', 'citation'];

/** Where the card comes from: what its action is documented by, else what its plan is. */
export function sourceOf({ resource }: Action, plan: PlanDefinition): CardSource {
  const related = KINDS.flatMap((kind) => (plan.relatedArtifact ?? []).filter(({ type }) => type === kind));
  const artifact = resource.documentation?.[0] ?? related[0];
  const label = labelOf(artifact) ?? plan.publisher ?? plan.title ?? plan.name ?? 'Without a source';
  const draft = plan.status === 'draft' ? ' (draft, not clinically reviewed)' : '';
  const url = webAddress(artifact?.url);
  const icon = webAddress(artifact?.document?.url);
  return { label: `${label}${draft}`, ...(url && { url }), ...(icon && { icon }) };
}

export function labelOf(artifact: RelatedArtifact | undefined): string | undefined {
  return artifact?.display ?? artifact?.label ?? artifact?.citation;
}

/** The address where it is absolute and of the web. */
export function webAddress(url: string | undefined): string | undefined {
  return url && URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? url : undefined;
}
