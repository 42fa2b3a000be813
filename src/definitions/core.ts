/** R4's own definitions, from the index that `npm run build` makes (https://hl7.org/fhir/R4/downloads.html). */
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { parseCanonical } from '../fhir/canonical.ts';
import type {
  CompartmentDefinition,
  FhirResource,
  OperationDefinition,
  ResourceType,
  SearchParameter,
  StructureDefinition,
} from '../fhir/types.ts';
import { definitionsFolder } from './folder.ts';
import { openShelf, readJson, type Shelf, type ShelfEntry } from './shelf.ts';
import { type StoredSummary, type Summary, toSummary } from './summary.ts';

/** What R4 4.0.1 defines. Nothing is read before it is asked for; what is read is shared, so nobody may change it. */
export interface CoreDefinitions {
  searchParameters(): readonly SearchParameter[];
  /** Element path of a `code` with a required value set of one code system (`PlanDefinition.status`, `Identifier.use`) → url of that system. */
  codeSystems(): ReadonlyMap<string, string>;
  /** Snapshot (without prose) of a resource type, data type, profile or extension, by type name or canonical. */
  structure(typeOrUrl: string): StructureDefinition | undefined;
  /** Undefined for what is no concrete resource type. */
  summary(type: string): Summary | undefined;
  /** By the name of its owner: `Patient`, `Encounter`, `RelatedPerson`, `Practitioner`, `Device`. */
  compartment(name: string): CompartmentDefinition | undefined;
  /** By id: `Resource-validate`, `ValueSet-expand`. */
  operationDefinition(id: string): OperationDefinition | undefined;
  resolve<T extends FhirResource = FhirResource>(canonical: string, type?: ResourceType): T | undefined;
}

const base = 'http://hl7.org/fhir';
const KEPT = 400; // unpacked resources; a structure is some 50 kB

/** @param folder where the index lies; without it, `build/r4` of this package. */
export function openCore(folder: string = definitionsFolder()): CoreDefinitions {
  const shelf = once(() => index(openShelf(join(folder, 'resources'))));
  const searchParameters = once(() => readJson(join(folder, 'search-parameters.json.gz')) as readonly SearchParameter[]);
  const codeSystems = once(() => new Map(Object.entries(readJson(join(folder, 'code-systems.json.gz')) as Record<string, string>)));
  const summaries = once(() => {
    const stored = Object.entries(readJson(join(folder, 'summaries.json.gz')) as Record<string, StoredSummary>);
    return new Map(stored.map(([type, summary]) => [type, toSummary(summary)]));
  });
  const resolve = <T extends FhirResource>(canonical: string, type?: ResourceType) => shelf()(canonical, type) as T | undefined;
  return {
    searchParameters,
    codeSystems,
    structure: (typeOrUrl) =>
      resolve(typeOrUrl.includes('/') ? typeOrUrl : `${base}/StructureDefinition/${typeOrUrl}`, 'StructureDefinition'),
    summary: (type) => summaries().get(type),
    compartment: (name) =>
      resolve(`${base}/CompartmentDefinition/${name.charAt(0).toLowerCase()}${name.slice(1)}`, 'CompartmentDefinition'),
    operationDefinition: (id) => resolve(`${base}/OperationDefinition/${id}`, 'OperationDefinition'),
    resolve,
  };
}

/** Finds by canonical in a shelf; what was unpacked lately is kept. */
function index(shelf: Shelf): (canonical: string, type?: ResourceType) => FhirResource | undefined {
  const byUrl = new Map<string, ShelfEntry[]>();
  for (const entry of shelf.entries) byUrl.set(entry.url, [...(byUrl.get(entry.url) ?? []), entry]);
  const kept = new LRUCache<ShelfEntry, FhirResource>({ max: KEPT });
  return (canonical, type) => {
    const { url, version } = parseCanonical(canonical);
    const entry = byUrl.get(url)?.find((each) => (!type || each.type === type) && isVersion(each, version));
    if (!entry) return undefined;
    const resource = kept.get(entry) ?? shelf.read(entry);
    kept.set(entry, resource);
    return resource;
  };
}

/** R4 binds some value sets of its packages as `|4.0.1` although they carry versions of their own. */
function isVersion(entry: ShelfEntry, version: string | undefined): boolean {
  return version === undefined || version === entry.version || version === '4.0.1';
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
