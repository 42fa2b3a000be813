/** The two plans of safety rules: one for medicines, one for all else. A rule stands in one of them. */
import type { Extension, PlanDefinition, PlanDefinitionAction } from '../../fhir/types.ts';
import { found, type Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { applicability } from './plan-actions.ts';
import { planType } from './plans.ts';
import type { Rule, SafetyRule } from './source-tables.ts';
import { ruleTraces, trace } from './trace.ts';

const UCUM = 'http://unitsofmeasure.org';

/** @param activities ids of the definitions that there are: a rule may affect no other */
export function safetyPlans(generation: Generation, activities: ReadonlySet<string>): PlanDefinition[] {
  const { document, rules, plans } = generation.sources;
  const { medicines, treatments } = document.safetyPlans;
  const onMedicines = rules.safety.filter((rule) => affectsMedicine(generation, rule));
  const onTreatments = rules.safety.filter((rule) => !affectsMedicine(generation, rule));
  const actions = (own: readonly SafetyRule[]) => own.map((rule) => safetyAction(generation, activities, rule));
  const missing = rules.missing.map((rule) => missingAction(generation, rule));
  const byPlan = new Map([
    [medicines, [...actions(onMedicines), ...missing]],
    [treatments, actions(onTreatments)],
  ]);
  return plans.safety.map(({ id, title, description }) => ({
    ...metadata('PlanDefinition', document, generation.names, {
      id,
      title,
      description,
      extension: [trace(generation.names, { layer: 'overlay' })],
    }),
    type: planType('clinical-protocol'),
    library: [generation.logic],
    action: found(byPlan.get(id), `plans.json has the safety plan ${id}, which document.json does not name.`),
  }));
}

function affectsMedicine({ sources, item }: Generation, { affects }: SafetyRule): boolean {
  return affects.some((id) => sources.document.medicineSections.includes(item(id).section));
}

function safetyAction(generation: Generation, activities: ReadonlySet<string>, rule: SafetyRule): PlanDefinitionAction {
  const blocks = rule.groups
    ? Object.entries(rule.groups).map(([group, affects]) => block(generation, activities, rule, affects, group))
    : [block(generation, activities, rule, rule.affects)];
  return {
    extension: [...blocks, ...ruleTraces(generation.names, rule)],
    id: rule.id,
    title: rule.words,
    condition: [applicability(rule)],
  };
}

/** What the rule does to which definitions; a rule of groups has a block for each. */
function block(
  generation: Generation,
  activities: ReadonlySet<string>,
  rule: SafetyRule,
  affects: readonly string[],
  group?: string,
): Extension {
  const { names, sources, resourceId } = generation;
  const parts: Extension[] = [{ url: 'severity', valueCode: rule.severity }];
  for (const item of affects) {
    const id = resourceId(item);
    if (!activities.has(id)) throw new Error(`${rule.id} affects ${item}, which has no ActivityDefinition.`);
    parts.push({ url: 'affects', valueCanonical: names.pinned('ActivityDefinition', id) });
  }
  if (rule.maxPerDay) parts.push({ url: 'maxPerDay', valueQuantity: { ...rule.maxPerDay, system: UCUM, code: rule.maxPerDay.unit } });
  if (group) parts.push({ url: 'group', valueCode: group });
  if (sources.document.doseInWords.includes(rule.id)) parts.push({ url: 'doseInWords', valueBoolean: true });
  return { url: names.extension('safety-rule'), extension: parts };
}

/** An action without the extension names data that is not known. */
function missingAction({ names, sources }: Generation, rule: Rule): PlanDefinitionAction {
  return {
    extension: ruleTraces(names, rule),
    id: rule.id,
    title: sources.document.missingTitles[rule.id] ?? rule.words,
    condition: [applicability(rule)],
  };
}
