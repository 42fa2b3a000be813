/** The Library of named expressions, value sets and inputs that all plans of the document share (https://hl7.org/fhir/R4/library.html). */
import type { Coding, DataRequirement, Library, ResourceType } from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import { trace } from './trace.ts';
import { setRows } from './value-sets.ts';

const LOINC = 'http://loinc.org';
const QUERY_PATTERN = 'http://hl7.org/fhir/StructureDefinition/cqf-fhirQueryPattern';

export function logicLibrary(generation: Generation): Library {
  const { sources, names } = generation;
  const { document, rules } = sources;
  const expressions = Object.entries(rules.expressions).map(([name, { words, fhirpath }]) => ({
    url: names.extension('named-expression'),
    valueExpression: { description: words, name, language: 'text/fhirpath' as const, expression: fhirpath },
  }));
  const about = {
    id: document.logic,
    title: document.titles.logic,
    description: 'Named expressions, the value sets that expressions name, and the data that they read.',
    extension: [trace(names, { layer: 'project' }), ...expressions],
  };
  return {
    ...metadata('Library', document, names, about),
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/library-type', code: 'logic-library' }] },
    relatedArtifact: Object.keys(rules.valueSets).map((id) => ({ type: 'depends-on', resource: names.pinned('ValueSet', id) })),
    dataRequirement: dataRequirements(observationCodes(generation)),
  };
}

/** The one list of inputs: the element id is the key of the prefetch, the query its template. */
function dataRequirements(codes: readonly Coding[]): DataRequirement[] {
  const observed = `&code=${codes.map(({ system, code }) => `${system}|${code}`).join(',')}&_sort=-date`;
  return [
    requirement('patient', 'Patient', 'Patient/{{context.patientId}}'),
    search('conditions', 'Condition'),
    { ...search('observations', 'Observation', observed), codeFilter: [{ path: 'code', code: [...codes] }] },
    search('medications', 'MedicationRequest'),
    search('statements', 'MedicationStatement'),
    search('allergies', 'AllergyIntolerance'),
    search('devices', 'Device'),
    search('procedures', 'Procedure'),
    search('responses', 'QuestionnaireResponse'),
  ];
}

/** Half a list without a way to the rest would count as unreadable: hence the count. */
function search(id: string, type: ResourceType, more = ''): DataRequirement {
  return requirement(id, type, `${type}?patient={{context.patientId}}${more}&_count=500`);
}

function requirement(id: string, type: ResourceType, query: string): DataRequirement {
  return { id, extension: [{ url: QUERY_PATTERN, valueString: query }], type };
}

/** LOINC codes of all observations that expressions read, and the panel that pressures are parts of. */
function observationCodes(generation: Generation): Coding[] {
  const { rules, document } = generation.sources;
  const sets = Object.keys(rules.valueSets).filter((id) => rules.valueSets[id]?.of === 'observations');
  const codes = sets.flatMap((id) => setRows(generation, id)).map(({ code }) => code);
  return [...new Set([...codes, document.bloodPressurePanel])].map((code) => ({ system: LOINC, code }));
}
