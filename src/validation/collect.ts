/** Keeps what has to be compared with other resources or other places: codes with their value set, references. */
import { type Findings, isObject } from './findings.ts';
import type { Scope } from './scope.ts';
import type { Member } from './shape.ts';

export function collect(value: unknown, member: Member, place: string, { findings, scope }: { findings: Findings; scope: Scope }): void {
  if (member.valueSet) {
    findings.bound.push({ expression: place, valueSet: member.valueSet, codes: codesOf(value, member), short: member.short });
  }
  if (member.type === 'Reference' && isObject(value)) scope.references.push({ value, place, targets: member.targets });
  if (['canonical', 'uri', 'url'].includes(member.type) && typeof value === 'string' && value.startsWith('#')) {
    scope.fragments.add(value.slice(1));
  }
}

function codesOf(value: unknown, { type }: Member): readonly { system?: string; code: string }[] {
  if (typeof value === 'string') return [{ code: value }];
  if (!isObject(value)) return [];
  const codings: readonly unknown[] = type === 'CodeableConcept' ? (Array.isArray(value.coding) ? value.coding : []) : [value];
  return codings.flatMap((coding) => {
    if (!isObject(coding) || typeof coding.code !== 'string') return [];
    return [{ system: typeof coding.system === 'string' ? coding.system : '', code: coding.code }];
  });
}
