import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { type IndexEntries, type RangeEntry, SEPARATOR, type SortValue } from './entries.ts';
import type { Found, Members } from './found.ts';
import { escaped, keyOf } from './keys.ts';
import { ROW_PARAMETERS } from './modifiers.ts';
import type { Parameter, ParameterRegistry } from './parameters.ts';
import type { Indexed } from './types/search-type.ts';
import { searchType } from './types/types.ts';

/** What a resource is found by, from all search parameters of its type. */
export function indexEntries(resource: FhirResource, registry: ParameterRegistry): IndexEntries {
  const members = resource as unknown as Members;
  const entries = createCollector();
  addParameters(entries, members, registry.of(resource.resourceType as ResourceType), '');
  addVersionedUrl(entries, members);
  return entries.collected();
}

function addParameters(entries: Collector, resource: Members, parameters: readonly Parameter[], front: string): void {
  const start: Found = { type: String(resource.resourceType), path: String(resource.resourceType), value: resource };
  for (const parameter of parameters) {
    if (ROW_PARAMETERS.has(parameter.code)) continue;
    const type = searchType(parameter.type);
    const found = type ? parameter.extract(start, resource) : [];
    if (found.length > 0) entries.present(front + parameter.code);
    for (const each of found) entries.add(front + parameter.code, type?.index(each, parameter) ?? {});
  }
}

/** A canonical resource is found by `url|version` too (https://hl7.org/fhir/R4/references.html#canonical). */
function addVersionedUrl(entries: Collector, { url, version }: Members): void {
  if (typeof url !== 'string' || typeof version !== 'string' || !url || !version) return;
  entries.add('url', { keys: [{ value: `${escaped(url)}|${escaped(version)}` }] });
}

interface Collector {
  add(code: string, indexed: Indexed): void;
  present(code: string): void;
  collected(): IndexEntries;
}

function createCollector(): Collector {
  const keys = new Set<string>();
  const texts = new Set<string>();
  const present = new Set<string>();
  const ranges = new Map<string, RangeEntry>();
  const sort: Record<string, SortValue> = {};
  return {
    add(code, indexed) {
      for (const { suffix = '', value } of indexed.keys ?? []) keys.add(keyOf(code + suffix, value));
      for (const { suffix = '', value } of indexed.texts ?? []) texts.add(`${code}${suffix}${SEPARATOR}${value}`);
      for (const { unit, low, high } of indexed.ranges ?? []) {
        const parameter = unit === undefined ? code : keyOf(code, unit);
        ranges.set(`${parameter}${SEPARATOR}${low}${SEPARATOR}${high}`, { parameter, low, high });
      }
      if (indexed.sort) sort[code] = widest(sort[code], indexed.sort);
    },
    present: (code) => present.add(code),
    collected: () => ({ keys: [...keys], texts: [...texts], ranges: [...ranges.values()], present: [...present], sort }),
  };
}

function widest(a: SortValue | undefined, { low, high }: SortValue): SortValue {
  return a ? { low: low < a.low ? low : a.low, high: high > a.high ? high : a.high } : { low, high };
}
