import type { CodeableConcept, FhirResource, QuestionnaireResponse, QuestionnaireResponseItem } from '../fhir/types.ts';
import type { CodeSet } from './code-sets.ts';
import { keysOf } from './codings.ts';
import type { Facts } from './facts.ts';
import { objectsIn } from './lists.ts';
import { createMembership } from './membership.ts';
import { newestFirst } from './observations.ts';

export interface Bound {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of each value set those members that occur in the call, as `system|code`. */
  readonly members: ReadonlyMap<string, readonly string[]>;
}

/**
 * Leaves out the resources that no value set knows, and binds each set to its members among the codes of the call: the same answers,
 * since plans may read these resources through such codes alone, at a small part of the cost.
 */
export function createBinding(sets: ReadonlyMap<string, CodeSet>): (facts: Facts, everything: boolean) => Bound {
  const membership = createMembership(sets);
  return (facts, everything) => {
    const members = new Map<string, string[]>();
    const seen = new Map<string, boolean>();
    const see = (key: string): boolean => {
      const before = seen.get(key);
      if (before !== undefined) return before;
      const names = membership(key);
      for (const name of names) {
        const known = members.get(name);
        if (known) known.push(key);
        else members.set(name, [key]);
      }
      seen.set(key, names.length > 0);
      return names.length > 0;
    };
    const relevant = <T extends FhirResource>(resources: readonly T[], conceptOf: (resource: T) => CodeableConcept | undefined) =>
      resources.filter((resource) => keysOf(conceptOf(resource)).map(see).includes(true) || everything);
    for (const key of otherKeys(facts)) see(key);
    const variables = {
      patient: facts.patient,
      triggering: facts.triggering,
      conditions: relevant(facts.conditions, ({ code }) => code),
      medications: relevant(facts.medications, ({ medicationCodeableConcept }) => medicationCodeableConcept),
      observations: newestFirst(relevant(facts.observations, ({ code }) => code)),
      responses: facts.responses,
      allergies: facts.allergies,
      devices: relevant(facts.devices, ({ type }) => type),
      procedures: relevant(facts.procedures, ({ code }) => code),
      unavailable: facts.unavailable,
    };
    return { variables, members };
  };
}

/** Codes of what is bound whole. */
function otherKeys({ triggering, allergies, responses }: Facts): string[] {
  const substances = allergies.flatMap(({ code, reaction }) => [code, ...objectsIn(reaction).map(({ substance }) => substance)]);
  return [...triggering.map(({ code }) => code), ...substances].flatMap(keysOf).concat(responses.flatMap(answeredKeys));
}

function answeredKeys({ item }: QuestionnaireResponse | QuestionnaireResponseItem): string[] {
  return objectsIn(item).flatMap((each) => [
    ...objectsIn(each.answer).flatMap((answer) => [
      ...keysOf(answer.valueCoding && { coding: [answer.valueCoding] }),
      ...answeredKeys(answer as QuestionnaireResponseItem),
    ]),
    ...answeredKeys(each),
  ]);
}
