/** https://hl7.org/fhir/R4/search.html#string */
import { type Found, listOf, membersOf, textOf } from '../found.ts';
import { escaped } from '../keys.ts';
import { cut, normalised, TEXT_LENGTH } from '../text.ts';
import { type Indexed, NOTHING, type Question, type SearchType } from './search-type.ts';
import { refused, unescaped } from './values.ts';

const SORT_LENGTH = 200;
const NAME = ['text', 'family', 'given', 'prefix', 'suffix'];
const ADDRESS = ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'];

export const string: SearchType = {
  modifiers: ['exact', 'contains'],
  index: (found) => {
    const texts = textsOf(found);
    if (texts.length === 0) return NOTHING;
    const compared = new Set(texts.map(normalised));
    const sorted = [...compared].map((text) => cut(text, SORT_LENGTH)).sort();
    const words = familiesOf(found).flatMap((family) => family.split(/[\s\p{Pd}]+/u).map(normalised));
    return {
      keys: texts.map((text) => ({ suffix: ':exact', value: escaped(text) })),
      texts: [...new Set([...compared, ...words])].map((value) => ({ value })),
      sort: { low: sorted[0] ?? '', high: sorted.at(-1) ?? '' },
    } satisfies Indexed;
  },
  ask: (value, { parameter, modifier }: Question) => {
    const text = unescaped(value, parameter.code);
    if (modifier === 'exact') return [{ kind: 'key', suffix: ':exact', value: escaped(text) }];
    if (text.length > TEXT_LENGTH) throw refused(parameter.code, text, `texts are compared up to ${TEXT_LENGTH} characters`);
    return [{ kind: modifier === 'contains' ? 'text-contains' : 'text-prefix', value: comparable(text, parameter.code) }];
  },
};

/** @throws FhirError `invalid` for a text without anything that is compared: it would find all that have any */
export function comparable(text: string, parameter: string): string {
  const value = normalised(text);
  if (value !== '') return value;
  throw refused(
    parameter,
    text,
    'punctuation, accents and white space are not compared, and it holds nothing else; ":exact" compares them',
  );
}

function textsOf({ type, value }: Found): readonly string[] {
  if (typeof value === 'string') return value === '' ? [] : [value];
  const members = type === 'HumanName' ? NAME : type === 'Address' ? ADDRESS : [];
  return members.flatMap((name) => listOf(membersOf(value)[name])).flatMap((each) => textOf(each) ?? []);
}

/** Each word of a family name can be asked for (https://hl7.org/fhir/R4/search.html#string). */
function familiesOf({ type, path, value }: Found): readonly string[] {
  const family = path === 'HumanName.family' ? value : type === 'HumanName' ? membersOf(value).family : undefined;
  return listOf(textOf(family)) as readonly string[];
}
