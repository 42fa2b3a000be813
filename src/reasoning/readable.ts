/**
 * What was sent, without the elements that are not shaped as R4 has them: the FHIRPath engine fails on a date that is none, and
 * with it every expression that looks there, alarms among them.
 */
import { parseInterval } from '../fhir/dates.ts';
import type { CodeableConcept, FhirResource } from '../fhir/types.ts';
import { isSound } from './codings.ts';
import type { CallData } from './facts.ts';
import { objectsIn } from './lists.ts';

type Test = (value: unknown) => boolean;

const isDate: Test = (value) => typeof value === 'string' && parseInterval(value) !== undefined;
const isText: Test = (value) => typeof value === 'string';
const isPeriod: Test = (value) => {
  const { start, end } = (value ?? {}) as { start?: unknown; end?: unknown };
  return typeof value === 'object' && (start === undefined || isDate(start)) && (end === undefined || isDate(end));
};
const isConcept: Test = (value) => objectsIn((value as CodeableConcept | null)?.coding).every(isSound);

/** Elements that plans compare or look codes up by; the rest of a resource may be as it is. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  Patient: { birthDate: isDate, deceasedDateTime: isDate },
  Condition: {
    ...{ code: isConcept, recordedDate: isDate },
    ...{ onsetDateTime: isDate, onsetPeriod: isPeriod, abatementDateTime: isDate, abatementPeriod: isPeriod },
  },
  Observation: { code: isConcept, effectiveDateTime: isDate, effectiveInstant: isDate, effectivePeriod: isPeriod },
  MedicationRequest: {
    ...{ medicationCodeableConcept: isConcept, authoredOn: isDate },
    dispenseRequest: (value) => isPeriod((value as { validityPeriod?: unknown } | null)?.validityPeriod ?? {}),
  },
  MedicationStatement: { medicationCodeableConcept: isConcept, effectiveDateTime: isDate, effectivePeriod: isPeriod, dateAsserted: isDate },
  AllergyIntolerance: { code: isConcept, onsetDateTime: isDate, recordedDate: isDate, lastOccurrence: isDate },
  Procedure: { code: isConcept, performedDateTime: isDate, performedPeriod: isPeriod },
  Device: { type: isConcept },
  QuestionnaireResponse: { questionnaire: isText, authored: isDate },
};

/** The data without such elements; the types that had some count as not read: half of a list is not the list. */
export function readableData(data: CallData): CallData {
  const malformed = new Set<string>();
  const read = <T extends FhirResource>(resource: T): T => {
    const elements = Object.entries(ELEMENTS[resource.resourceType] ?? {});
    const wrong = elements.flatMap(([name, isRight]) => {
      const value = resource[name as keyof T];
      return value === undefined || isRight(value) ? [] : [[name, readableValue(value)] as const];
    });
    if (wrong.length === 0) return resource;
    malformed.add(resource.resourceType);
    return { ...resource, ...Object.fromEntries(wrong) };
  };
  const [patient, context, chart] = [read(data.patient), data.context.map(read), data.chart.map(read)];
  return malformed.size === 0 ? data : { ...data, patient, context, chart, unavailable: [...new Set([...data.unavailable, ...malformed])] };
}

/** Of a concept its text and what codings can be read; nothing of anything else. */
function readableValue(value: unknown): unknown {
  const { coding, ...rest } = (value ?? {}) as CodeableConcept;
  return Array.isArray(coding) ? { ...rest, coding: coding.filter(isSound) } : undefined;
}
