/** From the data of a call to what plans may look at: the variables of expressions before value sets narrow them. */
import type {
  AllergyIntolerance,
  Condition,
  Device,
  FhirResource,
  Observation,
  Patient,
  Procedure,
  QuestionnaireResponse,
} from '../fhir/types.ts';
import { codingsOf, ICD_10, ICD_10_CM, keysOf, normaliseConcept, saysNone } from './codings.ts';
import { type Form, readForms } from './forms.ts';
import { countsAsMedicine, type Medicine, recogniseAllergy, recogniseMedicine } from './medicines.ts';
import { type NameIndex, namesOf } from './names.ts';
import { readObservation, sortNewestFirst } from './observations.ts';
import { ofPatient } from './of-patient.ts';
import { readableData } from './readable.ts';
import { readableResponse } from './responses.ts';

/** The data of one call; all of it about one patient. */
export interface CallData {
  readonly patient: Patient;
  /** What the hook's context holds: it wins over the chart, and belongs to the patient where it names none. */
  readonly context: readonly FhirResource[];
  /** What was prefetched or fetched, in the order given. */
  readonly chart: readonly FhirResource[];
  /** Where the Conditions stand that may open a pathway. */
  readonly triggering: 'context' | 'chart';
  /** Types that could not be read. */
  readonly unavailable: readonly string[];
  /** Types that no system here keeps. */
  readonly without: readonly string[];
}

/** What counts, codes in one spelling; each list in the order that expressions see. */
export interface Facts {
  readonly patient: Patient;
  readonly triggering: readonly Condition[];
  readonly conditions: readonly Condition[];
  readonly medications: readonly Medicine[];
  readonly observations: readonly Observation[];
  readonly responses: readonly QuestionnaireResponse[];
  readonly allergies: readonly AllergyIntolerance[];
  readonly devices: readonly Device[];
  readonly procedures: readonly Procedure[];
  readonly unavailable: readonly string[];
  readonly without: readonly string[];
  /** Medicines and allergies recognised by name alone: the names. */
  readonly byName: readonly string[];
  /** What nobody could tell: Conditions without a code that sets read, medicines and allergies that no set knows, forms left half open. */
  readonly notUnderstood: readonly { readonly type: string; readonly name: string }[];
  /** Observations whose value was left out, since its unit cannot be read. */
  readonly withoutUnit: readonly Observation[];
}

/** @param forms - those that the plan hands out  @throws FhirError `invalid` where something is about another patient */
export function factsOf(sent: CallData, names: NameIndex, forms: readonly Form[] = []): Facts {
  const data = readableData(sent);
  const { own, referred, nobodys } = ofPatient(data);
  const contextual = ofPatient({ ...data, chart: [] }).own;
  const pick = <T extends FhirResource>(...types: T['resourceType'][]) =>
    own.filter((resource): resource is T => (types as string[]).includes(resource.resourceType));
  const conditions = countedConditions(pick<Condition>('Condition'));
  const medicines = pick<Medicine>('MedicationRequest', 'MedicationStatement')
    .filter(countsAsMedicine)
    .map((medicine) => recogniseMedicine(medicine, names, referred));
  const allergies = pick<AllergyIntolerance>('AllergyIntolerance')
    .filter(countsAsAllergy)
    .map((allergy) => recogniseAllergy(allergy, names));
  const observations = pick<Observation>('Observation').flatMap(readObservation);
  const completed = pick<QuestionnaireResponse>('QuestionnaireResponse').filter(
    ({ status }) => status === 'completed' || status === 'amended',
  );
  const newest = sortNewestFirst(completed, ({ authored }) => authored).map(readableResponse);
  const { responses, incomplete } = readForms(newest, forms);
  return {
    patient: data.patient,
    triggering: triggeringOf(data, conditions, contextual),
    conditions,
    medications: medicines.map(({ resource }) => resource),
    observations: observations.map(({ resource }) => resource),
    responses,
    allergies: allergies.map(({ resource }) => resource),
    devices: pick<Device>('Device')
      .filter(({ status }) => status === undefined || status === 'active')
      .map((device) => withConcept(device, 'type')),
    procedures: pick<Procedure>('Procedure')
      .filter(({ status }) => status === 'completed' || status === 'in-progress')
      .map((procedure) => withConcept(procedure, 'code')),
    unavailable: [
      ...new Set([
        ...data.unavailable,
        ...nobodys.map(({ resourceType }) => resourceType),
        ...(incomplete.length > 0 ? ['QuestionnaireResponse'] : []),
      ]),
    ],
    without: data.without,
    byName: [...medicines, ...allergies].flatMap(({ byName }) => byName),
    notUnderstood: [
      ...nobodys.map((resource) => unread(resource, `${resource.resourceType} that names no patient`)),
      ...incomplete.map(({ title }) => ({ type: 'QuestionnaireResponse', name: `${title} (a required question has no answer)` })),
      ...conditions
        .filter(({ code }) => !isRead(code, names) && !saysNone(code))
        .map((condition) => unread(condition, calledBy(condition.code))),
      ...[...medicines, ...allergies].flatMap(({ resource, notUnderstood }) => (notUnderstood ? [unread(resource, notUnderstood)] : [])),
    ],
    withoutUnit: observations.flatMap(({ resource, withoutUnit }) => (withoutUnit ? [resource] : [])),
  };
}

function triggeringOf(data: CallData, conditions: readonly Condition[], contextual: readonly FhirResource[]): readonly Condition[] {
  if (data.triggering === 'chart') return conditions.filter((condition) => !isOver(condition, ['inactive', 'remission']));
  return countedConditions(contextual.filter((resource): resource is Condition => resource.resourceType === 'Condition'));
}

function countedConditions(conditions: readonly Condition[]): Condition[] {
  return conditions
    .filter((condition) => !isOver(condition, ['resolved']) && !isWithdrawn(condition))
    .map((condition) => withConcept(condition, 'code'));
}

function countsAsAllergy(allergy: AllergyIntolerance): boolean {
  return !isOver(allergy, ['inactive', 'resolved']) && !isWithdrawn(allergy);
}

const ONGOING = ['active', 'recurrence', 'relapse'];

/** One of its codings says so, beside codes of the site's own, and none says that it goes on. */
function isOver({ clinicalStatus }: Condition | AllergyIntolerance, over: readonly string[]): boolean {
  const codes = statusCodes(clinicalStatus);
  return codes.some((code) => over.includes(code)) && !codes.some((code) => ONGOING.includes(code));
}

function isWithdrawn({ verificationStatus }: Condition | AllergyIntolerance): boolean {
  return statusCodes(verificationStatus).some((code) => code === 'refuted' || code === 'entered-in-error');
}

/** Codes of a status; earlier releases of FHIR, which some clients still send, have the code alone. */
function statusCodes(status: Condition['clinicalStatus']): readonly string[] {
  return typeof status === 'string' ? [status] : codingsOf(status).flatMap(({ code }) => code ?? []);
}

/**
 * Whether the sets could tell what the Condition is: it has a code of a system that they read. A code of ICD-10 that a set has under
 * ICD-10-CM alone is not read: it may well be what the set is about, but the rules ask for system and code.
 */
function isRead(code: Condition['code'], names: NameIndex): boolean {
  const hasSystem = codingsOf(code).some(({ system, code: own }) => system && own && names.reads(system));
  const keys = keysOf(code);
  const inOtherEdition = keys.flatMap((key) => (key.startsWith(`${ICD_10}|`) ? [key.replace(ICD_10, ICD_10_CM)] : []));
  return hasSystem && (inOtherEdition.length === 0 || names.knows(keys) || !names.knows(inOtherEdition));
}

function calledBy(code: Condition['code']): string | undefined {
  return namesOf(code)[0] ?? codingsOf(code).find((coding) => coding.code)?.code;
}

function withConcept<T extends FhirResource>(resource: T, element: keyof T): T {
  const concept = normaliseConcept(resource[element] as Condition['code']);
  return concept === resource[element] ? resource : { ...resource, [element]: concept };
}

function unread({ resourceType }: FhirResource, name: string | undefined) {
  return { type: resourceType, name: name ?? 'without a code and a name' };
}
