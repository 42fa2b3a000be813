import type { ResourceType } from '../fhir/types.ts';

/** Types with a canonical url and a version of their own (https://hl7.org/fhir/R4/resource.html#canonical). */
export const canonicalTypes: readonly ResourceType[] = [
  'ActivityDefinition',
  'CapabilityStatement',
  'ChargeItemDefinition',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'EffectEvidenceSynthesis',
  'EventDefinition',
  'Evidence',
  'EvidenceVariable',
  'ExampleScenario',
  'GraphDefinition',
  'ImplementationGuide',
  'Library',
  'Measure',
  'MessageDefinition',
  'OperationDefinition',
  'PlanDefinition',
  'Questionnaire',
  'ResearchDefinition',
  'ResearchElementDefinition',
  'RiskEvidenceSynthesis',
  'SearchParameter',
  'StructureDefinition',
  'StructureMap',
  'TerminologyCapabilities',
  'TestScript',
  'ValueSet',
];

/**
 * Types whose content the server itself computes with, so that caches hang on it: conformance, terminology and clinical
 * knowledge (https://hl7.org/fhir/R4/resourcelist.html). `changes()` tells of writes of these types only.
 */
export const knowledgeTypes: readonly ResourceType[] = [
  ...canonicalTypes,
  'DeviceDefinition',
  'Medication',
  'MedicationKnowledge',
  'NamingSystem',
  'ObservationDefinition',
  'SpecimenDefinition',
  'Substance',
];

const canonical: ReadonlySet<string> = new Set(canonicalTypes);
const knowledge: ReadonlySet<string> = new Set(knowledgeTypes);

export function isCanonicalType(type: ResourceType): boolean {
  return canonical.has(type);
}

export function isKnowledgeType(type: ResourceType): boolean {
  return knowledge.has(type);
}
