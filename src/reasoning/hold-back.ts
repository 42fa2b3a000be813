import { missingData } from './missing-data.ts';
import type { Definition, Plan } from './plan.ts';
import { RED_FLAG_CARD, type SafetyPass } from './safety.ts';

/**
 * The safety pass of a server that cannot judge safety rules yet: nothing is proposed that such a rule could withhold. Of definitions
 * only messages, forms, advice against something, education and assessment are let through, and no medicine; what a contraindication
 * may hit is left out unless it is urgent. What is left out is not spoken of: nobody has judged it.
 */
export const holdBack: SafetyPass = (proposals, context) => {
  const affected = new Set(context.safetyPlans.flatMap(contraindicable));
  const kept = proposals.filter(({ card, definition }) => {
    if (!definition) return true;
    if (kindOf(definition) === 'MedicationRequest') return false;
    if (card === RED_FLAG_CARD) return true;
    return isHarmless(definition) && !affected.has(bare(definition.canonical)) && !affected.has(definition.resource.url ?? '');
  });
  const offered = kept.flatMap(({ item }) => (item ? [item.code] : []));
  return { kept, withheld: [], cautions: [], exclusive: [], ...missingData(context, offered) };
};

function contraindicable({ actions }: Plan): string[] {
  const rules = actions.flatMap(function below(action): Plan['actions'][number]['safetyRules'] {
    return [...action.safetyRules, ...action.children.flatMap(below)];
  });
  return rules.filter(({ severity }) => severity === 'contraindicated').flatMap(({ affects }) => affects.map(bare));
}

const TOPICS = 'http://terminology.hl7.org/CodeSystem/definition-topic';

function isHarmless({ resource }: Definition): boolean {
  if (resource.resourceType === 'Questionnaire') return true;
  if (resource.kind === 'CommunicationRequest' || resource.kind === 'Task' || resource.doNotPerform) return true;
  const topics = (resource.topic ?? []).flatMap(({ coding }) => coding ?? []).filter(({ system }) => system === TOPICS);
  return topics.length > 0 && topics.every(({ code }) => code === 'education' || code === 'assessment');
}

function kindOf({ resource }: Definition): string | undefined {
  return resource.resourceType === 'ActivityDefinition' ? resource.kind : undefined;
}

/** Without the version: a rule may pin another one. */
function bare(canonical: string): string {
  return canonical.split('|')[0] ?? canonical;
}
