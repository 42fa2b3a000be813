/** A plan made ready: nested plans, definitions, conditions and logic found and checked once, not in a call. */
import type { ActivityDefinition, FhirResource, PlanDefinition, PlanDefinitionAction, Questionnaire } from '../fhir/types.ts';
import type { Compiled } from '../fhirpath/expression.ts';
import type { Logic } from './logic.ts';
import type { SafetyRule } from './safety-rules.ts';
import type { createScopes } from './scope.ts';

export interface Plan {
  readonly resource: PlanDefinition;
  /** `url|version`. */
  readonly canonical: string;
  readonly logic: Logic;
  readonly scopes: ReturnType<typeof createScopes>;
  readonly actions: readonly Action[];
  /** It holds safety rules: its actions propose nothing. */
  readonly isSafety: boolean;
}

export interface Action {
  readonly resource: PlanDefinitionAction;
  /** Of kind `applicability`; all must hold. */
  readonly conditions: readonly Compiled[];
  /** The first condition in words, else the title. */
  readonly words: string;
  readonly suggestWhen?: Compiled;
  readonly dynamicValues: readonly DynamicValue[];
  /** What it proposes: a concept of the content. */
  readonly item?: Item;
  readonly definition?: Definition;
  readonly nested?: Plan;
  readonly children: readonly Action[];
  readonly safetyRules: readonly SafetyRule[];
}

export interface Item {
  readonly system: string;
  readonly code: string;
  readonly title: string;
}

export interface Definition {
  /** As the action names it. */
  readonly canonical: string;
  readonly resource: ActivityDefinition | Questionnaire;
  readonly dynamicValues: readonly DynamicValue[];
  /** What a Task of it asks to fill in. */
  readonly questionnaire?: Questionnaire;
}

export interface DynamicValue {
  readonly path: string;
  readonly expression: Compiled;
}

/** A plan, or why it cannot be used. */
export interface LoadedPlan {
  readonly plan?: Plan;
  /** Sentences; a plan with faults is not offered. */
  readonly faults: readonly string[];
  /** Everything that it was made of: when one of them is written, it has to be loaded again. */
  readonly sources: readonly FhirResource[];
  /** A canonical was not found or names no version: any new resource may change what it leads to. */
  readonly open: boolean;
}
