/** The texts of a document's `source/` folder: titles, descriptions, messages, and what stands in which plan. */
import type { Layer } from './source-tables.ts';

export interface CodeSystemSource {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly concepts?: Readonly<Record<string, string | { readonly display?: string; readonly definition?: string }>>;
  /** Letter to highest number: `C` 7 gives C1 to C7. */
  readonly levels?: Readonly<Record<string, number>>;
  /** Title of the value set of all its codes; absent: none is made. */
  readonly valueSet?: string;
}

export interface Note {
  readonly layer: Layer;
  readonly text: string;
}

export interface ActivityText {
  readonly title: string;
  /** Absent for a medicine: the dose that it drafts is described. */
  readonly description?: string;
  /** What is ordered, where that is not what the item is called. */
  readonly product?: string;
  readonly bodySite?: string;
  /** What the patient is told. */
  readonly message?: string;
  readonly avoid?: { readonly title: string; readonly action: string; readonly message: string };
  /** What the project or the overlay adds. */
  readonly notes?: readonly Note[];
}

export interface OwnActivity {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly items: readonly string[];
  /** What is asked for, in words. */
  readonly code: string;
  readonly topic: string;
  readonly priority?: 'routine' | 'urgent' | 'asap' | 'stat';
}

export interface ActivityTexts {
  readonly items: Readonly<Record<string, ActivityText>>;
  /** Beginning of a section to the topic of its activities; treatment where there is none. */
  readonly topics: Readonly<Record<string, string>>;
  /** Sections whose activities a practitioner takes part in. */
  readonly participants: readonly string[];
  readonly purposeOfMessage: { readonly do: string; readonly avoid: string };
  readonly referrals: readonly OwnActivity[];
  /** What is not to be done. */
  readonly refrain: readonly OwnActivity[];
  /** Questionnaire id to the title of its Task. */
  readonly questionnaires: Readonly<Record<string, string>>;
}

export interface Words {
  readonly words: string;
  readonly when: string;
}

export interface TaskSource {
  readonly questionnaire: string;
  readonly recommended?: boolean;
}

/** An action that stands for no rule. */
export interface OwnAction extends Partial<Words> {
  readonly own: string;
  readonly title: string;
  readonly carries: readonly string[];
  readonly activity: string;
}

/** Where a rule stands in a plan, and which of its items stand there. */
export interface RuleAction {
  readonly rule: string;
  readonly title: string;
  /** Beginnings of the ids of the items that stand here; absent: all. */
  readonly only?: readonly string[];
  /** Items that are named here without a draft. */
  readonly listed?: readonly string[];
  readonly grouping?: {
    readonly groupingBehavior?: 'logical-group';
    readonly selectionBehavior?: 'any' | 'at-most-one';
    readonly requiredBehavior?: 'could';
  };
  readonly tasks?: readonly TaskSource[];
  readonly also?: readonly OwnAction[];
}

export interface PlanSource {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly type?: string;
  readonly layer?: Layer;
  /** Items that the plan as a whole stands for. */
  readonly carries?: readonly string[];
  /** The same: all items that its actions propose. */
  readonly carriesProposed?: boolean;
  readonly actions: readonly (RuleAction | OwnAction)[];
}

export interface CardSource {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Named expression without which the card has no drafts. */
  readonly suggestWhen?: string;
  readonly rules?: readonly { readonly rule: string; readonly title: string }[];
  readonly plans: readonly { readonly id?: string; readonly title?: string; readonly plan: string }[];
}

export interface PlanTexts {
  readonly entries: readonly { readonly id: string; readonly hook: string; readonly title: string; readonly description: string }[];
  readonly usage: string;
  readonly source: string;
  readonly overrideReasons: string;
  readonly cards: readonly CardSource[];
  readonly plans: readonly PlanSource[];
  readonly safety: readonly { readonly id: string; readonly title: string; readonly description: string }[];
  /** Items whose definition is not the one of their own name. */
  readonly definitions: Readonly<Record<string, string>>;
  /** Questionnaire id to the condition under which its Task is offered. */
  readonly windows: Readonly<Record<string, Words>>;
  readonly reason: Words;
}
