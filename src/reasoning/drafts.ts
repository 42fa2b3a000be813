/**
 * ActivityDefinition → draft of a request (https://hl7.org/fhir/R4/activitydefinition.html#12.17.3.3): nothing is stored, no id is
 * given, the status is draft and the intent that of the definition.
 */
import { FhirError } from '../fhir/error.ts';
import type { ActivityDefinition, FhirResource, Questionnaire, Reference } from '../fhir/types.ts';
import { fieldsOf } from './draft-fields.ts';
import { setPath } from './dynamic-value.ts';
import type { Action, Definition, DynamicValue } from './plan.ts';
import type { Scope } from './scope.ts';

export interface DraftContext {
  readonly subject: Reference;
  /** Who asks: `Practitioner/1`. */
  readonly requester?: string;
  /** Id of the encounter. */
  readonly encounter?: string;
  readonly now: Date;
  readonly scope: Scope;
}

export interface Draft {
  /** Absent where no request can be made of the definition. */
  readonly resource?: FhirResource;
  /** What could not be filled in, as sentences without patient data. */
  readonly issues: readonly string[];
}

/** Kinds of which a draft can be made. */
export type DraftKind = 'ServiceRequest' | 'MedicationRequest' | 'CommunicationRequest' | 'Task';

/** @param action - the action of the plan that names the definition; its dynamic values come after the definition's */
export function applyActivity(definition: Definition, action: Action | undefined, context: DraftContext): Draft {
  const activity = definition.resource;
  if (activity.resourceType === 'Questionnaire') return { resource: taskFor(activity, context), issues: [] };
  const fields = fieldsOf(activity, common(context), definition.questionnaire);
  if (!fields) return { issues: [`ActivityDefinition/${activity.id} is of kind ${activity.kind}, of which no draft can be made here.`] };
  const issues: string[] = [];
  for (const value of [...definition.dynamicValues, ...(action?.dynamicValues ?? [])]) {
    const fault = setDynamic(fields, value, activity, action, context);
    if (fault) issues.push(`ActivityDefinition/${activity.id}: ${fault}`);
  }
  return { resource: fields as unknown as FhirResource, issues };
}

export interface CommonFields {
  readonly subject: Reference;
  readonly encounter?: Reference;
  /** Date and time of the call. */
  readonly authoredOn: string;
  readonly requester?: Reference;
}

function common({ subject, encounter, requester, now }: DraftContext): CommonFields {
  return {
    subject,
    ...(encounter && { encounter: { reference: `Encounter/${encounter}` } }),
    authoredOn: `${now.toISOString().slice(0, 19)}Z`,
    ...(requester && { requester: { reference: requester } }),
  };
}

function taskFor(questionnaire: Questionnaire, context: DraftContext): FhirResource {
  const title = questionnaire.title ?? questionnaire.name;
  const activity: ActivityDefinition = { resourceType: 'ActivityDefinition', status: 'draft', kind: 'Task', ...(title && { title }) };
  return fieldsOf(activity, common(context), questionnaire) as unknown as FhirResource;
}

function setDynamic(
  target: Record<string, unknown>,
  { path, expression }: DynamicValue,
  activity: ActivityDefinition,
  action: Action | undefined,
  { subject, requester, encounter, scope }: DraftContext,
): string | undefined {
  const names = {
    context: activity,
    resource: target,
    rootResource: target,
    action: action?.resource ?? [],
    subject: [subject],
    practitioner: requester ? [{ reference: requester }] : [],
    encounter: encounter ? [{ reference: `Encounter/${encounter}` }] : [],
  };
  try {
    const values = scope.evaluate(expression, names, target);
    return values.length === 0 ? undefined : setPath(target, path, values);
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return `the dynamic value of ${path} could not be evaluated.`;
  }
}
