/**
 * Medicines and allergies, recognised by code or by name, so that expressions need to look at codes alone
 * (https://hl7.org/fhir/R4/medicationstatement.html, https://hl7.org/fhir/R4/allergyintolerance.html).
 */
import type {
  AllergyIntolerance,
  CodeableConcept,
  FhirResource,
  Medication,
  MedicationRequest,
  MedicationStatement,
} from '../fhir/types.ts';
import { ATC, codingsOf, keysOf, normaliseConcept, RXNORM, saysNone } from './codings.ts';
import { objectsIn } from './lists.ts';
import { type NameIndex, namesOf } from './names.ts';

export type Medicine = MedicationRequest | MedicationStatement;

export interface Recognised<T> {
  readonly resource: T;
  /** Names by which it was recognised, where no code told. */
  readonly byName: readonly string[];
  /** What it is called, where nobody could tell what it is. */
  readonly notUnderstood?: string;
}

const COUNTED = new Set(['active', 'on-hold', 'completed', 'stopped']);

export function countsAsMedicine(medicine: Medicine): boolean {
  return COUNTED.has(medicine.status) && !('doNotPerform' in medicine && medicine.doNotPerform === true);
}

/** @param referred - the resource that a literal reference leads to, among the data of the call */
export function recogniseMedicine(
  medicine: Medicine,
  names: NameIndex,
  referred: (reference: string) => FhirResource | undefined,
): Recognised<Medicine> {
  const { medicationReference, ...rest } = medicine;
  const stated = rest.medicationCodeableConcept ?? conceptOf(medicine, referred);
  const { concept, byName, known } = recognise(stated, names);
  const resource = { ...rest, ...(concept && { medicationCodeableConcept: concept }) } as Medicine;
  if (known || isAnother(concept) || saysNone(concept)) return { resource, byName };
  return { resource, byName, notUnderstood: namesOf(concept)[0] ?? keysOf(concept)[0] ?? 'a medicine without a name' };
}

/** Substance and the substances of its reactions. */
export function recogniseAllergy(allergy: AllergyIntolerance, names: NameIndex): Recognised<AllergyIntolerance> {
  const code = recognise(allergy.code, names);
  const reactions = objectsIn(allergy.reaction).map((reaction) => ({
    reaction,
    substance: recognise(reaction.substance, names),
  }));
  const byName = [...code.byName, ...reactions.flatMap(({ substance }) => substance.byName)];
  const resource = {
    ...allergy,
    ...(code.concept && { code: code.concept }),
    ...(reactions.length > 0 && {
      reaction: reactions.map(({ reaction, substance }) => (substance.concept ? { ...reaction, substance: substance.concept } : reaction)),
    }),
  };
  const understood = [code, ...reactions.map(({ substance }) => substance)].some(
    ({ known, concept }) =>
      known || saysNone(concept) || codingsOf(concept).some(({ system, code: own }) => system && own && names.reads(system)),
  );
  if (understood) return { resource, byName };
  return { resource, byName, notUnderstood: namesOf(code.concept)[0] ?? keysOf(code.concept)[0] ?? 'an allergy without a name' };
}

function conceptOf(medicine: Medicine, referred: (reference: string) => FhirResource | undefined): CodeableConcept | undefined {
  const { reference, display } = medicine.medicationReference ?? {};
  const contained = objectsIn(medicine.contained).find(({ id }) => reference === `#${id}`);
  const target = contained ?? (typeof reference === 'string' ? referred(reference) : undefined);
  const code = target?.resourceType === 'Medication' ? (target as Medication).code : undefined;
  if (typeof display !== 'string') return code;
  return { ...code, text: code?.text ? `${code.text}; ${display}` : display };
}

function recognise(concept: CodeableConcept | undefined, names: NameIndex) {
  const normal = normaliseConcept(concept);
  if (!normal || names.knows(keysOf(normal))) return { concept: normal, byName: [], known: normal !== undefined };
  const found = names.find(namesOf(normal));
  if (found.length === 0) return { concept: normal, byName: [], known: false };
  const keys = new Set(found.flatMap((match) => match.keys));
  const added = [...keys].map((key) => ({ system: key.slice(0, key.indexOf('|')), code: key.slice(key.indexOf('|') + 1) }));
  const byName = [...new Set(found.map(({ name }) => name))];
  return { concept: { ...normal, coding: [...codingsOf(normal), ...added] }, byName, known: true };
}

/** A medicine that no set knows, but that somebody has named: simply another one. */
function isAnother(concept: CodeableConcept | undefined): boolean {
  const systems = codingsOf(concept).flatMap((coding) => (coding.code ? [coding.system] : []));
  return systems.includes(ATC) || (systems.includes(RXNORM) && namesOf(concept).length > 0);
}
