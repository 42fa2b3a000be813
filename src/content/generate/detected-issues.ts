/**
 * Twins of the safety rules for medicines (https://hl7.org/fhir/R4/detectedissue.html), for people and for
 * `MedicationKnowledge.contraindication`; made from the same rows as the plan, so that the two cannot differ.
 */
import type { DetectedIssue } from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import { reviewTag } from './review-tag.ts';
import type { SafetyRule } from './source-tables.ts';
import { ruleTraces } from './trace.ts';

export function detectedIssues(generation: Generation): DetectedIssue[] {
  return medicineRules(generation).map((rule) => detectedIssue(generation, rule));
}

/** The rules that hit a medicine, but for those that only choose among medicines. */
export function medicineRules(generation: Generation): readonly SafetyRule[] {
  return generation.sources.rules.safety.filter(
    ({ severity, affects }) => severity !== 'at-most-one' && affects.some((id) => isMedicine(generation, id)),
  );
}

export function issueId({ sources }: Generation, rule: SafetyRule): string {
  return `${sources.document.prefix}-issue-${rule.id.toLowerCase()}`;
}

function detectedIssue(generation: Generation, rule: SafetyRule): DetectedIssue {
  const { names, resourceId } = generation;
  const hit = rule.affects.filter((id) => isMedicine(generation, id));
  return {
    resourceType: 'DetectedIssue',
    id: issueId(generation, rule),
    meta: reviewTag(names),
    extension: ruleTraces(names, rule),
    identifier: [{ system: `${names.base}/sid/safety-rule`, value: rule.id }],
    status: 'preliminary',
    code: { coding: [{ system: names.canonical('CodeSystem', 'safety-severity'), code: rule.severity }] },
    severity: rule.severity === 'contraindicated' ? 'high' : 'moderate',
    implicated: hit.map((id) => ({ reference: `MedicationKnowledge/${resourceId(id)}` })),
    detail: rule.words,
    mitigation: [{ action: { text: instead(rule) } }],
  };
}

function instead({ severity, maxPerDay }: SafetyRule): string {
  if (maxPerDay) return `Keep the daily total at or below ${maxPerDay.value} ${maxPerDay.unit}`;
  return severity === 'contraindicated'
    ? 'Do not give it while this holds; choose a treatment that the rule does not affect'
    : 'Weigh benefit and risk with the patient before it is given, and follow what the rule asks for';
}

function isMedicine({ sources, item }: Generation, id: string): boolean {
  return sources.document.medicineSections.includes(item(id).section);
}
