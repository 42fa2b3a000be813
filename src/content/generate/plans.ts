/** PlanDefinitions (https://hl7.org/fhir/R4/plandefinition.html): entry plans, one for each hook, and the plans that they nest. */
import type { PlanDefinition, PlanDefinitionAction, RelatedArtifact } from '../../fhir/types.ts';
import { found, type Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { type ActionMaker, actionMaker, ruleHead, ruleItems } from './plan-actions.ts';
import type { CardSource, OwnAction, PlanSource, PlanTexts, RuleAction } from './source-texts.ts';
import { articleLinks, itemTrace, trace } from './trace.ts';

/** @param activities ids of the definitions that items may be drafted from */
export function nestedPlans(generation: Generation, activities: ReadonlySet<string>): PlanDefinition[] {
  const make = actionMaker(generation, activities);
  return generation.sources.plans.plans.map((source) => nestedPlan(generation, make, source));
}

function nestedPlan(generation: Generation, make: ActionMaker, source: PlanSource): PlanDefinition {
  const { sources, names, article, logic, item } = generation;
  const { id, title, description, layer = 'document', type = 'clinical-protocol' } = source;
  const items = carried(generation, source).map(item);
  const extension = [items.length ? itemTrace(names, items, layer) : trace(names, { layer })];
  const links = articleLinks(article, items);
  const action = source.actions.map((entry) => ('own' in entry ? make.ofOwn(entry) : make.ofRule(entry)));
  return {
    ...metadata('PlanDefinition', sources.document, names, { id, title, description, extension }),
    type: planType(type),
    ...(links.length && { relatedArtifact: links }),
    library: [logic],
    ...(action.length && { action }),
  };
}

/** The items that a plan as a whole stands for. */
function carried({ rule }: Generation, { carries = [], carriesProposed, actions }: PlanSource): string[] {
  if (!carriesProposed) return [...carries];
  const rules = actions.filter((entry: RuleAction | OwnAction): entry is RuleAction => 'rule' in entry);
  return [...new Set([...carries, ...rules.flatMap((entry) => ruleItems(rule(entry.rule), entry))])];
}

/** One for each hook: its id is that of the CDS service, its top-level actions are the cards in order of rank. */
export function entryPlans(generation: Generation): PlanDefinition[] {
  const { sources, names, article, logic } = generation;
  const { entries, usage, source, overrideReasons } = sources.plans;
  const enabled = { url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled', valueBoolean: true };
  const links: RelatedArtifact[] = [
    { type: 'documentation', display: source, resource: article },
    { type: 'derived-from', label: 'line 1', resource: article },
    { type: 'depends-on', label: 'override-reasons', resource: names.pinned('ValueSet', overrideReasons) },
  ];
  return entries.map(({ id, hook, title, description }) => ({
    ...metadata('PlanDefinition', sources.document, names, {
      id,
      title,
      description,
      extension: [enabled, trace(names, { layer: 'project' })],
    }),
    type: planType('eca-rule'),
    usage,
    relatedArtifact: links,
    library: [logic],
    action: sources.plans.cards.map((card) => cardAction(generation, card, hook)),
  }));
}

/** A card carries no condition: the rules below it decide, and a card that nobody fills is not shown. */
function cardAction(generation: Generation, card: CardSource, hook: string): PlanDefinitionAction {
  const { id, title, description, suggestWhen, rules = [], plans } = card;
  const [only] = plans;
  const nested = plans.length === 1 && only && !rules.length ? { definitionCanonical: planLink(generation, only.plan) } : undefined;
  const below = [
    ...rules.map(({ rule, title: words }) => ruleHead(generation, generation.rule(rule), words)),
    ...planLinks(generation, plans),
  ];
  return {
    ...(suggestWhen && { extension: [suggestWhenExtension(generation, suggestWhen)] }),
    id,
    title,
    description,
    trigger: [{ type: 'named-event', name: hook }],
    ...(nested ?? { action: below }),
  };
}

function planLinks(generation: Generation, plans: CardSource['plans']): PlanDefinitionAction[] {
  return plans.map(({ id, title, plan }) => ({
    ...(id && { id }),
    ...(title && { title }),
    definitionCanonical: planLink(generation, plan),
  }));
}

function planLink({ names, sources }: Generation, id: string): string {
  found(
    planIds(sources.plans).find((known) => known === id),
    `plans.json nests ${id}, which it does not have.`,
  );
  return names.pinned('PlanDefinition', id);
}

function planIds({ plans, safety }: PlanTexts): string[] {
  return [...plans, ...safety].map(({ id }) => id);
}

/** Until the named expression holds, the card is shown without drafts. */
function suggestWhenExtension({ names, sources }: Generation, name: string) {
  const { words } = found(sources.rules.expressions[name], `The rules have no expression ${name}.`);
  return {
    url: names.extension('suggest-when'),
    valueExpression: { description: words, language: 'text/fhirpath' as const, expression: `%${name}` },
  };
}

export function planType(code: string) {
  return { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/plan-definition-type', code }] };
}
