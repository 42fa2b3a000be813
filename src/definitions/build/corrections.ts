/**
 * Where the package of definitions departs from R4 4.0.1 under the same version number, and how each place is set right:
 * elements that it adds are dropped, elements that it lost are restored (https://hl7.org/fhir/R4/evidencevariable.html).
 */
import type { ElementDefinition, StructureDefinition } from '../../fhir/types.ts';

/** Elements that R4 does not have; their children go with them. */
const added: ReadonlySet<string> = new Set([
  ...['project', 'author', 'onBehalfOf', 'account', 'accounts', 'compartment'].map((name) => `Meta.${name}`),
  'Binary.url',
  'DeviceDefinition.bodySite',
  'DeviceDefinition.classification',
  'ObservationDefinition.publisher',
  ...['name', 'label', 'studyDesign', 'region', 'descriptionSummary', 'classifier', 'associatedParty', 'progressStatus'].map(
    (name) => `ResearchStudy.${name}`,
  ),
  ...['whyStopped', 'recruitment', 'comparisonGroup', 'objective.description', 'outcomeMeasure', 'result'].map(
    (name) => `ResearchStudy.${name}`,
  ),
  ...['linkId', 'note', 'definitionId', 'definitionByTypeAndValue', 'definitionByCombination', 'instances[x]', 'duration[x]'].map(
    (name) => `EvidenceVariable.characteristic.${name}`,
  ),
  // R4 has these as one choice, restored below.
  ...['timeFromEvent', 'definitionReference', 'definitionCanonical', 'definitionCodeableConcept', 'definitionExpression'].map(
    (name) => `EvidenceVariable.characteristic.${name}`,
  ),
]);

/** Elements of R4 that are missing, behind the element that they follow. */
const lost: Readonly<Record<string, readonly ElementDefinition[]>> = {
  'EvidenceVariable.characteristic.description': [
    restored('EvidenceVariable.characteristic.definition[x]', 'What code or expression defines members?', 1, '1', [
      { code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Group'] },
      { code: 'canonical', targetProfile: ['http://hl7.org/fhir/StructureDefinition/ActivityDefinition'] },
      ...['CodeableConcept', 'Expression', 'DataRequirement', 'TriggerDefinition'].map((code) => ({ code })),
    ]),
    restored('EvidenceVariable.characteristic.usageContext', 'What code/value pairs define members?', 0, '*', [{ code: 'UsageContext' }]),
  ],
  'EvidenceVariable.characteristic.exclude': [
    restored(
      'EvidenceVariable.characteristic.participantEffective[x]',
      'What time period do participants cover',
      0,
      '1',
      ['dateTime', 'Period', 'Duration', 'Timing'].map((code) => ({ code })),
    ),
    restored('EvidenceVariable.characteristic.timeFromStart', 'Observation time from study start', 0, '1', [{ code: 'Duration' }]),
    {
      ...restored('EvidenceVariable.characteristic.groupMeasure', 'How the group is measured', 0, '1', [{ code: 'code' }]),
      binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/group-measure|4.0.1' },
    },
  ],
};

const changed: Readonly<Record<string, Partial<ElementDefinition>>> = {
  'Bundle.entry.response.outcome': { type: [{ code: 'Resource' }] },
  'DetectedIssue.status': { binding: { strength: 'required', valueSet: 'http://hl7.org/fhir/ValueSet/observation-status|4.0.1' } },
  'EvidenceVariable.characteristic': { min: 1, isSummary: true },
  'EvidenceVariable.characteristic.description': { type: [{ code: 'string' }] },
};

/** The elements of a snapshot as R4 4.0.1 has them. */
export function correctElements(definition: StructureDefinition): readonly ElementDefinition[] {
  const elements = (definition.snapshot?.element ?? []).filter((element) => !isAdded(element.path));
  return elements.flatMap((element) => [{ ...element, ...changed[element.path] }, ...(lost[element.path] ?? [])]);
}

function isAdded(path: string): boolean {
  const parts = path.split('.');
  return parts.some((_, index) => added.has(parts.slice(0, index + 1).join('.')));
}

function restored(path: string, short: string, min: number, max: string, type: ElementDefinition['type'] & object): ElementDefinition {
  return { id: path, path, short, min, max, type, ...(path.endsWith('definition[x]') && { isSummary: true }) };
}
