import { LRUCache } from 'lru-cache';
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { CodeSystem } from '../fhir/types.ts';
import type { KnownCodeSystem } from './code-system.ts';
import type { Concept, Terminology } from './terminology.ts';
import { type CompiledValueSet, compileValueSet, knownCodeSystem, type ReadCodeSystems } from './value-set.ts';

const KEPT = 500;

/**
 * Answers from the value sets and code systems that are stored or part of R4, and from nothing else.
 * What was compiled is kept until one of the resources that it was made from is another.
 */
export function createTerminology({ definitions }: { definitions: Definitions }): Terminology {
  const compiled = new LRUCache<string, CompiledValueSet>({ max: KEPT });
  const read: ReadCodeSystems = new WeakMap();

  async function holds({ made }: CompiledValueSet): Promise<boolean> {
    for (const { canonical, type, resource } of made) if ((await definitions.resolve(canonical, type)) !== resource) return false;
    return true;
  }

  async function valueSet(canonical: string): Promise<CompiledValueSet> {
    const known = compiled.get(canonical);
    if (known && (await holds(known))) return known;
    const made = await compileValueSet(canonical, definitions, read);
    const once = { ...made, set: listedOnce(made.set) };
    compiled.set(canonical, once);
    return once;
  }

  return {
    expand: async (canonical) => (await valueSet(canonical)).set.list(),
    contains: async (canonical, concept) => {
      try {
        return (await valueSet(canonical)).set.has(concept);
      } catch (error) {
        if (error instanceof FhirError && error.kind === 'invalid') return undefined;
        throw error;
      }
    },
    related: async ({ system, code }, relation) => {
      const codeSystem = system ? await definitions.resolve<CodeSystem>(system, 'CodeSystem') : undefined;
      const known = hierarchy(system, codeSystem && knownCodeSystem(codeSystem, read));
      if (!known.find(code)) throw new FhirError('invalid', `The code system ${system} has no code "${code}"; correct the code.`);
      return [...known[relation](code)].map((each) => toConcept(system, each, known.find(each)?.display));
    },
  };
}

function hierarchy(system: string | undefined, known: KnownCodeSystem | undefined): KnownCodeSystem {
  if (!system) throw new FhirError('invalid', 'What is above or below a code can be told only with its system; write system|code.');
  if (!known)
    throw new FhirError('invalid', `The code system ${system} is not known here, so what is above or below its codes cannot be told.`);
  if (!known.complete)
    throw new FhirError('invalid', `Of the code system ${system} not all codes are here, so what is above or below one cannot be told.`);
  return known;
}

function listedOnce(set: CompiledValueSet['set']): CompiledValueSet['set'] {
  let concepts: readonly Concept[] | undefined;
  return {
    has: set.has,
    list: () => {
      concepts ??= set.list();
      return concepts;
    },
  };
}

function toConcept(system: string | undefined, code: string, display: string | undefined): Concept {
  return { ...(system && { system }), code, ...(display && { display }) };
}
