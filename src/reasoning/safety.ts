import type { Facts } from './facts.ts';
import type { Item, Plan } from './plan.ts';
import type { Proposal } from './proposal.ts';
import type { Severity } from './safety-rules.ts';
import type { Scope } from './scope.ts';

/** The card whose items are never withheld: what is proposed there is urgent. */
export const RED_FLAG_CARD = 'card.redflag';
/** The card that says what is withheld. */
export const SAFETY_CARD = 'card.safety';

/** Judges all proposals of a call at once. A pure function: what it says follows from what it is given. */
export type SafetyPass = (proposals: readonly Proposal[], context: SafetyContext) => Verdict;

export interface SafetyContext {
  /** The safety plans that the entry plan nests, each once. */
  readonly safetyPlans: readonly Plan[];
  readonly facts: Facts;
  /** Where the expressions of a plan are evaluated. */
  scopeOf(plan: Plan): Scope;
}

export interface Verdict {
  /** What may be shown, in the order proposed; `suggest` may have been taken back. */
  readonly kept: readonly Proposal[];
  /** What was proposed and is taken away, with the reason: told to the user. */
  readonly withheld: readonly Finding[];
  /** Warnings and ceilings on what stays. */
  readonly cautions: readonly Finding[];
  /** Of these items one may be chosen. */
  readonly exclusive: readonly { readonly rule: string; readonly items: readonly Item[] }[];
  /** What is not known and would matter. */
  readonly missing: readonly { readonly rule: string; readonly reason: string }[];
  /** Words of what could not be evaluated. */
  readonly unchecked?: readonly string[];
}

export interface Finding {
  readonly item: Item;
  readonly rule: string;
  readonly severity: Exclude<Severity, 'at-most-one'>;
  /** Words of the rule. */
  readonly reason: string;
}
