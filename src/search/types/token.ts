/** https://hl7.org/fhir/R4/search.html#token */

import { SEPARATOR } from '../entries.ts';
import { type Found, listOf, type Members, membersOf, textOf } from '../found.ts';
import { escaped, keyOf } from '../keys.ts';
import type { Parameter } from '../parameters.ts';
import { cut, normalised } from '../text.ts';
import { isMediaType, mediaTypeEntries, mediaTypeLeaves } from './media-type.ts';
import { type Entry, type Indexed, type Leaf, NOTHING, type Question, type SearchType } from './search-type.ts';
import { comparable } from './string.ts';
import { refused, split, unescaped } from './values.ts';

const SORT_LENGTH = 300;
/** Systems whose codes are compared without case: media types and language tags. */
const CASELESS: ReadonlySet<string> = new Set(['urn:ietf:bcp:13', 'urn:ietf:bcp:47']);
/** Types whose values have a system. */
const SYSTEMATIC: ReadonlySet<string> = new Set(['Coding', 'CodeableConcept', 'Identifier', 'code']);

interface Token {
  readonly system?: string;
  readonly code?: string;
  /** Texts that `:text` looks at. */
  readonly texts?: readonly string[];
}

export const token: SearchType = {
  modifiers: ['text', 'not', 'in', 'not-in', 'above', 'below', 'of-type'],
  index: (found, parameter) => {
    const tokens = tokensOf(found, parameter);
    const texts = tokens.flatMap((each) => each.texts ?? []);
    const coded = tokens.filter(({ system, code }) => system !== undefined || code !== undefined);
    if (coded.length === 0 && texts.length === 0) return NOTHING;
    return {
      keys: [...coded.flatMap(entriesOf), ...typedEntries(found), ...mediaTypeEntries(coded)],
      texts: texts.map((text) => ({ suffix: ':text', value: normalised(text) })),
      ...(coded.length > 0 && { sort: sortOf(coded) }),
    };
  },
  ask: (value, question) => {
    const { parameter, modifier } = question;
    switch (modifier) {
      case 'text':
        return [{ kind: 'text-prefix', suffix: ':text', value: comparable(unescaped(value, parameter.code), parameter.code) }];
      case 'in':
      case 'not-in':
        return [concepts(question, 'in', unescaped(value, parameter.code))];
      case 'above':
      case 'below':
        return isMediaType(parameter) ? mediaTypeLeaves(unescaped(value, parameter.code), modifier) : [related(value, question, modifier)];
      case 'of-type':
        return [ofType(value, parameter)];
      default:
        return plainLeaves(value, parameter);
    }
  },
};

/** The keys that rows with a code have: what a `concepts` node becomes, concept by concept. */
export function tokenKeys(parameter: string, system: string | undefined, code: string): readonly string[] {
  const folded = system !== undefined && CASELESS.has(system) ? code.toLowerCase() : code;
  return [keyOf(parameter, system === undefined ? `${SEPARATOR}${escaped(folded)}` : `${escaped(system)}|${SEPARATOR}${escaped(folded)}`)];
}

function tokensOf({ type, path, value }: Found, { setting }: Parameter): readonly Token[] {
  const members = membersOf(value);
  switch (type) {
    case 'CodeableConcept':
      return [
        ...listOf(members.coding).map((coding) => codingToken(membersOf(coding))),
        { texts: listOf(textOf(members.text)) as string[] },
      ];
    case 'Coding':
      return [codingToken(members)];
    case 'Identifier':
      return [{ ...systemOf(members.system), ...codeOf(members.value), texts: listOf(textOf(membersOf(members.type).text)) as string[] }];
    case 'ContactPoint':
      return [{ code: textOf(members.value)?.toLowerCase() }].filter(({ code }) => code !== undefined) as Token[];
    case 'code':
      return [folded({ ...systemOf(setting.codeSystems.get(path)), ...codeOf(value) })];
    case 'string':
      return [codeOf(value)].map(({ code }) => (code === undefined ? {} : { code: code.toLowerCase() }));
    default:
      return typeof value === 'boolean' ? [{ code: String(value) }] : [codeOf(value)];
  }
}

function codingToken({ system, code, display }: Members): Token {
  return folded({ ...systemOf(system), ...codeOf(code), texts: listOf(textOf(display)) as string[] });
}

function folded(given: Token): Token {
  return given.system !== undefined && CASELESS.has(given.system) && given.code !== undefined
    ? { ...given, code: given.code.toLowerCase() }
    : given;
}

function systemOf(value: unknown): Pick<Token, 'system'> {
  const system = textOf(value);
  return system === undefined ? {} : { system };
}

function codeOf(value: unknown): Pick<Token, 'code'> {
  const code = textOf(value);
  return code === undefined ? {} : { code };
}

/** By code alone, by system and code (`|` alone where there is no system), by system alone. */
function entriesOf({ system, code }: Token): readonly Entry[] {
  const name = escaped(system ?? '');
  return [
    ...(code === undefined ? [] : [{ value: `${SEPARATOR}${escaped(code)}` }, { value: `${name}|${SEPARATOR}${escaped(code)}` }]),
    ...(system === undefined ? [] : [{ value: `${name}|` }]),
  ];
}

function typedEntries({ type, value }: Found): readonly Entry[] {
  if (type !== 'Identifier') return [];
  const identifier = membersOf(value);
  const number = textOf(identifier.value);
  return listOf(membersOf(identifier.type).coding).flatMap((coding) => {
    const { system, code } = membersOf(coding);
    return number && typeof code === 'string' ? [{ suffix: ':of-type', value: typed(textOf(system) ?? '', code, number) }] : [];
  });
}

function typed(system: string, code: string, value: string): string {
  return `${escaped(system)}|${SEPARATOR}${escaped(code)}${SEPARATOR}${escaped(value)}`;
}

/** By code, then system. */
function sortOf(tokens: readonly Token[]): Indexed['sort'] {
  const sorted = tokens.map(({ system = '', code = '' }) => cut(`${escaped(code)}${SEPARATOR}${escaped(system)}`, SORT_LENGTH)).sort();
  return { low: sorted[0] ?? '', high: sorted.at(-1) ?? '' };
}

function plainLeaves(value: string, parameter: Parameter): readonly Leaf[] {
  const parts = split(value, '|').map((part) => unescaped(part, parameter.code));
  const [first = '', code] = parts;
  if (parts.length > 2)
    throw refused(parameter.code, value, 'a token is "code", "system|code", "|code" or "system|"; write a | inside as \\|');
  if (code === undefined) return anySystem(first, parameter);
  if (!hasSystem(parameter))
    throw refused(parameter.code, value, 'its values have no system, so there is no | in it; write a | that belongs to the value as \\|');
  if (first === '' && code === '') throw refused(parameter.code, value, 'there is neither a system nor a code');
  if (code === '') return [{ kind: 'key', value: `${escaped(first)}|` }];
  return [{ kind: 'key', value: `${escaped(first)}|${SEPARATOR}${escaped(CASELESS.has(first) ? code.toLowerCase() : code)}` }];
}

function anySystem(code: string, parameter: Parameter): readonly Leaf[] {
  const forms = { never: [code], always: [code.toLowerCase()], some: [...new Set([code, code.toLowerCase()])] }[caseless(parameter)];
  return forms.map((form) => ({ kind: 'key', value: `${SEPARATOR}${escaped(form)}` }));
}

/** Whether values are compared without case: all that the parameter looks at, some, or none. */
function caseless({ elements, setting }: Parameter): 'always' | 'some' | 'never' {
  const judged = elements.map(({ type, path }) => {
    if (type === 'string' || type === 'ContactPoint') return 'always';
    if (type === 'code') return CASELESS.has(setting.codeSystems.get(path) ?? '') ? 'always' : 'never';
    return (type === 'CodeableConcept' || type === 'Coding') && /language$/i.test(path) ? 'some' : 'never';
  });
  const [first = 'never'] = judged;
  return judged.every((each) => each === first) ? first : 'some';
}

function hasSystem({ elements }: Parameter): boolean {
  return elements.length === 0 || elements.some(({ type }) => SYSTEMATIC.has(type));
}

function related(value: string, question: Question, relation: 'above' | 'below'): Leaf {
  const { code } = question.parameter;
  const [system = '', concept = '', ...more] = split(value, '|').map((part) => unescaped(part, code));
  if (!system || !concept || more.length > 0) throw refused(code, value, `":${relation}" takes "system|code"`);
  return concepts(question, relation, `${system}|${concept}`);
}

function concepts({ parameter }: Question, relation: 'in' | 'above' | 'below', value: string): Leaf {
  return { kind: 'condition', condition: { kind: 'concepts', parameter: parameter.code, relation, value } };
}

function ofType(value: string, parameter: Parameter): Leaf {
  const parts = split(value, '|').map((part) => unescaped(part, parameter.code));
  const [system, code, number] = parts;
  if (!parameter.elements.some(({ type }) => type === 'Identifier')) throw refused(parameter.code, value, '":of-type" is for identifiers');
  if (parts.length !== 3 || !system || !code || !number)
    throw refused(parameter.code, value, '":of-type" takes "system|code|value", all three');
  return { kind: 'key', suffix: ':of-type', value: typed(system, code, number) };
}
