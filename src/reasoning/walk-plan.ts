import { FhirError } from '../fhir/error.ts';
import { APPLICABILITY_BEHAVIOR, extensionOf } from './extensions.ts';
import type { Action, Definition, Plan } from './plan.ts';
import { higher, type Priority, type Proposal, type Rule } from './proposal.ts';
import type { Scope } from './scope.ts';

export interface StatedRule extends Rule {
  readonly priority?: Priority;
}

/** An expression that could not be evaluated; what depends on it is taken as not holding. No patient data in it. */
export interface Issue {
  readonly plan: string;
  readonly action: string;
  /** What the action is for, in the words of the content. */
  readonly words: string;
  readonly text: string;
}

/** Where the walk stands: what the actions above have decided. */
interface Place {
  readonly plan: Plan;
  readonly card: string;
  /** The nearest action, this one or above, that is an item. */
  readonly itemAction?: Action;
  readonly rule?: Rule;
  readonly suggest: boolean;
  readonly priority?: Priority;
}

/** Evaluates the conditions of a plan and of all that it nests, in order; nothing is judged for safety. */
export function walkPlan(plan: Plan, scopeOf: (plan: Plan) => Scope) {
  const cards = new Set(plan.actions);
  const proposals: Proposal[] = [];
  const stated: { card: string; rule: StatedRule }[] = [];
  const issues: Issue[] = [];
  const safetyPlans = new Set<Plan>();

  function holds(action: Action, expression: Action['conditions'][number], plan: Plan): boolean {
    try {
      return scopeOf(plan).holds(expression);
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      issues.push({ plan: plan.canonical, action: idOf(action), words: action.words, text: error.message });
      return false;
    }
  }

  /** Whether the action applies; if so, all below it was looked at. */
  function visit(action: Action, above: Place): boolean {
    if (!action.conditions.every((condition) => holds(action, condition, above.plan))) return false;
    const place = placeOf(action, above);
    propose(action, place);
    if (action.nested) visitNested(action.nested, place);
    visitChildren(action, place);
    return true;
  }

  function placeOf(action: Action, above: Place): Place {
    const { resource, suggestWhen, conditions, words } = action;
    const isCard = cards.has(action);
    const rule = above.rule ?? (conditions.length > 0 && !isCard ? { id: idOf(action), words } : undefined);
    const priority = higher(above.priority, resource.priority as Priority | undefined);
    const suggest = above.suggest && (!suggestWhen || holds(action, suggestWhen, above.plan));
    return { ...above, suggest, ...(action.item && { itemAction: action }), ...(rule && { rule }), ...(priority && { priority }) };
  }

  function propose(action: Action, place: Place): void {
    const { definition, resource } = action;
    const item = place.itemAction?.item;
    const rule = place.rule ?? { id: idOf(action), words: action.words };
    const priority = place.priority && { priority: place.priority };
    const isBareItem = action.item !== undefined && !hasDefinition(action);
    if (!definition && !isBareItem) {
      if (isLeaf(action) && !item) stated.push({ card: place.card, rule: { ...rule, ...priority } });
      return;
    }
    if (!place.suggest && !item && isForm(definition)) return;
    proposals.push({
      card: place.card,
      plan: place.plan,
      rule,
      ...(item && { item }),
      ...(definition && { definition }),
      action,
      title: item?.title ?? resource.title ?? definition?.resource.title ?? rule.words,
      suggest: place.suggest,
      recommended: [resource, place.itemAction?.resource].some((each) => each?.precheckBehavior === 'yes'),
      ...priority,
    });
  }

  function visitNested(nested: Plan, place: Place): void {
    if (nested.isSafety) safetyPlans.add(nested);
    else for (const action of nested.actions) visit(action, { ...place, plan: nested });
  }

  function visitChildren({ resource, children }: Action, place: Place): void {
    const onlyFirst = extensionOf(resource, APPLICABILITY_BEHAVIOR)?.valueCode === 'any';
    for (const child of children) if (visit(child, place) && onlyFirst) return;
  }

  for (const action of plan.actions) visit(action, { plan, card: idOf(action), suggest: true });
  return { proposals, stated, issues, safetyPlans };
}

function isLeaf({ children, nested, definition }: Action): boolean {
  return children.length === 0 && !nested && !definition;
}

function hasDefinition({ definition, nested, children }: Action): boolean {
  return definition !== undefined || nested !== undefined || children.some(hasDefinition);
}

export function idOf({ resource }: Action): string {
  return resource.id ?? resource.title ?? '';
}

/** A form to fill in: while nothing is to be suggested, there is nothing to show of it. */
function isForm(definition: Definition | undefined): boolean {
  const resource = definition?.resource;
  return resource?.resourceType === 'Questionnaire' || resource?.kind === 'Task';
}
