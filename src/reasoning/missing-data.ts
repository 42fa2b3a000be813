import { FhirError } from '../fhir/error.ts';
import type { Action } from './plan.ts';
import type { SafetyContext, Verdict } from './safety.ts';
import type { Scope } from './scope.ts';

/**
 * Actions of safety plans that are no rules name data that is not there. @param offered - codes of the items that stay
 * A condition that cannot be evaluated names nothing: that it could not is told instead.
 */
export function missingData(
  { safetyPlans, facts, scopeOf }: SafetyContext,
  offered: readonly string[],
): Required<Pick<Verdict, 'missing' | 'unchecked'>> {
  const judged = safetyPlans.flatMap((plan) => {
    const actions = plan.actions.filter((action) => action.safetyRules.length === 0 && action.conditions.length > 0);
    return actions.map((action) => ({ action, holds: attempt(() => holdsAll(action, scopeOf(plan), offered)) }));
  });
  const of = (wanted: boolean | undefined) => judged.flatMap(({ action, holds }) => (holds === wanted ? [action] : []));
  return {
    missing: of(true).map(({ resource, words }) => ({ rule: resource.id ?? words, reason: withNames(words, facts.unavailable) })),
    unchecked: of(undefined).map(({ words }) => withNames(words, facts.unavailable)),
  };
}

function holdsAll({ conditions }: Action, scope: Scope, offered: readonly string[]): boolean {
  return conditions.every((condition) => scope.holds(condition, { offered }));
}

/** A sentence about `%unavailable` says which. */
function withNames(words: string, unavailable: readonly string[]): string {
  return words.replace(/(the names of )?%unavailable/, unavailable.join(', '));
}

/** Undefined where it cannot be told. */
function attempt(holds: () => boolean): boolean | undefined {
  try {
    return holds();
  } catch (error) {
    if (error instanceof FhirError) return undefined;
    throw error;
  }
}
