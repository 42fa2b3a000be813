import { FhirError } from '../fhir/error.ts';
import { parseReference } from '../fhir/reference.ts';
import type { FhirResource, Patient } from '../fhir/types.ts';
import type { CallData } from './facts.ts';

export interface PatientData {
  /** What is about the patient, each (type, id) once, the context first. */
  readonly own: readonly FhirResource[];
  /** What a literal reference leads to among all that was given. */
  readonly referred: (reference: string) => FhirResource | undefined;
  /** What ought to name a patient and does not: it cannot be used, and is not passed over in silence. */
  readonly nobodys: readonly FhirResource[];
}

const ABOUT_A_PATIENT = new Set([
  'Condition',
  'MedicationRequest',
  'MedicationStatement',
  'AllergyIntolerance',
  'Procedure',
  'Observation',
  'QuestionnaireResponse',
]);

/**
 * What names no patient (a Medication, a Device of the ward) counts only where something of the patient refers to it.
 * @throws FhirError `invalid` where something is about another patient
 */
export function ofPatient({ patient, context, chart }: Pick<CallData, 'patient' | 'context' | 'chart'>): PatientData {
  const byKey = new Map<string, FhirResource>();
  const own: FhirResource[] = [];
  const loose: FhirResource[] = [];
  for (const [resources, belongs] of [
    [context, true],
    [chart, false],
  ] as const) {
    for (const resource of resources) {
      const about = patientOf(resource);
      if (about !== undefined && about !== patient.id) throw otherPatient(resource, patient);
      const key = resource.id === undefined ? undefined : `${resource.resourceType}/${resource.id}`;
      if (key !== undefined && byKey.has(key)) continue;
      if (key !== undefined) byKey.set(key, resource);
      (about !== undefined || belongs ? own : loose).push(resource);
    }
  }
  const referred = (reference: string) => byKey.get(keyOf(reference) ?? '');
  const used: ReadonlySet<FhirResource> = new Set(loose.length > 0 ? referredTo(own, loose) : []);
  const nobodys = loose.filter((resource) => ABOUT_A_PATIENT.has(resource.resourceType) && !used.has(resource));
  return { own: [...own, ...used], referred, nobodys };
}

/** Id of the patient that a resource names; undefined where it names none. */
function patientOf(resource: FhirResource): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id;
  const { subject, patient } = resource as { subject?: unknown; patient?: unknown };
  for (const element of [subject, patient]) {
    const reference = (element as { reference?: unknown } | undefined)?.reference;
    const target = typeof reference === 'string' ? parseReference(reference) : undefined;
    if (target?.type === 'Patient') return target.id;
  }
  return undefined;
}

function referredTo(own: readonly FhirResource[], loose: readonly FhirResource[]): FhirResource[] {
  const named = new Set<string>();
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      const { reference } = value as { reference?: unknown };
      if (typeof reference === 'string') named.add(keyOf(reference) ?? '');
      Object.values(value).forEach(collect);
    }
  };
  own.forEach(collect);
  return loose.filter((resource) => named.has(`${resource.resourceType}/${resource.id}`));
}

function keyOf(reference: string): string | undefined {
  const target = parseReference(reference);
  return target && `${target.type}/${target.id}`;
}

function otherPatient(resource: FhirResource, patient: Patient): FhirError {
  return new FhirError(
    'invalid',
    `${resource.resourceType}/${resource.id ?? '(without id)'} is about another patient than Patient/${patient.id}: send data of this patient only.`,
  );
}
