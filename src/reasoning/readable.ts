/**
 * What was sent, without the elements that are not shaped as R4 has them: the FHIRPath engine fails on a date that is none, and
 * with it every expression that looks there, alarms among them.
 */
import { parseInterval } from '../fhir/dates.ts';
import type { CodeableConcept, FhirResource } from '../fhir/types.ts';
import { isSound } from './codings.ts';
import type { CallData } from './facts.ts';
import { isObject, isObjectList } from './lists.ts';
import { hasSoundValues } from './responses.ts';

type Test = (value: unknown) => boolean;

const isDate: Test = (value) => typeof value === 'string' && parseInterval(value) !== undefined;
const isText: Test = (value) => typeof value === 'string';
const isPeriod: Test = (value) => {
  const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
  return typeof value === 'object' && (start === undefined || isDate(start)) && (end === undefined || isDate(end));
};
const isConcept: Test = (value) => {
  const { coding } = (value ?? {}) as CodeableConcept;
  return isObject(value) && (coding === undefined || (isObjectList(coding) && coding.every(isSound)));
};
/** Earlier releases of FHIR have a code in place of the concept. */
const isStatus: Test = (value) => isText(value) || isConcept(value);
const isReactions: Test = (value) =>
  isObjectList(value) && value.every(({ substance }: { substance?: unknown }) => substance === undefined || isConcept(substance));

/** Items of a form: answers that are lists, and values of the type that they are said to be. Anything else could hide a yes. */
const isItems: Test = (value) =>
  isObjectList(value) &&
  value.every(({ linkId, answer = [], item = [] }: { linkId?: unknown; answer?: unknown; item?: unknown }) => {
    return isText(linkId) && isItems(item) && isObjectList(answer) && answer.every(isAnswer);
  });
const isAnswer: Test = (value) => {
  const { item = [] } = value as { item?: unknown };
  return hasSoundValues(value as object) && isItems(item);
};

/** Elements that plans compare or look codes up by; the rest of a resource may be as it is. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  Patient: { birthDate: isDate, deceasedDateTime: isDate },
  Condition: {
    ...{ code: isConcept, clinicalStatus: isStatus, verificationStatus: isStatus, recordedDate: isDate },
    ...{ onsetDateTime: isDate, onsetPeriod: isPeriod, abatementDateTime: isDate, abatementPeriod: isPeriod },
  },
  Observation: {
    ...{ status: isText, code: isConcept, component: isObjectList },
    ...{ effectiveDateTime: isDate, effectiveInstant: isDate, effectivePeriod: isPeriod },
  },
  MedicationRequest: {
    ...{ status: isText, medicationCodeableConcept: isConcept, authoredOn: isDate },
    dispenseRequest: (value) => isPeriod((value as { validityPeriod?: unknown } | null)?.validityPeriod ?? {}),
  },
  MedicationStatement: {
    ...{ status: isText, medicationCodeableConcept: isConcept },
    ...{ effectiveDateTime: isDate, effectivePeriod: isPeriod, dateAsserted: isDate },
  },
  AllergyIntolerance: {
    ...{ code: isConcept, clinicalStatus: isStatus, verificationStatus: isStatus, reaction: isReactions },
    ...{ onsetDateTime: isDate, recordedDate: isDate, lastOccurrence: isDate },
  },
  Procedure: { status: isText, code: isConcept, performedDateTime: isDate, performedPeriod: isPeriod },
  Device: { type: isConcept },
  QuestionnaireResponse: { status: isText, questionnaire: isText, authored: isDate, item: isItems },
};
/** Types that R4 gives a status without which nobody can tell whether they count. */
const NEED_STATUS = new Set(['Observation', 'MedicationRequest', 'MedicationStatement', 'Procedure', 'QuestionnaireResponse']);
/** Lists of which that part is used which can be read; it may hold a yes. */
const LISTS = new Set(['item', 'component', 'reaction']);

/** The data without such elements; the types that had some count as not read: half of a list is not the list. */
export function readableData(data: CallData): CallData {
  const malformed = new Set<string>();
  const read = <T extends FhirResource>(resource: T): T => {
    const elements = Object.entries(ELEMENTS[resource.resourceType] ?? {});
    const wrong = elements.flatMap(([name, isRight]) => {
      const value = resource[name as keyof T];
      return value === undefined || isRight(value) ? [] : [[name, LISTS.has(name) ? value : readableValue(value, isRight)] as const];
    });
    const lacksStatus = NEED_STATUS.has(resource.resourceType) && (resource as { status?: unknown }).status === undefined;
    if (lacksStatus || wrong.length > 0) malformed.add(resource.resourceType);
    if (wrong.length === 0) return resource;
    return { ...resource, ...Object.fromEntries(wrong) };
  };
  const [patient, context, chart] = [read(data.patient), data.context.map(read), data.chart.map(read)];
  return malformed.size === 0 ? data : { ...data, patient, context, chart, unavailable: [...new Set([...data.unavailable, ...malformed])] };
}

/** Of a concept its text and what codings can be read; nothing of anything else. */
function readableValue(value: unknown, isRight: Test): unknown {
  if (isRight !== isConcept && isRight !== isStatus) return undefined;
  const { coding, ...rest } = (value ?? {}) as CodeableConcept;
  return Array.isArray(coding) ? { ...rest, coding: coding.filter((each) => isObject(each) && isSound(each)) } : undefined;
}
