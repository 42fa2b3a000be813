/**
 * Sets of codes that can be asked and, where all is known, listed. What cannot be told is `undefined`, and spreads as in
 * three-valued logic: a set of which one part is unknown still knows the codes of its other parts.
 */
import { FhirError } from '../fhir/error.ts';
import type { Concept } from './terminology.ts';

export type Answer = boolean | undefined;

export interface CodeSet {
  has(concept: Concept): Answer;
  /** @throws FhirError `invalid` naming the part that cannot be enumerated */
  list(): readonly Concept[];
}

export function union(sets: readonly CodeSet[]): CodeSet {
  return { has: (concept) => or(sets.map((set) => set.has(concept))), list: () => distinct(sets.flatMap((set) => set.list())) };
}

/** A set of which nothing is known; the fault says why, to whoever wants it listed. */
export function unknown(message: string): CodeSet {
  return {
    has: () => undefined,
    list: () => {
      throw new FhirError('invalid', message);
    },
  };
}

/** The codes that are in every set; of at least one set. Listed as the first one has them. */
export function intersection(sets: readonly CodeSet[]): CodeSet {
  const [first, ...others] = sets;
  return {
    has: (concept) => and(sets.map((set) => set.has(concept))),
    list: () => {
      const rest = others.map((set) => new Set(set.list().map(keyOf)));
      return (first?.list() ?? []).filter((concept) => rest.every((keys) => keys.has(keyOf(concept))));
    },
  };
}

export function difference(included: CodeSet, excluded: CodeSet): CodeSet {
  return {
    has: (concept) => and([included.has(concept), not(excluded.has(concept))]),
    list: () => included.list().filter((concept) => tell(not(excluded.has(concept)), concept)),
  };
}

function keyOf({ system = '', code }: Concept): string {
  return `${system}\u001f${code}`;
}

export function and(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function or(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

export function not(answer: Answer): Answer {
  return answer === undefined ? undefined : !answer;
}

/** An answer that must be known. */
function tell(answer: Answer, { system, code }: Concept): boolean {
  if (answer !== undefined) return answer;
  throw new FhirError('invalid', `whether the code "${code}" of ${system ?? 'no system'} is excluded cannot be told here`);
}

function distinct(concepts: readonly Concept[]): readonly Concept[] {
  const byKey = new Map<string, Concept>();
  for (const concept of concepts) if (!byKey.has(keyOf(concept))) byKey.set(keyOf(concept), concept);
  return [...byKey.values()];
}
