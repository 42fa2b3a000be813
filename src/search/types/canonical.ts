/** Canonical references `url|version` (https://hl7.org/fhir/R4/references.html#canonical). */
import { formatCanonical, parseCanonical } from '../../fhir/canonical.ts';
import { escaped } from '../keys.ts';
import type { Parameter } from '../parameters.ts';
import type { Entry, Leaf } from './search-type.ts';

/** Whether the parameter looks at canonicals, which are compared by url and version. */
export function isCanonical({ elements }: Parameter): boolean {
  return elements.some(({ type }) => type === 'canonical');
}

/** Found by its url, by url and version, and, where it names no version, by `url|` (what any version of the target is found by). */
export function canonicalEntries(text: string): readonly Entry[] {
  const { url, version = '' } = parseCanonical(text);
  return [{ value: escaped(url) }, { value: `${escaped(url)}|${escaped(version)}` }];
}

/** @param below - the version given, and those that begin with it and a point */
export function canonicalLeaves(text: string, below = false): readonly Leaf[] {
  const { url, version } = parseCanonical(text);
  const exact = { kind: 'key', value: escaped(formatCanonical(url, version)) } as const;
  return below && version ? [exact, { kind: 'key-prefix', value: `${exact.value}.` }] : [exact];
}
