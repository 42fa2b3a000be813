import type { PlanDefinition, RelatedArtifact } from '../fhir/types.ts';
import type { AppliedCard } from '../reasoning/apply-plan.ts';
import type { CardLink } from './card.ts';
import type { Entry } from './entries.ts';
import { labelOf, webAddress } from './source.ts';

/** Documents of plan and actions that have an address, and the forms that Tasks ask for. */
export function linksOf(card: AppliedCard, entries: readonly Entry[], plan: PlanDefinition, baseUrl: string): CardLink[] {
  const documents = [card.action, ...entries.map(({ action }) => action)].flatMap(({ resource }) => resource.documentation ?? []);
  const forms = card.proposals.flatMap(({ definition }) => definition?.questionnaire ?? []);
  return [
    ...[...(plan.relatedArtifact ?? []), ...documents].flatMap(documentLink),
    ...forms.flatMap(({ id, title, name }) => (id ? [absolute(title ?? name ?? 'Questionnaire', `${baseUrl}/Questionnaire/${id}`)] : [])),
  ];
}

/** One way to what was cut from a card. */
export function moreLink({ proposals }: AppliedCard, cut: number, baseUrl: string): CardLink[] {
  const plan = proposals.at(-1)?.plan.resource;
  if (cut === 0 || !plan?.id) return [];
  return [
    absolute(`${cut} more ${cut === 1 ? 'suggestion' : 'suggestions'}: ${plan.title ?? plan.id}`, `${baseUrl}/PlanDefinition/${plan.id}`),
  ];
}

function documentLink(artifact: RelatedArtifact): CardLink[] {
  const url = webAddress(artifact.url);
  return url ? [absolute(labelOf(artifact) ?? url, url)] : [];
}

function absolute(label: string, url: string): CardLink {
  return { label, url, type: 'absolute' };
}
