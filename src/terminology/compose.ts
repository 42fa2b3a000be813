/** One `include` or `exclude` of a value set as a set of codes (https://hl7.org/fhir/R4/valueset.html#compositions). */
import { formatCanonical } from '../fhir/canonical.ts';
import { FhirError } from '../fhir/error.ts';
import type { ValueSetComposeInclude } from '../fhir/types.ts';
import { and, type CodeSet, intersection } from './code-set.ts';
import type { KnownCode, KnownCodeSystem } from './code-system.ts';
import { toPredicate } from './filter.ts';
import type { Concept } from './terminology.ts';

/** @param imports the value sets of `include.valueSet`, as sets */
export function toCodeSet(include: ValueSetComposeInclude, system: KnownCodeSystem | undefined, imports: readonly CodeSet[]): CodeSet {
  if (!include.system) return intersection(imports);
  const own = include.concept ? enumerated(include, system) : include.filter ? filtered(include, system) : whole(include, system);
  return imports.length > 0 ? intersection([own, ...imports]) : own;
}

function enumerated({ system, concept = [] }: ValueSetComposeInclude, known: KnownCodeSystem | undefined): CodeSet {
  const concepts = concept.map(({ code, display }) => toConcept(system, code, display ?? known?.find(code)?.display));
  const codes = new Set(concepts.map(({ code }) => code));
  return { has: (asked) => isOf(asked, system) && codes.has(asked.code), list: () => concepts };
}

function whole({ system, version }: ValueSetComposeInclude, known: KnownCodeSystem | undefined): CodeSet {
  return {
    has: (asked) => isOf(asked, system) && (known?.find(asked.code) ? true : known?.complete ? false : undefined),
    list: () => all(system, version, known).map(({ code, display }) => toConcept(system, code, display)),
  };
}

function filtered({ system, version, filter = [] }: ValueSetComposeInclude, known: KnownCodeSystem | undefined): CodeSet {
  const predicates = filter.map((each) => toPredicate(each, known));
  const passes = (code: string) =>
    and([...predicates.map((predicate) => predicate(code)), ...(known?.complete ? [known.find(code) !== undefined] : [])]);
  return {
    has: (asked) => isOf(asked, system) && passes(asked.code),
    list: () => {
      const codes = all(system, version, known).filter(({ code }) => {
        const answer = passes(code);
        if (answer !== undefined) return answer;
        const words = filter.map(({ property, op, value }) => `${property} ${op} ${value}`).join(', ');
        throw new FhirError('invalid', `its filter on ${system} (${words}) is not understood here`);
      });
      return codes.map(({ code, display }) => toConcept(system, code, display));
    },
  };
}

/** Every code of a system. @throws FhirError `invalid` where they are not all here */
function all(system: string | undefined, version: string | undefined, known: KnownCodeSystem | undefined): readonly KnownCode[] {
  const name = formatCanonical(system ?? '', version);
  if (!known) throw new FhirError('invalid', `it draws on ${name}, a code system whose codes are not here`);
  if (!known.complete) throw new FhirError('invalid', `it draws on ${name}, a code system of which not all codes are here`);
  return known.codes;
}

/** A code without a system is that of a `code` element, whose system is implicit. */
function isOf(asked: Concept, system: string | undefined): boolean {
  return asked.system === undefined || asked.system === system;
}

function toConcept(system: string | undefined, code: string, display: string | undefined): Concept {
  return { ...(system && { system }), code, ...(display && { display }) };
}
