import type { Questionnaire, QuestionnaireItem } from '../../fhir/types.ts';
import type { ContentFile } from '../read.ts';

/** linkIds that stand twice, and conditions on questions that are not there (https://hl7.org/fhir/R4/questionnaire.html). */
export function questionnaireFaults(files: readonly ContentFile[]): string[] {
  return files.flatMap(({ path, type, resource }) => {
    if (type !== 'Questionnaire') return [];
    const items = allItems((resource as Questionnaire).item);
    const linkIds = new Set(items.map(({ linkId }) => linkId));
    const doubled = items.filter(({ linkId }, i) => items.findIndex((other) => other.linkId === linkId) !== i);
    const lost = items.flatMap(({ linkId, enableWhen = [] }) =>
      enableWhen.filter(({ question }) => !linkIds.has(question)).map(({ question }) => ({ linkId, question })),
    );
    return [
      ...doubled.map(({ linkId }) => `${path}: the linkId "${linkId}" stands twice.`),
      ...lost.map(({ linkId, question }) => `${path}: item "${linkId}" is enabled by "${question}", which is no linkId of it.`),
    ];
  });
}

function allItems(items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] {
  return items.flatMap((item) => [item, ...allItems(item.item)]);
}
