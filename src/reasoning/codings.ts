/**
 * One spelling for a code, however a chart writes it: system aliases, a version behind the system, the dot of ICD-10, case
 * (https://hl7.org/fhir/R4/terminologies-systems.html).
 */
import type { CodeableConcept, Coding } from '../fhir/types.ts';
import { objectsIn } from './lists.ts';

const SNOMED = 'http://snomed.info/sct';
const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const ATC = 'http://www.whocc.no/atc';
export const ICD_10 = 'http://hl7.org/fhir/sid/icd-10';
export const ICD_10_CM = 'http://hl7.org/fhir/sid/icd-10-cm';
export const UCUM = 'http://unitsofmeasure.org';
const ABSENT = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';

const OIDS: Readonly<Record<string, string>> = {
  '2.16.840.1.113883.6.96': SNOMED,
  '2.16.840.1.113883.6.1': LOINC,
  '2.16.840.1.113883.6.88': RXNORM,
  '2.16.840.1.113883.6.73': ATC,
  '2.16.840.1.113883.6.3': ICD_10,
  '2.16.840.1.113883.6.90': ICD_10_CM,
  '2.16.840.1.113883.6.8': UCUM,
};
const ALIASES = new Map<string, string>([
  ['http://hl7.org/fhir/sid/icd-10-us', ICD_10_CM],
  ['http://fhir.de/CodeSystem/bfarm/atc', ATC],
  ['http://www.whocc.no/atc_ddd_index', ATC],
  ...Object.entries(OIDS).flatMap(([oid, system]): [string, string][] => [
    [oid, system],
    [`urn:oid:${oid}`, system],
  ]),
]);
const PLAIN = new Set([SNOMED, LOINC, RXNORM, ATC, ICD_10, ICD_10_CM, UCUM]);

/** The system's one URI; what is unknown stays as it is, without a version. */
export function normaliseSystem(system: string): string {
  if (PLAIN.has(system)) return system;
  const bare = (system.split('|')[0] ?? '')
    .trim()
    .replace(/^https:/, 'http:')
    .replace(/\/$/, '');
  if (bare.startsWith(`${SNOMED}/`)) return SNOMED;
  if (PLAIN.has(bare)) return bare;
  return ALIASES.get(bare) ?? system.split('|')[0] ?? system;
}

/** The code as its system writes it. `system` is normalised. */
export function normaliseCode(system: string, code: string): string {
  const trimmed = code.trim();
  if (system === ICD_10 || system === ICD_10_CM) {
    const upper = trimmed.toUpperCase();
    return /^[A-Z]\d[0-9A-Z]{2,}$/.test(upper) ? `${upper.slice(0, 3)}.${upper.slice(3)}` : upper;
  }
  return system === ATC || system === LOINC ? trimmed.toUpperCase() : trimmed;
}

/** The same coding where it is written so already, else a copy. */
export function normaliseCoding(coding: Coding): Coding {
  if (typeof coding.system !== 'string' || typeof coding.code !== 'string') return coding;
  const system = normaliseSystem(coding.system);
  const code = normaliseCode(system, coding.code);
  return system === coding.system && code === coding.code ? coding : { ...coding, system, code };
}

/** The same concept where all its codings are written so already, else a copy without those that cannot be read. */
export function normaliseConcept<T extends CodeableConcept | undefined>(concept: T): T {
  const codings = codingsOf(concept);
  const normal = codings.every(isSound) ? codings.map(normaliseCoding) : codings.filter(isSound).map(normaliseCoding);
  const isSame = normal.length === codings.length && normal.every((coding, i) => coding === codings[i]);
  return concept && !isSame ? { ...concept, coding: normal } : concept;
}

/** Whether system and code are text, where they are there: expressions that join them fail on anything else. */
export function isSound(coding: Coding): boolean {
  const { system, code } = coding ?? {};
  return (system === undefined || typeof system === 'string') && (code === undefined || typeof code === 'string');
}

/** The codings of a concept; none where it is absent or not shaped as one. */
export function codingsOf(concept: CodeableConcept | undefined): readonly Coding[] {
  return objectsIn(concept?.coding);
}

/** `system|code` of each coding that has both. */
export function keysOf(concept: CodeableConcept | undefined): string[] {
  return codingsOf(concept).flatMap((coding) => (coding.system && coding.code ? [`${coding.system}|${coding.code}`] : []));
}

/** It says that somebody asked and there is none (https://hl7.org/fhir/uv/ips/CodeSystem-absent-unknown-uv-ips.html). */
export function saysNone(concept: CodeableConcept | undefined): boolean {
  return codingsOf(concept).some(({ system, code }) => system === ABSENT && code?.startsWith('no-known-'));
}
