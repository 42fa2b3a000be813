/** Parameters that shape the answer, not what is found (https://hl7.org/fhir/R4/search.html#return). */
import type { ResourceType } from '../fhir/types.ts';
import { elementsOf } from '../fhirpath/model.ts';
import { CURSOR } from './cursor.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { SortKey } from './query.ts';
import { refused } from './types/values.ts';

/** Names of all that shapes the answer. */
export const SHAPES: readonly string[] = [
  ...['_sort', '_count', '_total', '_summary', '_elements', '_type'],
  ...['_include', '_revinclude', '_contained', '_containedType'],
  ...['_format', '_pretty'], // read by others, kept in links
];

const shapes: ReadonlySet<string> = new Set([...SHAPES, CURSOR]);

export function isShape(name: string): boolean {
  return shapes.has(name) || name.startsWith('_include:') || name.startsWith('_revinclude:');
}

export const DEFAULT_COUNT = 20;
export const MOST_COUNT = 1000;

export const SUMMARIES = ['true', 'false', 'text', 'data', 'count'] as const;
export type Summary = (typeof SUMMARIES)[number];

/** At most MOST_COUNT; a larger number is cut to it. @throws FhirError `invalid` */
export function parseCount(value: string | undefined): number {
  if (value === undefined) return DEFAULT_COUNT;
  if (!/^\d{1,10}$/.test(value)) throw refused('_count', value, 'it is a whole number that is not negative');
  return Math.min(Number(value), MOST_COUNT);
}

export function parseTotal(value: string | undefined): boolean {
  if (value === undefined || value === 'none') return false;
  if (value === 'accurate' || value === 'estimate') return true;
  throw refused('_total', value, 'it is none, estimate or accurate');
}

export function parseSummary(value: string | undefined): Summary | undefined {
  if (value === undefined) return undefined;
  const summary = SUMMARIES.find((each) => each === value);
  if (!summary) throw refused('_summary', value, `it is one of ${SUMMARIES.join(', ')}`);
  return summary;
}

/** A next link carries a value of each: more would not fit into an address. */
const MOST_SORT_KEYS = 5;

/** `_sort=a,-b`; repeated, it continues. @throws FhirError `invalid` for what cannot be sorted by */
export function parseSort(values: readonly string[], types: readonly ResourceType[], registry: ParameterRegistry): readonly SortKey[] {
  const keys = values.flatMap((value) => value.split(',')).filter(Boolean);
  if (keys.length > MOST_SORT_KEYS) throw refused('_sort', keys.join(','), `it takes at most ${MOST_SORT_KEYS} keys`);
  const sort = keys.map((key) => ({ parameter: key.replace(/^-/, ''), descending: key.startsWith('-') }));
  for (const { parameter } of sort) checkSort(parameter, types, registry);
  return sort.filter((key, i) => sort.findIndex(({ parameter }) => parameter === key.parameter) === i);
}

function checkSort(code: string, types: readonly ResourceType[], registry: ParameterRegistry): void {
  const found = types.length > 0 ? types.map((type) => registry.get(type, code)) : [registry.common().find((each) => each.code === code)];
  if (found.includes(undefined)) throw refused('_sort', code, 'there is no search parameter of that name for the types searched');
  if (found.some((each) => each?.type === 'composite')) throw refused('_sort', code, 'one cannot sort by a composite');
  if (types.some((type) => registry.pending(type).has(code))) throw refused('_sort', code, 'the parameter is being indexed');
}

/** Names of elements at the top of the types searched. @throws FhirError `invalid` for a name that none of them has */
export function parseElements(values: readonly string[], types: readonly ResourceType[]): readonly string[] | undefined {
  const names = [
    ...new Set(
      values
        .flatMap((value) => value.split(','))
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  ];
  if (names.length === 0) return undefined;
  const owners = types.length > 0 ? types : ['DomainResource'];
  const unknown = names.find((name) => !/^\w+$/.test(name) || owners.every((type) => elementsOf(type, name).length === 0));
  const whose = owners.length > 5 ? 'any of the types searched' : owners.join(', ');
  if (unknown !== undefined) throw refused('_elements', unknown, `it is no element at the top of ${whose}`);
  return names;
}
