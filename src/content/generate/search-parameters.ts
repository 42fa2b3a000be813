/** SearchParameters over the extension `trace` (https://hl7.org/fhir/R4/searchparameter.html). */
import type { ResourceType, SearchParameter } from '../../fhir/types.ts';
import { metadata } from './metadata.ts';
import { naming } from './naming.ts';
import type { Issue } from './source-tables.ts';
import { trace } from './trace.ts';

export interface SearchParameterSource {
  readonly id: string;
  readonly code: string;
  /** Part of the trace that is searched. */
  readonly part: string;
  readonly title: string;
  readonly description: string;
}

/** The types that content is made of. */
const TYPES: readonly ResourceType[] = [
  'ActivityDefinition',
  'CodeSystem',
  'DetectedIssue',
  'Library',
  'Medication',
  'MedicationKnowledge',
  'PlanDefinition',
  'Questionnaire',
  'ValueSet',
];

export function searchParameter(issue: Issue, { part, code, ...about }: SearchParameterSource): SearchParameter {
  const names = naming(issue);
  const { title, ...rest } = metadata('SearchParameter', issue, names, { ...about, extension: [trace(names, { layer: 'project' })] });
  const path = `extension.where(url = '${names.extension('trace')}').extension.where(url = '${part}').value.as(code)`;
  return {
    ...rest,
    code,
    base: [...TYPES],
    type: 'token',
    expression: TYPES.map((type) => `${type}.${path}`).join(' | '),
  };
}
