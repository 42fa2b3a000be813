/** Search parameters that random queries use, and where their values stand. */
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import type { Value } from './random-values.ts';

export type Kind = 'token' | 'string' | 'date' | 'number' | 'quantity' | 'reference' | 'canonical' | 'uri' | 'composite' | 'media';

export interface TestParameter {
  readonly type: ResourceType;
  readonly code: string;
  readonly kind: Kind;
  /** Dotted paths of JSON properties. */
  readonly paths: readonly string[];
  /** Of a composite: paths below each of its elements. */
  readonly parts?: readonly { readonly kind: Kind; readonly paths: readonly string[] }[];
}

const list = (types: string, kind: Kind, table: Record<string, string>): readonly TestParameter[] =>
  types
    .split(' ')
    .flatMap((type) =>
      Object.entries(table).map(([code, paths]) => ({ type: type as ResourceType, code, kind, paths: paths.split(' ').filter(Boolean) })),
    );

const composite = (type: string, code: string, path: string, parts: TestParameter['parts'] & object): TestParameter => ({
  type: type as ResourceType,
  code,
  kind: 'composite',
  paths: path ? [path] : [],
  parts,
});

const artifacts = 'PlanDefinition ActivityDefinition Questionnaire ValueSet';
const definitions = 'PlanDefinition ActivityDefinition';
const token = (path: string) => ({ kind: 'token', paths: [path] }) as const;

export const testParameters: readonly TestParameter[] = [
  ...list(artifacts, 'token', { status: 'status', version: 'version', identifier: 'identifier', jurisdiction: 'jurisdiction' }),
  ...list(artifacts, 'token', {
    context: 'useContext.valueCodeableConcept',
    'context-type': 'useContext.code',
    _tag: 'meta.tag',
    _security: 'meta.security',
  }),
  ...list(artifacts, 'string', { name: 'name', title: 'title', description: 'description', publisher: 'publisher' }),
  ...list('ValueSet', 'string', { name: 'name', description: 'description' }),
  ...list(artifacts, 'date', { date: 'date' }),
  ...list(artifacts, 'uri', { url: 'url', _source: 'meta.source' }),
  ...list(artifacts, 'quantity', { 'context-quantity': 'useContext.valueQuantity useContext.valueRange' }),
  ...list(definitions, 'token', { topic: 'topic' }),
  ...list(definitions, 'date', { effective: 'effectivePeriod' }),
  ...list(definitions, 'canonical', { 'depends-on': 'relatedArtifact.resource library', 'derived-from': 'relatedArtifact.resource' }),
  ...list('PlanDefinition', 'canonical', { definition: 'action.definitionCanonical', _profile: 'meta.profile' }),
  ...list('QuestionnaireResponse', 'canonical', { questionnaire: 'questionnaire' }),
  ...list('QuestionnaireResponse', 'date', { authored: 'authored' }),
  ...list('Patient', 'token', {
    gender: 'gender',
    identifier: 'identifier',
    active: 'active',
    telecom: 'telecom',
    language: 'communication.language',
  }),
  ...list('Patient', 'string', {
    name: 'name',
    given: 'name.given',
    family: 'name.family',
    address: 'address',
    'address-city': 'address.city',
  }),
  ...list('Patient', 'date', { birthdate: 'birthDate' }),
  ...list('Observation', 'token', {
    code: 'code',
    'combo-code': 'code component.code',
    status: 'status',
    'value-concept': 'valueCodeableConcept',
    identifier: 'identifier',
  }),
  ...list('Observation', 'string', { 'value-string': 'valueString' }),
  ...list('Observation', 'date', {
    date: 'effectiveDateTime effectivePeriod effectiveInstant effectiveTiming',
    'value-date': 'valueDateTime',
  }),
  ...list('Observation', 'quantity', { 'value-quantity': 'valueQuantity', 'component-value-quantity': 'component.valueQuantity' }),
  ...list('Condition', 'quantity', { 'onset-age': 'onsetAge' }),
  ...list('Condition', 'date', { 'onset-date': 'onsetDateTime onsetPeriod', 'recorded-date': 'recordedDate' }),
  ...list('Condition', 'token', { code: 'code', 'clinical-status': 'clinicalStatus' }),
  ...list('Observation Condition RiskAssessment QuestionnaireResponse', 'reference', { subject: 'subject', patient: 'subject' }),
  ...list('MedicationKnowledge', 'token', {
    code: 'code',
    status: 'status',
    doseform: 'doseForm',
    classification: 'medicineClassification.classification',
  }),
  ...list('RiskAssessment', 'number', { probability: 'prediction.probabilityDecimal prediction.probabilityRange' }),
  ...list('DocumentReference', 'media', { contenttype: 'content.attachment.contentType' }),
  ...list('DocumentReference', 'uri', { location: 'content.attachment.url' }),
  ...artifacts
    .split(' ')
    .flatMap((type) => [
      composite(type, 'context-type-value', 'useContext', [token('code'), token('valueCodeableConcept')]),
      composite(type, 'context-type-quantity', 'useContext', [token('code'), { kind: 'quantity', paths: ['valueQuantity', 'valueRange'] }]),
    ]),
  composite('Observation', 'code-value-quantity', '', [token('code'), { kind: 'quantity', paths: ['valueQuantity'] }]),
  composite('Observation', 'code-value-concept', '', [token('code'), token('valueCodeableConcept')]),
  composite('Observation', 'code-value-string', '', [token('code'), { kind: 'string', paths: ['valueString'] }]),
  composite('Observation', 'code-value-date', '', [token('code'), { kind: 'date', paths: ['valueDateTime'] }]),
  composite('Observation', 'component-code-value-quantity', 'component', [token('code'), { kind: 'quantity', paths: ['valueQuantity'] }]),
  composite('DocumentReference', 'relationship', 'relatesTo', [token('code'), { kind: 'reference', paths: ['target'] }]),
];

/** All values at dotted paths, arrays taken apart. */
export function valuesAt(start: FhirResource | Value, paths: readonly string[]): readonly unknown[] {
  return paths.flatMap((path) =>
    path.split('.').reduce<readonly unknown[]>((values, property) => values.flatMap((value) => (value as Value)[property] ?? []), [start]),
  );
}
