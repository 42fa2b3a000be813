import { FhirError } from '../fhir/error.ts';
import type { Action } from './plan.ts';
import type { SafetyContext, Verdict } from './safety.ts';

/**
 * Actions of safety plans that are no rules name data that is not there. @param offered - codes of the items that stay
 * A condition that cannot be evaluated names nothing: what it would tell is not known either.
 */
export function missingData({ safetyPlans, facts, scopeOf }: SafetyContext, offered: readonly string[]): Verdict['missing'] {
  return safetyPlans.flatMap((plan) => {
    const holds = (action: Action) => action.conditions.every((condition) => attempt(() => scopeOf(plan).holds(condition, { offered })));
    const found = plan.actions.filter((action) => action.safetyRules.length === 0 && action.conditions.length > 0 && holds(action));
    return found.map(({ resource, words }) => ({ rule: resource.id ?? words, reason: withNames(words, facts.unavailable) }));
  });
}

/** A sentence about `%unavailable` says which. */
function withNames(words: string, unavailable: readonly string[]): string {
  return words.replace(/(the names of )?%unavailable/, unavailable.join(', '));
}

function attempt(holds: () => boolean): boolean {
  try {
    return holds();
  } catch (error) {
    if (error instanceof FhirError) return false;
    throw error;
  }
}
