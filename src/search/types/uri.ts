/** https://hl7.org/fhir/R4/search.html#uri; canonicals as https://hl7.org/fhir/R4/references.html#canonical */
import { type Found, textOf } from '../found.ts';
import { escaped } from '../keys.ts';
import { cut } from '../text.ts';
import { canonicalEntries, canonicalLeaves, isCanonical } from './canonical.ts';
import { type Leaf, NOTHING, type Question, type SearchType } from './search-type.ts';
import { refused, unescaped } from './values.ts';

const LONGEST_ABOVE = 500;
const SORT_LENGTH = 300;

export const uri: SearchType = {
  modifiers: ['above', 'below'],
  index: ({ type, value }: Found) => {
    const text = textOf(value);
    if (text === undefined) return NOTHING;
    const sorted = cut(escaped(text), SORT_LENGTH);
    return { keys: type === 'canonical' ? canonicalEntries(text) : [{ value: escaped(text) }], sort: { low: sorted, high: sorted } };
  },
  ask: (value, question) => {
    const text = unescaped(value, question.parameter.code);
    if (question.modifier === 'above' || question.modifier === 'below') return related(text, question);
    return isCanonical(question.parameter) || isVersioned(question) ? canonicalLeaves(text) : [{ kind: 'key', value: escaped(text) }];
  },
};

/** The url of a canonical resource may be asked for with its version (https://hl7.org/fhir/R4/resource.html#canonical). */
function isVersioned({ parameter }: Question): boolean {
  return parameter.code === 'url' && parameter.elements.every(({ path }) => /^[A-Z][A-Za-z]*\.url$/.test(path));
}

function related(text: string, { parameter, modifier }: Question): readonly Leaf[] {
  if (/^urn:/i.test(text)) throw refused(parameter.code, text, `a URN has no hierarchy, so ":${modifier}" says nothing of it`);
  if (modifier === 'below')
    return isCanonical(parameter) && text.includes('|') ? canonicalLeaves(text, true) : [{ kind: 'key-prefix', value: escaped(text) }];
  if (text.length > LONGEST_ABOVE) throw refused(parameter.code, text, `":above" takes at most ${LONGEST_ABOVE} characters`);
  const beginnings = Array.from(text, (_, i) => text.slice(0, i + 1));
  return beginnings.map((beginning) => ({ kind: 'key', value: escaped(beginning) }));
}
