import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, QueryParameters } from '../fhir/request.ts';

/** Parameters that any interaction which answers with a resource takes (https://hl7.org/fhir/R4/http.html#parameters). */
export const GENERAL = ['_format', '_pretty', '_summary', '_elements'] as const;

/** The value of a parameter that may stand once. An empty one counts as absent. @throws FhirError `invalid` */
export function once(query: QueryParameters, name: string): string | undefined {
  const values = query.filter(([given]) => given === name).map(([, value]) => value);
  if (values.length > 1) throw new FhirError('invalid', `The parameter ${name} stands ${values.length} times; it may stand once.`);
  return values[0] || undefined;
}

/** Refuses parameters that an interaction does not know, unless the caller prefers lenient handling. @throws FhirError `invalid` */
export function takeOnly({ query, prefer }: FhirRequest, interaction: string, names: readonly string[] = []): void {
  if (prefer.handling === 'lenient') return;
  const foreign = query.find(([name]) => !names.includes(name) && !(GENERAL as readonly string[]).includes(name));
  if (!foreign) return;
  const known = [...names, ...GENERAL].join(', ');
  throw new FhirError('invalid', `The parameter "${foreign[0]}" means nothing to ${interaction}, which takes ${known}.`);
}

/** `_count` as a whole number, at most 1,000; 20 where it is absent. @throws FhirError `invalid` */
export function pageSize(query: QueryParameters): number {
  const text = once(query, '_count');
  if (text === undefined) return 20;
  if (!/^\d{1,9}$/.test(text))
    throw new FhirError('invalid', `The parameter _count must be a whole number from 0 on, not "${text.slice(0, 40)}".`);
  return Math.min(Number(text), 1000);
}

/** The same query with a parameter set, in the place where it stood or at the end. */
export function withParameter(query: QueryParameters, name: string, value: string): QueryParameters {
  const place = query.findIndex(([given]) => given === name);
  const rest = query.filter(([given]) => given !== name);
  return place < 0 ? [...query, [name, value]] : [...rest.slice(0, place), [name, value], ...rest.slice(place)];
}
