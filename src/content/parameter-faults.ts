/** What stands in the way of searching by a SearchParameter (https://hl7.org/fhir/R4/searchparameter.html). */
import { FhirError } from '../fhir/error.ts';
import { resourceTypes } from '../fhir/resource-types.ts';
import type { SearchParameter } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';
import { createExtractor, type Extractor } from '../search/extractor.ts';
import { alternatives } from '../search/path-parser.ts';
import { createRegistry } from '../search/registry.ts';

export interface ParameterFault {
  /** What is wrong, by which rule, and what to do. */
  readonly sentence: string;
  /** Element at fault. */
  readonly expression: string;
}

/** What a definition has to fit in with. */
export interface Surroundings {
  /** R4's own and those of the profiles folder: their urls and codes are taken. */
  readonly fixed: readonly SearchParameter[];
  /** Others that are stored and in force. */
  readonly others: readonly SearchParameter[];
}

/** Which types of elements each type of parameter can look at (https://hl7.org/fhir/R4/search.html#ptypes). */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  number: ['decimal', 'integer', 'Range'],
  date: ['date', 'dateTime', 'instant', 'Period', 'Timing'],
  string: ['string', 'markdown', 'uri', 'HumanName', 'Address'],
  token: ['Coding', 'CodeableConcept', 'Identifier', 'ContactPoint', 'boolean', 'string', 'uri'],
  reference: ['Reference', 'canonical', 'uri'],
  quantity: ['Quantity', 'Money', 'Range'],
  uri: ['uri'],
  composite: ['Element', 'BackboneElement', 'Resource'],
};

/** All that is wrong, at least one sentence for each element at fault; empty: rows can be indexed with it. */
export function parameterFaults(given: SearchParameter, surroundings: Surroundings): readonly ParameterFault[] {
  if (!isWhole(given)) return [fault('base', 'A search parameter needs a url, a code, a base and a type.')];
  const faults = [...nameFaults(given, surroundings), ...baseFaults(given), ...typeFaults(given)];
  if (faults.length > 0) return faults;
  return [...expressionFaults(given), ...componentFaults(given, surroundings)];
}

/** Rows may be older than the rules of this release, and imported ones were never held against them. */
function isWhole({ url, code, base, type }: Partial<SearchParameter>): boolean {
  return [url, code, type].every((each) => typeof each === 'string' && each !== '') && Array.isArray(base) && base.length > 0;
}

const CODE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

function nameFaults({ url, code, base }: SearchParameter, { fixed, others }: Surroundings): readonly ParameterFault[] {
  if (fixed.some((each) => each.url === url))
    return [fault('url', `The url ${url} is that of a search parameter that comes with the server; give yours another.`)];
  if (!CODE.test(code)) {
    const rule = 'begins with a letter and holds letters, digits, "-" and "_" only, at most 64: what begins with "_" is R4\'s own';
    return [fault('code', `The code "${code.slice(0, 64)}" cannot be the name of a search parameter, which ${rule}.`)];
  }
  const rival = [...fixed, ...others].find((each) => each.code === code && overlap(each.base, base));
  if (!rival) return [];
  const whose = fixed.includes(rival) ? 'is part of the server' : 'is in force; retire that one, or';
  const todo = fixed.includes(rival) ? '; choose another code' : ' choose another code';
  return [fault('code', `The code "${code}" means ${rival.url} already, which ${whose}${todo}.`)];
}

function overlap(some: readonly string[], others: readonly string[]): boolean {
  return some.some((a) => others.some((b) => isKindOf(a, b) || isKindOf(b, a)));
}

const BASES: ReadonlySet<string> = new Set([...resourceTypes, 'Resource', 'DomainResource']);

function baseFaults({ base }: SearchParameter): readonly ParameterFault[] {
  const unknown = base.filter((each) => !BASES.has(each));
  return unknown.map((each) => fault('base', `The base "${each.slice(0, 64)}" is no resource type of R4.`));
}

function typeFaults({ type, expression, xpathUsage }: SearchParameter): readonly ParameterFault[] {
  const legal = Object.keys(FITTING);
  return [
    ...(legal.includes(type) ? [] : [fault('type', `The type ${type} is not searched here; it is one of ${legal.join(', ')}.`)]),
    ...(expression ? [] : [fault('expression', 'There is no expression, so nothing could be indexed; write one in FHIRPath.')]),
    ...(!xpathUsage || xpathUsage === 'normal'
      ? []
      : [fault('xpathUsage', `The xpathUsage "${xpathUsage}" is not offered: values are compared as they are ("normal").`)]),
  ];
}

function expressionFaults(given: SearchParameter): readonly ParameterFault[] {
  const { base, code, expression = '' } = given;
  try {
    const parts = alternatives(expression).map((text) => ({ text, found: base.map((each) => createExtractor(text, each, code)) }));
    const idle = parts.filter(({ found }) => found.every((each) => each.expression === ''));
    const bare = base.filter((_, i) => parts.every(({ found }) => found[i]?.expression === ''));
    return [
      ...idle.map(({ text }) =>
        fault('expression', `The part "${text.slice(0, 200)}" of the expression names no element that R4 has in ${base.join(', ')}.`),
      ),
      ...(idle.length > 0 ? [] : bare.map((each) => fault('expression', `The expression says nothing of ${each}, which is a base.`))),
      ...(idle.length + bare.length > 0 ? [] : parts.flatMap(({ text, found }) => unfitting(given, text, found))),
    ];
  } catch (error) {
    if (error instanceof FhirError) return [fault('expression', error.message)];
    throw error;
  }
}

/** Of what an engine evaluates, the types are not known beforehand. */
function unfitting({ type }: SearchParameter, text: string, found: readonly Extractor[]): readonly ParameterFault[] {
  const types = [...new Set(found.flatMap(({ elements }) => elements.map((each) => each.type)))];
  const fitting = FITTING[type] ?? [];
  if (types.length === 0 || types.some((each) => fitting.some((kind) => isKindOf(each, kind)))) return [];
  const seen = `finds ${types.join(', ')}, of which a parameter of type ${type} can make nothing`;
  return [fault('expression', `The part "${text.slice(0, 200)}" of the expression ${seen}; it takes ${fitting.join(', ')}.`)];
}

function componentFaults(given: SearchParameter, { fixed, others }: Surroundings): readonly ParameterFault[] {
  const { type, component = [] } = given;
  if (type !== 'composite') return [];
  const known = new Map([...fixed, ...others].map((each) => [each.url, each]));
  const parts = component.flatMap(({ definition }) => known.get(definition) ?? []);
  if (parts.length < component.length) {
    const { definition } = component.find((each) => !known.has(each.definition)) ?? { definition: '' };
    return [fault('component', `The component ${definition.slice(0, 200)} is no search parameter in force here; store that one first.`)];
  }
  try {
    createRegistry([...parts, given], { baseUrl: '', codeSystems: new Map() });
    return [];
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    const rule =
      'two or more, of which one at most is a string, a number, a date or a quantity, each with an expression below the composite';
    return [fault('component', `The components cannot be searched together; they are ${rule}.`)];
  }
}

function fault(element: string, sentence: string): ParameterFault {
  return { sentence, expression: `SearchParameter.${element}` };
}
