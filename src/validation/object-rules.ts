/** Rules that look at an object as a whole: required elements, choices, and those of its type. */
import { type Findings, type Json, report, shown } from './findings.ts';
import type { Requirement, Shape } from './shape.ts';
import { checkType } from './type-rules.ts';

export function checkObject(value: Json, names: readonly string[], shape: Shape, place: string, findings: Findings): void {
  for (const requirement of shape.required) checkRequired(value, requirement, place, findings);
  checkChoices(names, shape, place, findings);
  checkType(value, shape, place, findings);
}

function checkRequired(value: Json, { element, short, min, names }: Requirement, expression: string, findings: Findings): void {
  const place = `${expression}.${element}`;
  const what = short ? ` (${short})` : '';
  const present = names.filter((name) => value[name] !== undefined || value[`_${name}`] !== undefined);
  if (present.length === 0) report(findings, 'required', place, `${place}${what} is required; add it.`);
  const few = present.some((name) => Array.isArray(value[name]) && value[name].length < min);
  if (min > 1 && few) report(findings, 'required', place, `${place}${what} must have at least ${min} values; add more.`);
}

function checkChoices(names: readonly string[], shape: Shape, expression: string, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const plain = name.startsWith('_') ? name.slice(1) : name;
    const member = shape.members.get(plain);
    if (!member?.isChoice) continue;
    const other = seen.get(member.element);
    const place = `${expression}.${member.element}`;
    if (other && other !== plain) {
      report(findings, 'structure', place, `${place} stands twice, as ${shown(other)} and ${shown(plain)}; it may have one type only.`);
    }
    seen.set(member.element, plain);
  }
}
