/** ActivityDefinitions that stand for no single item: referrals, what is not to be done, and the Tasks of the questionnaires. */
import type { ActivityDefinition } from '../../fhir/types.ts';
import { topic } from './activities.ts';
import type { Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import type { OwnActivity } from './source-texts.ts';
import { articleLinks, itemTrace, trace } from './trace.ts';

const CPG = 'http://hl7.org/fhir/uv/cpg';

export function otherActivities(generation: Generation): ActivityDefinition[] {
  const { referrals, refrain, questionnaires } = generation.sources.activities;
  return [
    ...referrals.map((source) => own(generation, source)),
    ...refrain.map((source): ActivityDefinition => ({ ...own(generation, source), doNotPerform: true })),
    ...Object.entries(questionnaires).map(([id, title]) => collect(generation, id, title)),
  ];
}

function own({ sources, names, article, item }: Generation, source: OwnActivity): ActivityDefinition {
  const { id, title, description, code, priority } = source;
  const items = source.items.map(item);
  return {
    ...metadata('ActivityDefinition', sources.document, names, { id, title, description, extension: [itemTrace(names, items, 'project')] }),
    topic: [topic(source.topic)],
    relatedArtifact: articleLinks(article, items),
    kind: 'ServiceRequest',
    intent: 'proposal',
    code: { text: code },
    ...(priority && { priority }),
  };
}

/** A Task that asks for a questionnaire to be filled in (https://hl7.org/fhir/uv/cpg/StructureDefinition-cpg-collectinformationactivity.html). */
function collect({ sources, names }: Generation, questionnaire: string, title: string): ActivityDefinition {
  const collectWith = {
    url: `${CPG}/StructureDefinition/cpg-collectWith`,
    valueCanonical: names.pinned('Questionnaire', questionnaire),
  };
  const about = {
    id: taskId(sources.document.prefix, questionnaire),
    title,
    description: `Task with the questionnaire ${questionnaire}.`,
    extension: [collectWith, trace(names, { layer: 'project' })],
  };
  return {
    ...metadata('ActivityDefinition', sources.document, names, about),
    topic: [topic('assessment')],
    kind: 'Task',
    intent: 'proposal',
    code: { coding: [{ system: `${CPG}/CodeSystem/cpg-activity-type-cs`, code: 'collect-information' }] },
  };
}

export function taskId(prefix: string, questionnaire: string): string {
  return `${prefix}-collect-${questionnaire}`;
}
