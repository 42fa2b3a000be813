import type { CodeableConcept } from '../fhir/types.ts';
import type { CodeSet } from './code-sets.ts';
import type { Logic } from './logic.ts';
import { createMembership } from './membership.ts';
import { type NameIndex, nameIndex } from './names.ts';
import type { Action, Plan } from './plan.ts';

/** Medicines and substances by code and name, from all that a plan and its nested plans read. @param products - `MedicationKnowledge.code` */
export function vocabularyOf(plan: Plan, products: readonly CodeableConcept[]): NameIndex {
  const sets = new Map<string, CodeSet>();
  [...logicsOf(plan)].forEach((logic, i) => {
    for (const [name, set] of logic.sets) sets.set(`${i}.${name}`, set);
  });
  const membership = createMembership(sets);
  return nameIndex(sets.values(), products, (key) => membership(key).length > 0);
}

function logicsOf(plan: Plan): ReadonlySet<Logic> {
  const logics = new Set([plan.logic]);
  const visit = ({ nested, children }: Action): void => {
    if (nested) for (const logic of logicsOf(nested)) logics.add(logic);
    children.forEach(visit);
  };
  plan.actions.forEach(visit);
  return logics;
}
