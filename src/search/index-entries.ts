import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { createCollector, type EntryCollector } from './collector.ts';
import { canContain, containedTargets, containedTypes, containsKey, frontOf, typeKey } from './contained.ts';
import type { IndexEntries } from './entries.ts';
import { type Members, membersOf } from './found.ts';
import { escaped } from './keys.ts';
import { ROW_PARAMETERS } from './modifiers.ts';
import type { ParameterRegistry } from './parameters.ts';
import { searchType } from './types/types.ts';

/** Chains have at most three links, so what is contained is followed that far. */
const DEEPEST = 3;

/** What a resource is found by, from all search parameters of its type. */
export function indexEntries(resource: FhirResource, registry: ParameterRegistry): IndexEntries {
  const members = membersOf(resource);
  const entries = entriesOf(members, members, registry);
  if (canContain(resource.resourceType)) for (const type of containedTypes(members)) entries.addKey(containsKey(type));
  return entries.collected();
}

/**
 * What a resource, or one that it contains, is found by through some parameters.
 * @param container - where references to what is contained lead
 */
export function entriesBy(
  parameters: ReadonlySet<string>,
  resource: Members,
  container: Members,
  registry: ParameterRegistry,
): IndexEntries {
  return entriesOf(resource, container, registry, parameters).collected();
}

function entriesOf(resource: Members, root: Members, registry: ParameterRegistry, only?: ReadonlySet<string>): EntryCollector {
  const entries = createCollector();
  addParameters(entries, resource, { registry, root, front: '', depth: 0, only });
  addVersionedUrl(entries, resource);
  return entries;
}

interface Place {
  readonly registry: ParameterRegistry;
  /** The resource itself, or the container of what is indexed. */
  readonly root: Members;
  /** Stands before the parameters of what is contained. */
  readonly front: string;
  readonly depth: number;
  /** Codes of the parameters looked at, where not all are. */
  readonly only?: ReadonlySet<string> | undefined;
}

function addParameters(entries: EntryCollector, resource: Members, place: Place): void {
  const { registry, root, front, depth, only } = place;
  const resourceType = String(resource.resourceType);
  const start = { type: resourceType, path: resourceType, value: resource };
  for (const parameter of registry.of(resourceType as ResourceType)) {
    if (only && !only.has(parameter.code)) continue;
    const type = ROW_PARAMETERS.has(parameter.code) ? undefined : searchType(parameter.type);
    const found = type ? parameter.extract(start, root) : [];
    if (found.length === 0) continue;
    const code = front + parameter.code;
    entries.present(code);
    for (const each of found) entries.add(code, type?.index(each, parameter) ?? {});
    if (parameter.type !== 'reference' || depth === DEEPEST) continue;
    for (const target of containedTargets(found, root)) {
      entries.addKey(typeKey(code, String(target.resourceType)));
      addParameters(entries, target, { ...place, front: frontOf(code), depth: depth + 1 });
    }
  }
}

/** A canonical resource is found by `url|version` too (https://hl7.org/fhir/R4/references.html#canonical). */
function addVersionedUrl(entries: EntryCollector, { url, version }: Members): void {
  if (typeof url !== 'string' || typeof version !== 'string' || !url || !version) return;
  entries.add('url', { keys: [{ value: `${escaped(url)}|${escaped(version)}` }] });
}
