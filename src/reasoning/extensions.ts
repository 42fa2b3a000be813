/** Extensions that plans, activities and libraries carry for this engine (profiles/ defines ours). */
import type { Extension } from '../fhir/types.ts';

const OURS = 'https://ramus.example.org/fhir/StructureDefinition';

/** On a Library: one expression that plans use as `%Name`. */
export const NAMED_EXPRESSION = `${OURS}/named-expression`;
/** On an action: makes it a safety rule. */
export const SAFETY_RULE = `${OURS}/safety-rule`;
/** On an action: while it does not hold, what lies below is shown without drafts. */
export const SUGGEST_WHEN = `${OURS}/suggest-when`;
/** On an activity: the Questionnaire that its Task asks for (CPG). */
export const COLLECT_WITH = 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-collectWith';
/** On a plan: it may be offered as a service (CPG). */
export const ENABLED = 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled';
/** On an action: whether `all` of its children that apply count, or only the first (`any`). */
export const APPLICABILITY_BEHAVIOR = 'http://hl7.org/fhir/StructureDefinition/cqf-applicabilityBehavior';

interface Extensible {
  readonly extension?: readonly Extension[];
}

export function extensionsOf(element: Extensible, url: string): readonly Extension[] {
  return (element.extension ?? []).filter((extension) => extension.url === url);
}

export function extensionOf(element: Extensible, url: string): Extension | undefined {
  return element.extension?.find((extension) => extension.url === url);
}
