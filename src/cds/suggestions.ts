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

type Selection = Pick<Card, 'suggestions' | 'selectionBehavior'>;

/** All suggestions of a card. @param behavior - `selectionBehavior` of its action, R4's code */
export function suggestionsOf(entries: readonly Entry[], behavior: string | undefined, title: string, drafting: Drafting): Selection {
  const all = entries.flatMap((entry) => suggestionOf(entry, drafting) ?? []);
  if (all.length === 0) return {};
  if (behavior === 'all-or-none')
    return {
      suggestions: [{ label: title, uuid: randomUUID(), actions: all.flatMap(({ actions }) => actions) }],
      selectionBehavior: 'any',
    };
  if (behavior !== 'exactly-one' && behavior !== 'at-most-one') return { suggestions: all, selectionBehavior: 'any' };
  const best = all.findIndex(({ isRecommended }) => isRecommended);
  return { suggestions: all.map((each, i) => (i === best ? each : plain(each))), selectionBehavior: 'at-most-one' };
}

function suggestionOf({ title, recommended, drafts }: Entry, drafting: Drafting): Suggestion | undefined {
  const actions = drafts.flatMap(({ definition, proposal }): SuggestedAction[] => {
    const type = proposal.action.resource.type?.coding?.[0]?.code ?? 'create';
    if (type !== 'create' && type !== 'update') return [];
    const { resource, issues } = applyActivity(definition, proposal.action, { ...drafting, scope: drafting.scopeOf(proposal.plan) });
    for (const issue of issues) drafting.report(issue);
    const description = proposal.action.resource.title ?? definition.resource.title ?? title;
    return resource ? [{ type, description, resource: resource as FhirResource }] : [];
  });
  return actions.length > 0 ? { label: title, uuid: randomUUID(), ...(recommended && { isRecommended: true }), actions } : undefined;
}

function plain({ isRecommended: _, ...suggestion }: Suggestion): Suggestion {
  return suggestion;
}
