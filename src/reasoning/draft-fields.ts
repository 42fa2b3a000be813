import { formatCanonical } from '../fhir/canonical.ts';
import type { ActivityDefinition, CodeableConcept, Questionnaire } from '../fhir/types.ts';
import type { CommonFields, DraftKind } from './drafts.ts';

type Fields = Record<string, unknown>;

/** Members without a value are left out: FHIR has no empty ones. */
function present(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );
}

/** The elements of a request that stand in its definition; undefined for a kind that is not drafted here. */
export function fieldsOf(activity: ActivityDefinition, common: CommonFields, questionnaire?: Questionnaire): Fields | undefined {
  const make = KINDS[activity.kind as DraftKind];
  if (!make) return undefined;
  const profile = activity.profile && { meta: { profile: [activity.profile] } };
  return present({ resourceType: activity.kind, ...profile, ...make(activity, common, questionnaire) });
}

type Make = (activity: ActivityDefinition, common: CommonFields, questionnaire: Questionnaire | undefined) => Fields;

const KINDS: Readonly<Record<DraftKind, Make>> = {
  /** https://hl7.org/fhir/R4/servicerequest.html */
  ServiceRequest: (activity, { subject, encounter, authoredOn, requester }) => ({
    ...instantiates(activity),
    status: 'draft',
    intent: activity.intent ?? 'proposal',
    priority: activity.priority,
    doNotPerform: activity.doNotPerform,
    code: activity.code,
    quantityQuantity: activity.quantity,
    subject,
    encounter,
    ...occurrence(activity),
    authoredOn,
    requester,
    performerType: activity.participant?.find(({ role }) => role)?.role,
    locationReference: activity.location && [activity.location],
    bodySite: activity.bodySite,
  }),
  /** https://hl7.org/fhir/R4/medicationrequest.html */
  MedicationRequest: (activity, { subject, encounter, authoredOn, requester }) => ({
    ...instantiates(activity),
    status: 'draft',
    intent: activity.intent ?? 'proposal',
    priority: activity.priority,
    doNotPerform: activity.doNotPerform,
    medicationCodeableConcept: activity.productCodeableConcept ?? (activity.productReference ? undefined : activity.code),
    medicationReference: activity.productReference,
    subject,
    encounter,
    authoredOn,
    requester,
    dosageInstruction: activity.dosage,
    dispenseRequest: activity.quantity && { quantity: activity.quantity },
  }),
  /** https://hl7.org/fhir/R4/communicationrequest.html: it has no intent and instantiates nothing. */
  CommunicationRequest: (activity, { subject, encounter, authoredOn, requester }) => ({
    status: 'draft',
    category: activity.code && [activity.code],
    priority: activity.priority,
    doNotPerform: activity.doNotPerform,
    subject,
    payload: payload(activity),
    encounter,
    ...occurrence(activity, ['DateTime', 'Period']),
    authoredOn,
    requester,
  }),
  /** https://hl7.org/fhir/R4/task.html */
  Task: (activity, { subject, encounter, authoredOn, requester }, questionnaire) => ({
    instantiatesCanonical: canonicalOf(activity),
    status: 'draft',
    intent: activity.intent ?? 'proposal',
    priority: activity.priority,
    code: activity.code,
    description: activity.description ?? activity.title,
    for: subject,
    encounter,
    authoredOn,
    requester,
    input: questionnaire && [{ type: QUESTIONNAIRE, valueCanonical: canonicalOf(questionnaire) ?? `Questionnaire/${questionnaire.id}` }],
  }),
};

/** https://hl7.org/fhir/uv/sdc/CodeSystem-temp.html */
const QUESTIONNAIRE: CodeableConcept = {
  coding: [{ system: 'http://hl7.org/fhir/uv/sdc/CodeSystem/temp', code: 'questionnaire' }],
  text: 'Questionnaire',
};

function canonicalOf({ url, version }: ActivityDefinition | Questionnaire): string | undefined {
  return url && formatCanonical(url, version);
}

function instantiates(activity: ActivityDefinition): Fields {
  const canonical = canonicalOf(activity);
  return { instantiatesCanonical: canonical && [canonical] };
}

function occurrence(activity: ActivityDefinition, kinds: readonly string[] = ['Timing', 'DateTime', 'Period']): Fields {
  const found = kinds.find((kind) => Object.hasOwn(activity, `timing${kind}`));
  return found ? { [`occurrence${found}`]: (activity as unknown as Fields)[`timing${found}`] } : {};
}

function payload({ description, title, code }: ActivityDefinition): Fields[] {
  const text = description ?? code?.text ?? title;
  return text ? [{ contentString: text }] : [];
}
