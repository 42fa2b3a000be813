/** Actions of nested plans (https://hl7.org/fhir/R4/plandefinition.html): a rule, below it its items, below them drafts. */
import type {
  PlanDefinitionAction,
  PlanDefinitionActionCondition,
  PlanDefinitionActionDynamicValue,
  RelatedArtifact,
} from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import { contentCoding } from './naming.ts';
import { taskId } from './other-activities.ts';
import type { PathwayRule } from './source-tables.ts';
import type { OwnAction, RuleAction, TaskSource, Words } from './source-texts.ts';
import { ruleTraces, trace } from './trace.ts';

const PRIORITY = { info: 'routine', warning: 'urgent', critical: 'stat' } as const;

/** Builds the actions of one document's plans; `activities`: ids of the definitions that there are. */
export interface ActionMaker {
  ofRule(source: RuleAction): PlanDefinitionAction;
  ofOwn(source: OwnAction): PlanDefinitionAction;
}

export function actionMaker(generation: Generation, activities: ReadonlySet<string>): ActionMaker {
  const ofOwn = (source: OwnAction) => ownAction(generation, source);
  const ofRule = (source: RuleAction): PlanDefinitionAction => {
    const rule = generation.rule(source.rule);
    const items = ruleItems(rule, source).map((id) => itemAction(generation, activities, id, source.listed?.includes(id)));
    const below = [...items, ...(source.also ?? []).map(ofOwn), ...(source.tasks ?? []).map((task) => taskAction(generation, task))];
    return { ...ruleHead(generation, rule, source.title), ...source.grouping, ...(below.length && { action: below }) };
  };
  return { ofRule, ofOwn };
}

/** The items of a rule that stand at one place. */
export function ruleItems({ items }: PathwayRule, { only }: Pick<RuleAction, 'only'>): string[] {
  return items.filter((item) => !only || only.some((beginning) => item.startsWith(beginning)));
}

export function ruleHead({ names }: Generation, rule: PathwayRule, title: string): PlanDefinitionAction {
  return {
    extension: ruleTraces(names, rule),
    id: rule.id,
    title,
    priority: PRIORITY[rule.indicator],
    condition: [applicability(rule)],
  };
}

export function applicability({ words, when }: Words): PlanDefinitionActionCondition {
  return { kind: 'applicability', expression: { description: words, language: 'text/fhirpath', expression: when } };
}

/** An item with its drafts; without a definition it is a line for the reader. */
function itemAction(generation: Generation, activities: ReadonlySet<string>, id: string, listed = false): PlanDefinitionAction {
  const { names, item, sources, resourceId } = generation;
  const { name, section } = item(id);
  const definition = sources.plans.definitions[id] ?? resourceId(id);
  const drafts = activities.has(definition) && !listed;
  const head = { id, title: name, code: [{ coding: [contentCoding(names, item(id))] }] };
  const links = section === 'faq' ? { documentation: [answer(generation, id)] } : {};
  if (drafts && activities.has(`${definition}-avoid`)) return { ...head, ...links, action: twoDrafts(generation, id, definition) };
  if (!drafts) return { ...head, ...links };
  return { ...head, ...links, definitionCanonical: names.pinned('ActivityDefinition', definition), dynamicValue: [reason(generation)] };
}

/** What to do and what to avoid: one suggestion with two messages. */
function twoDrafts({ names, sources }: Generation, id: string, definition: string): PlanDefinitionAction[] {
  const text = sources.activities.items[id];
  const type = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/action-type', code: 'create' }] };
  const draft = (suffix: string, title: string | undefined, activity: string): PlanDefinitionAction => ({
    id: `${id}.${suffix}`,
    title: title ?? id,
    type,
    definitionCanonical: names.pinned('ActivityDefinition', activity),
  });
  return [draft('do', text?.title, definition), draft('avoid', text?.avoid?.action, `${definition}-avoid`)];
}

function answer({ names, sources }: Generation, id: string): RelatedArtifact {
  const question = sources.faq[id]?.question ?? id;
  return { type: 'documentation', display: question, resource: names.pinned('Library', sources.document.faq) };
}

/** Why the request is made. Subject, requester and date are the engine's. */
function reason({ sources }: Generation): PlanDefinitionActionDynamicValue {
  const { words, when } = sources.plans.reason;
  return { path: 'reasonReference', expression: { description: words, language: 'text/fhirpath', expression: when } };
}

function ownAction({ names }: Generation, { own, title, carries, words, when, activity }: OwnAction): PlanDefinitionAction {
  return {
    extension: [trace(names, { items: carries, layer: 'project' })],
    id: own,
    title,
    ...(words && when && { condition: [applicability({ words, when })] }),
    definitionCanonical: names.pinned('ActivityDefinition', activity),
  };
}

/** The screen is offered whenever its rule holds, every other questionnaire only while it has no recent answers. */
function taskAction({ names, sources }: Generation, { questionnaire, recommended }: TaskSource): PlanDefinitionAction {
  const window = sources.plans.windows[questionnaire];
  return {
    id: questionnaire,
    title: sources.activities.questionnaires[questionnaire] ?? questionnaire,
    ...(window && { condition: [applicability(window)] }),
    ...(recommended && { precheckBehavior: 'yes' as const }),
    definitionCanonical: names.pinned('ActivityDefinition', taskId(sources.document.prefix, questionnaire)),
  };
}
