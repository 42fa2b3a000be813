/** https://hl7.org/fhir/R4/search.html#reference */
import { FhirError } from '../../fhir/error.ts';
import { isId } from '../../fhir/id.ts';
import { localReference, parseReference } from '../../fhir/reference.ts';
import { isResourceType } from '../../fhir/resource-types.ts';
import { SEPARATOR } from '../entries.ts';
import { type Found, membersOf, textOf } from '../found.ts';
import { escaped } from '../keys.ts';
import type { Parameter } from '../parameters.ts';
import { cut } from '../text.ts';
import { canonicalEntries, canonicalLeaves } from './canonical.ts';
import { type Entry, type Indexed, type Leaf, NOTHING, type SearchType } from './search-type.ts';
import { token } from './token.ts';
import { refused, unescaped } from './values.ts';

const SORT_LENGTH = 300;

export const reference: SearchType = {
  modifiers: ['identifier', 'below'],
  index: (found, parameter) => {
    const literal = literalOf(found);
    const keys = [...(literal === undefined ? [] : literalEntries(literal, found, parameter)), ...identifierEntries(found, parameter)];
    if (keys.length === 0) return NOTHING;
    const sort = literal === undefined ? undefined : cut(escaped(localReference(literal, parameter.setting.baseUrl)), SORT_LENGTH);
    return { keys, ...(sort !== undefined && { sort: { low: sort, high: sort } }) } satisfies Indexed;
  },
  ask: (value, question) => {
    const { parameter, modifier } = question;
    if (modifier === 'identifier') return token.ask(value, { ...question, parameter: asIdentifier(parameter) }).map(underIdentifier);
    const text = unescaped(value, parameter.code);
    if (modifier !== undefined && isResourceType(modifier)) return [typedLeaf(text, modifier, parameter)];
    const { canonical, literal } = kindsOf(parameter);
    const leaves = [...(literal ? [literalLeaf(text, parameter)] : []), ...(canonical ? canonicalLeaves(text, modifier === 'below') : [])];
    return leaves;
  },
};

/** Whether a parameter looks at references, at canonicals, or both. */
export function kindsOf({ elements }: Parameter): { readonly canonical: boolean; readonly literal: boolean } {
  const canonical = elements.some(({ type }) => isUrl(type));
  return { canonical, literal: !canonical || elements.some(({ type }) => !isUrl(type)) };
}

/** The literal reference or canonical that an element holds; undefined for identifiers alone and for what stands in `contained`. */
export function literalOf({ type, value }: Found): string | undefined {
  const text = isUrl(type) ? textOf(value) : type === 'Reference' ? textOf(membersOf(value).reference) : undefined;
  return text?.startsWith('#') ? undefined : text;
}

function isUrl(type: string): boolean {
  return type === 'canonical' || type === 'uri';
}

function literalEntries(literal: string, { type }: Found, { setting }: Parameter): readonly Entry[] {
  if (isUrl(type)) return canonicalEntries(literal);
  const local = localReference(literal, setting.baseUrl);
  const parts = parseReference(local);
  if (!parts) return [{ value: escaped(local) }];
  const { base, id, versionId } = parts;
  const current = versionId === undefined ? local : local.slice(0, -`/_history/${versionId}`.length);
  return [
    { value: escaped(current) },
    ...(versionId === undefined ? [] : [{ value: escaped(local) }]),
    ...(base === undefined ? [{ value: bareId(id) }] : []),
  ];
}

/** The logical id alone, whatever the type. */
function bareId(id: string): string {
  return `${SEPARATOR}${id}`;
}

/** The parameter and the id of a key that asks for an id alone; tokens without a system read alike, so the caller knows the parameter. */
export function bareIdOf(key: string): { readonly parameter: string; readonly id: string } | undefined {
  const [parameter = '', none, id, ...more] = key.split(SEPARATOR);
  return none === '' && id !== undefined && more.length === 0 ? { parameter, id } : undefined;
}

function literalLeaf(text: string, { setting }: Parameter): Leaf {
  const local = localReference(text, setting.baseUrl);
  return { kind: 'key', value: isId(local) ? bareId(local) : escaped(local) };
}

function typedLeaf(text: string, type: string, parameter: Parameter): Leaf {
  const local = localReference(text, parameter.setting.baseUrl);
  if (isId(local)) return { kind: 'key', value: `${type}/${local}` };
  if (parseReference(local)?.type !== type) {
    throw refused(parameter.code, text, `with the modifier ":${type}" it must be an id or an address of that type`);
  }
  return { kind: 'key', value: escaped(local) };
}

/** @throws FhirError `invalid` where the parameter never leads to the type */
export function checkTarget({ code, targets }: Parameter, type: string): void {
  if ((targets as readonly string[]).includes(type)) return;
  const allowed = targets.length > 12 ? `${targets.slice(0, 12).join(', ')} …` : targets.join(', ');
  throw new FhirError(
    'invalid',
    `The search parameter "${code}" does not lead to ${type}; it leads to ${allowed || 'no type that is known'}.`,
  );
}

function identifierEntries({ type, value }: Found, parameter: Parameter): readonly Entry[] {
  const { identifier } = membersOf(value);
  if (type !== 'Reference' || identifier === undefined) return [];
  const { keys = [] } = token.index({ type: 'Identifier', path: 'Reference.identifier', value: identifier }, asIdentifier(parameter));
  return keys.filter(({ suffix }) => suffix === undefined).map((key) => ({ ...key, suffix: ':identifier' }));
}

function asIdentifier(parameter: Parameter): Parameter {
  return { ...parameter, elements: [{ type: 'Identifier', path: 'Reference.identifier' }] };
}

function underIdentifier(leaf: Leaf): Leaf {
  return leaf.kind === 'key' ? { ...leaf, suffix: ':identifier' } : leaf;
}
