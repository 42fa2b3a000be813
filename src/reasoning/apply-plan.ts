/** One plan, one patient: what its rules propose (https://hl7.org/fhir/R4/plandefinition.html#12.18.3.3). */
import type { Facts } from './facts.ts';
import type { Action, Plan } from './plan.ts';
import type { Proposal } from './proposal.ts';
import { RED_FLAG_CARD, SAFETY_CARD, type SafetyPass, type Verdict } from './safety.ts';
import type { Scope, ScopeOptions } from './scope.ts';
import { type Issue, idOf, type StatedRule, walkPlan } from './walk-plan.ts';

export interface Applied {
  /** Top-level actions of the plan below which something holds, in order. */
  readonly cards: readonly AppliedCard[];
  readonly verdict: Verdict;
  readonly issues: readonly Issue[];
  scopeOf(plan: Plan): Scope;
}

export interface AppliedCard {
  readonly action: Action;
  readonly proposals: readonly Proposal[];
  /** Rules that hold and propose nothing: they speak for themselves. */
  readonly rules: readonly StatedRule[];
}

export interface ApplyOptions extends ScopeOptions {
  readonly safety: SafetyPass;
}

export function applyPlan(plan: Plan, facts: Facts, { safety, ...options }: ApplyOptions): Applied {
  const scopes = new Map<Plan['logic'], Scope>();
  const scopeOf = ({ logic, scopes: make }: Plan): Scope => {
    const scope = scopes.get(logic) ?? make(facts, options);
    scopes.set(logic, scope);
    return scope;
  };
  const walk = walkPlan(plan, scopeOf);
  const verdict = safety(withoutRepeats(walk.proposals), { safetyPlans: [...walk.safetyPlans], facts, scopeOf });
  const cards = plan.actions.flatMap((action) => {
    const id = idOf(action);
    const card = {
      action,
      proposals: verdict.kept.filter((proposal) => proposal.card === id),
      rules: walk.stated.filter((stated) => stated.card === id).map(({ rule }) => rule),
    };
    const withheld = id === SAFETY_CARD ? verdict.withheld.length : 0;
    return card.proposals.length + card.rules.length + withheld > 0 ? [card] : [];
  });
  return { cards, verdict, issues: walk.issues, scopeOf };
}

/** What a red-flag rule proposes stands there alone, whoever else proposes it. */
function withoutRepeats(proposals: readonly Proposal[]): readonly Proposal[] {
  const urgent = new Set(proposals.flatMap(({ card, item }) => (card === RED_FLAG_CARD && item ? [item.code] : [])));
  return proposals.filter(({ card, item }) => card === RED_FLAG_CARD || !item || !urgent.has(item.code));
}
