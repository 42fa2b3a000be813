import type { FhirResource } from '../../fhir/types.ts';
import { itemActivities } from './activities.ts';
import { articleReference } from './article-reference.ts';
import { codeSystem, contentCodeSystem, wholeValueSet } from './code-systems.ts';
import { detectedIssues } from './detected-issues.ts';
import { extensionDefinition } from './extensions.ts';
import { generation } from './generation.ts';
import { articleLibrary, faqLibrary } from './libraries.ts';
import { logicLibrary } from './logic-library.ts';
import { medicines } from './medication-knowledge.ts';
import { medicineActivities } from './medicine-activities.ts';
import { otherActivities } from './other-activities.ts';
import { entryPlans, nestedPlans } from './plans.ts';
import { questionnaires } from './questionnaires.ts';
import { safetyPlans } from './safety-plans.ts';
import { searchParameter } from './search-parameters.ts';
import type { ProfileSources, Sources } from './sources.ts';
import { ruleValueSets } from './value-sets.ts';

/**
 * The resources of a document, made from its sources alone: the same sources give the same resources.
 * @throws Error where the sources do not fit together, in a sentence
 */
export function generateContent(sources: Sources): FhirResource[] {
  const all = generation(sources);
  const activities = [...itemActivities(all), ...medicineActivities(all), ...otherActivities(all)];
  const ids = new Set(activities.map(({ id = '' }) => id));
  return [
    contentCodeSystem(sources.document, sources.items),
    ...sources.codeSystems.map((source) => codeSystem(sources.document, source)),
    ...sources.codeSystems.flatMap((source) => wholeValueSet(sources.document, source)),
    ...ruleValueSets(all),
    logicLibrary(all),
    articleLibrary(all),
    faqLibrary(all),
    articleReference(all),
    ...questionnaires(all, sources.questionnaires),
    ...medicines(all),
    ...detectedIssues(all),
    ...activities,
    ...nestedPlans(all, ids),
    ...safetyPlans(all, ids),
    ...entryPlans(all),
  ];
}

/** What every document is held to: the extensions of the model, the code systems that they bind, and what finds them. */
export function generateProfiles({ document, codeSystems, extensions, searchParameters }: ProfileSources): FhirResource[] {
  return [
    ...codeSystems.map((source) => codeSystem(document, source)),
    ...codeSystems.flatMap((source) => wholeValueSet(document, source)),
    ...extensions.map((source) => extensionDefinition(document, source)),
    ...searchParameters.map((source) => searchParameter(document, source)),
  ];
}
