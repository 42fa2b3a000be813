import { randomUUID } from 'node:crypto';
import type { FhirResource } from '../fhir/types.ts';
import { applyActivity, type DraftContext } from '../reasoning/drafts.ts';
import type { Plan } from '../reasoning/plan.ts';
import type { Scope } from '../reasoning/scope.ts';
import type { Card, SuggestedAction, Suggestion } from './card.ts';
import type { Entry } from './entries.ts';

export interface Drafting extends Omit<DraftContext, 'scope'> {
  scopeOf(plan: Plan): Scope;
  /** Told what could not be drafted; no patient data. */
  report(sentence: string): void;
}

export interface Selection extends Pick<Card, 'suggestions' | 'selectionBehavior'> {
  /** How many suggestions there would be besides those shown. */
  readonly cut: number;
}

/**
 * The suggestions of a card; drafts are made of those alone that are shown.
 * @param behavior - `selectionBehavior` of its action, R4's code
 * @param most - how many may be shown
 */
export function suggestionsOf(
  entries: readonly Entry[],
  { behavior, title, most }: { behavior: string | undefined; title: string; most: number },
  drafting: Drafting,
): Selection {
  const able = entries.filter(({ drafts }) => drafts.length > 0);
  const together = behavior === 'all-or-none' && most > 0;
  const all = able.slice(0, together ? able.length : most).flatMap((entry) => suggestionOf(entry, drafting) ?? []);
  const cut = together ? 0 : Math.max(0, able.length - most);
  if (all.length === 0) return { cut };
  if (together) {
    const suggestion = { label: title, uuid: randomUUID(), actions: all.flatMap(({ actions }) => actions) };
    return { suggestions: [suggestion], selectionBehavior: 'any', cut };
  }
  if (behavior !== 'exactly-one' && behavior !== 'at-most-one') return { suggestions: all, selectionBehavior: 'any', cut };
  const best = all.findIndex(({ isRecommended }) => isRecommended);
  return { suggestions: all.map((each, i) => (i === best ? each : plain(each))), selectionBehavior: 'at-most-one', cut };
}

function suggestionOf({ title, recommended, drafts }: Entry, drafting: Drafting): Suggestion | undefined {
  const actions = drafts.flatMap(({ definition, proposal }): SuggestedAction[] => {
    const type = proposal.action.resource.type?.coding?.[0]?.code ?? 'create';
    if (type !== 'create' && type !== 'update') return [];
    const { resource, issues } = applyActivity(definition, proposal.action, { ...drafting, scope: drafting.scopeOf(proposal.plan) });
    for (const issue of issues) drafting.report(issue);
    const description = definition.resource.title ?? proposal.action.resource.title ?? title;
    return resource ? [{ type, description, resource: resource as FhirResource }] : [];
  });
  return actions.length > 0 ? { label: title, uuid: randomUUID(), ...(recommended && { isRecommended: true }), actions } : undefined;
}

function plain({ isRecommended: _, ...suggestion }: Suggestion): Suggestion {
  return suggestion;
}
