/** Filters of a value set (https://hl7.org/fhir/R4/valueset-filter-operator.html), on the code systems that are known here. */
import { RE2JS } from 're2js';
import { FhirError } from '../fhir/error.ts';
import type { ValueSetComposeIncludeFilter } from '../fhir/types.ts';
import { type Answer, not } from './code-set.ts';
import type { KnownCodeSystem } from './code-system.ts';

/** Whether a code passes; undefined where the filter is not understood or the code system is not known well enough. */
export type Predicate = (code: string) => Answer;

export function toPredicate({ property, op, value }: ValueSetComposeIncludeFilter, system: KnownCodeSystem | undefined): Predicate {
  switch (op) {
    case 'is-a':
      return (code) => isA(code, value, system);
    case 'descendent-of':
      return (code) => (code === value ? false : isA(code, value, system));
    case 'is-not-a':
      return (code) => not(isA(code, value, system));
    case 'generalizes':
      return (code) => isA(value, code, system);
    case 'regex':
      return onValues(property, system, anchored(value));
    case '=':
      return onValues(property, system, (each) => each === value);
    case 'in':
      return onValues(property, system, listed(value));
    case 'not-in': {
      const isIn = onValues(property, system, listed(value));
      return (code) => not(isIn(code));
    }
    case 'exists':
      return (code) => exists(code, property, system, value === 'true');
    default:
      return () => undefined;
  }
}

/** A regular expression that the whole text must match, in linear time. @throws FhirError `invalid` where it is none */
function anchored(value: string): (text: string) => boolean {
  try {
    const pattern = RE2JS.compile(value);
    return (text) => pattern.matches(text);
  } catch {
    throw new FhirError('invalid', `its filter has the regular expression "${value}", which cannot be read`);
  }
}

function listed(value: string): (text: string) => boolean {
  const values = new Set(value.split(',').map((each) => each.trim()));
  return (text) => values.has(text);
}

function isA(code: string, ancestor: string, system: KnownCodeSystem | undefined): Answer {
  if (code === ancestor) return true;
  if (!system?.complete) return undefined;
  const known = system.find(code);
  return known ? system.below(ancestor).has(known.code) : undefined;
}

/** Tests the code itself, its display, or the values of one of its properties. */
function onValues(property: string, system: KnownCodeSystem | undefined, test: (value: string) => boolean): Predicate {
  if (property === 'code' || property === 'concept') return test;
  return (code) => {
    const known = system?.find(code);
    if (!known) return undefined;
    if (property === 'display') return test(known.display ?? '');
    const values = known.properties.get(property);
    return values ? values.some(test) : system?.complete ? false : undefined;
  };
}

function exists(code: string, property: string, system: KnownCodeSystem | undefined, wanted: boolean): Answer {
  const known = system?.find(code);
  return known ? known.properties.has(property) === wanted : undefined;
}
