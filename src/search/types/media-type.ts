/** Media types as codes: `:below` ignores the parameters behind the type (https://hl7.org/fhir/R4/search.html#mimetypes). */
import { escaped } from '../keys.ts';
import type { Parameter } from '../parameters.ts';
import type { Entry, Leaf } from './search-type.ts';

const MEDIA_TYPES = 'urn:ietf:bcp:13';
const BASE = ':base';

/** Whether the codes that a parameter looks at are media types. */
export function isMediaType({ elements, setting }: Parameter): boolean {
  return elements.length > 0 && elements.every(({ path }) => setting.codeSystems.get(path) === MEDIA_TYPES);
}

export function mediaTypeEntries(tokens: readonly { readonly system?: string; readonly code?: string }[]): readonly Entry[] {
  return tokens
    .filter(({ system, code }) => system === MEDIA_TYPES && code !== undefined)
    .flatMap(({ code = '' }) => [
      { suffix: BASE, value: escaped(bare(code)) },
      { suffix: ':whole', value: escaped(code.toLowerCase().replace(/\s/g, '')) },
    ]);
}

/** `below`: the type with any parameters, or with those given; `above`: the type itself, with no other parameters than those given. */
export function mediaTypeLeaves(value: string, relation: 'above' | 'below'): readonly Leaf[] {
  const whole = value.toLowerCase().replace(/\s/g, '');
  const bareLeaf = { kind: 'key', suffix: BASE, value: escaped(bare(whole)) } as const;
  const wholeLeaf = { kind: 'key', suffix: ':whole', value: escaped(whole) } as const;
  if (relation === 'below') return whole.includes(';') ? [wholeLeaf] : [bareLeaf];
  return [wholeLeaf, { ...wholeLeaf, value: escaped(bare(whole)) }];
}

function bare(mediaType: string): string {
  return (mediaType.toLowerCase().split(';')[0] ?? '').trim();
}
