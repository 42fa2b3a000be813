/**
 * The operators of `_filter` that are offered, each where it comes to exactly what R4 says of it
 * (https://hl7.org/fhir/R4/search_filter.html).
 */
import { FhirError } from '../fhir/error.ts';
import { SEPARATOR } from './entries.ts';
import { conditionOfValues } from './filter.ts';
import { checkModifier } from './modifiers.ts';
import type { Resolved } from './parameter-name.ts';
import type { ParameterType } from './parameters.ts';
import type { Condition } from './query.ts';
import { normalised, TEXT_LENGTH } from './text.ts';
import { dateTests } from './types/date.ts';
import { refused, unescaped } from './types/values.ts';

type Asked = Extract<Resolved, { kind: 'value' }>;
type Ask = (asked: Asked, value: string, now: Date) => Condition;

interface Operator {
  /** Search types whose parameters take it. */
  readonly types: readonly ParameterType[];
  readonly ask: Ask;
}

const ORDERED: readonly ParameterType[] = ['number', 'date', 'quantity'];
const TOKEN: readonly ParameterType[] = ['token'];

const plain: Ask = (asked, value, now) => conditionOfValues(asked, [value], now);

function prefixed(prefix: string): Operator {
  return { types: ORDERED, ask: (asked, value, now) => conditionOfValues(asked, [prefix + value], now) };
}

function modified(modifier: string, types: readonly ParameterType[]): Operator {
  return {
    types,
    ask: (asked, value, now) => {
      for (const parameter of asked.parameters) checkModifier(parameter, modifier);
      return conditionOfValues({ ...asked, modifier }, [value], now);
    },
  };
}

const equal: Ask = (asked, value, now) => {
  const type = typeOf(asked);
  if (ORDERED.includes(type)) return conditionOfValues(asked, [`eq${value}`], now);
  return type === 'string' ? wholeText(asked, value) : plain(asked, value, now);
};

/** By the normal form of strings: without regard to case, accents and punctuation. */
function wholeText({ code }: Asked, value: string): Condition {
  const text = normalised(unescaped(value, code));
  if (text.length >= TEXT_LENGTH) throw refused('_filter', value, `texts are compared up to ${TEXT_LENGTH} characters`);
  return { kind: 'text', texts: [code + SEPARATOR + text] };
}

const present: Ask = (asked, value, now) => {
  if (value !== 'true' && value !== 'false') throw refused('_filter', value, '"pr" takes true or false');
  return conditionOfValues({ ...asked, modifier: 'missing' }, [value === 'true' ? 'false' : 'true'], now);
};

/** Some time that is stored has an instant in common with the one asked for. */
const overlaps: Ask = ({ code }, value, now) => {
  const text = unescaped(value, code);
  const [from] = dateTests(`ge${text}`, now) ?? [];
  const [to] = dateTests(`le${text}`, now) ?? [];
  if (!from || !to) throw refused('_filter', value, '"po" takes a date');
  const tests = [...from, ...to];
  return code === '_lastUpdated' ? { kind: 'updated', tests } : { kind: 'range', parameter: code, tests };
};

const OPERATORS: Readonly<Record<string, Operator>> = {
  eq: { types: [...ORDERED, 'string', 'token', 'reference', 'uri', 'composite'], ask: equal },
  ...Object.fromEntries(['ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'].map((prefix) => [prefix, prefixed(prefix)])),
  po: { types: ['date'], ask: overlaps },
  sw: { types: ['string'], ask: plain },
  co: modified('contains', ['string']),
  pr: { types: [...ORDERED, 'string', 'token', 'reference', 'uri'], ask: present },
  re: { types: ['reference'], ask: plain },
  in: modified('in', TOKEN),
  ni: modified('not-in', TOKEN),
  ss: modified('below', TOKEN),
  sb: modified('above', TOKEN),
};

/** What of `_filter` is offered, for the CapabilityStatement. */
export const FILTER_DOCUMENTATION = `${Object.entries(OPERATORS)
  .map(([code, { types }]) => `${code} (${types.join(', ')})`)
  .join('; ')}. Logic: and, or from left to right without precedence, not (…), parentheses. Paths: chains of up to three links, \
name:Type to choose a target, reference[filter].name for a target that fulfils both, _has:Type:reference:name. Values are those of \
plain searches; a string equals without regard to case, accents and punctuation, and each part of a name or address and each \
word of a family name is a value. All else is refused with 400.`;

/** @throws FhirError `invalid`, `not-supported` naming the operator, `too-costly` */
export function askOperator(operator: string, asked: Asked, value: string, now: Date): Condition {
  const found = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (!found?.types.includes(typeOf(asked))) throw notOffered(operator, asked);
  return found.ask(asked, value, now);
}

function notOffered(operator: string, asked: Asked): FhirError {
  const type = typeOf(asked);
  const offered = Object.entries(OPERATORS).flatMap(([code, { types }]) => (types.includes(type) ? [code] : []));
  const negated = operator === 'ne' ? `; write not (${asked.code} eq …) for what has no such value` : '';
  return new FhirError(
    'not-supported',
    `The operator "${operator.slice(0, 20)}" of "_filter" is not offered for "${asked.code}", a parameter of type ${type}, which takes ${offered.join(', ')}${negated}.`,
  );
}

/** Of the parameter; the same for all types searched. */
export function typeOf({ parameters }: Asked): ParameterType {
  return parameters[0]?.type ?? 'special';
}
