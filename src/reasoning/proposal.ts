import type { Action, Definition, Item, Plan } from './plan.ts';

/** One thing that a plan proposes for this patient: an item, a definition, or both. */
export interface Proposal {
  /** Id of the top-level action of the entry plan. */
  readonly card: string;
  readonly rule: Rule;
  readonly item?: Item;
  readonly definition?: Definition;
  /** The action that names the definition; without one, the item's. */
  readonly action: Action;
  /** What the suggestion is called: the item, else the action. */
  readonly title: string;
  /** The plan that the action stands in. */
  readonly plan: Plan;
  /** A draft may be made of it. */
  readonly suggest: boolean;
  /** Checked beforehand (`precheckBehavior`). */
  readonly recommended: boolean;
  /** The highest of the actions that lead to it. */
  readonly priority?: Priority;
}

/** The action that decided: the first below the card that has a condition. */
export interface Rule {
  readonly id: string;
  readonly words: string;
}

export type Priority = 'routine' | 'urgent' | 'asap' | 'stat';

const RANKS: readonly (Priority | undefined)[] = [undefined, 'routine', 'urgent', 'asap', 'stat'];

export function higher(a: Priority | undefined, b: Priority | undefined): Priority | undefined {
  return RANKS.indexOf(a) >= RANKS.indexOf(b) ? a : b;
}
