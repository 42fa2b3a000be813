import type { CodeableConcept } from '../fhir/types.ts';
import { type CodeSet, split } from './code-sets.ts';
import { ATC, codingsOf, keysOf, normaliseConcept, RXNORM } from './codings.ts';

/** What medicines and substances are called, and the codes behind each name. */
export interface NameIndex {
  /** Whether one of the keys is a code that some set or product knows. */
  knows(keys: readonly string[]): boolean;
  /** Whether some set has codes of the system; of any other, nobody can tell what a code means. */
  reads(system: string): boolean;
  /** Codes whose name stands in a text as whole words, case ignored. */
  find(texts: readonly string[]): readonly NameMatch[];
}

interface NameMatch {
  readonly name: string;
  /** `system|code` of what has this name. */
  readonly keys: readonly string[];
}

interface Entry extends NameMatch {
  readonly words: readonly string[];
}

/**
 * Names from value sets that hold medicines (RxNorm or ATC codes) and from products (`MedicationKnowledge.code`).
 * @param knows - whether a value set has this normalised code
 */
export function nameIndex(sets: Iterable<CodeSet>, products: readonly CodeableConcept[], knows: (key: string) => boolean): NameIndex {
  const byFirstWord = new Map<string, Entry[]>();
  const productKeys = new Set<string>();
  const systems = new Set<string>();
  const add = (name: string | undefined, keys: readonly string[]) => {
    const words = wordsOf(name ?? '');
    const [first] = words;
    // a lone short word ("a", "2") says nothing
    if (!first || !name || keys.length === 0 || words.join('').length < 3) return;
    byFirstWord.set(first, [...(byFirstWord.get(first) ?? []), { name, words, keys }]);
  };
  for (const set of sets) {
    for (const system of [...set.filtered, ...[...set.listed.keys()].map((key) => split(key)[0])]) systems.add(system);
    if (isOfMedicines(set)) for (const [key, names] of set.listed) for (const name of names) add(name, [key]);
  }
  for (const product of products.map(normaliseConcept)) {
    const keys = keysOf(product);
    for (const key of keys) productKeys.add(key);
    for (const name of namesOf(product)) add(name, keys);
  }
  return {
    knows: (keys) => keys.some((key) => productKeys.has(key) || knows(key)),
    reads: (system) => systems.has(system),
    find: (texts) => texts.flatMap((text) => matchesIn(wordsOf(text), byFirstWord)),
  };
}

/** Text and displays of a concept. */
export function namesOf(concept: CodeableConcept | undefined): string[] {
  const names = [concept?.text, ...codingsOf(concept).map((coding) => coding.display)];
  return names.filter((name): name is string => typeof name === 'string' && name.trim() !== '');
}

function isOfMedicines(set: CodeSet): boolean {
  return [...set.listed.keys()].some((key) => key.startsWith(`${RXNORM}|`) || key.startsWith(`${ATC}|`));
}

function matchesIn(words: readonly string[], byFirstWord: ReadonlyMap<string, readonly Entry[]>): Entry[] {
  return words.flatMap((word, at) =>
    (byFirstWord.get(word) ?? []).filter((entry) => entry.words.every((each, i) => words[at + i] === each)),
  );
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
