import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseCanonical } from '../../src/fhir/canonical.ts';
import type { Definitions } from '../../src/fhir/definitions.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import type { ResourceStore, Version } from '../../src/storage/store.ts';

/** A store and its definitions over a list of resources, as far as services look at them. */
export function memory(resources: readonly FhirResource[]) {
  const rows = new Map<string, FhirResource>();
  const written: { type: ResourceType; id: string }[] = [];
  const counts = { reads: 0, changes: 0 };
  const put = (resource: FhirResource) => {
    rows.set(`${resource.resourceType}/${resource.id}`, resource);
    written.push({ type: resource.resourceType, id: resource.id ?? '' });
  };
  const remove = (type: ResourceType, id: string) => {
    rows.delete(`${type}/${id}`);
    written.push({ type, id });
  };
  for (const resource of resources) put(resource);
  const version = (resource: FhirResource): Version => ({
    type: resource.resourceType,
    id: resource.id ?? '',
    versionId: 1,
    lastUpdated: '2026-01-01T00:00:00.000Z',
    method: 'PUT',
    json: Buffer.from(JSON.stringify(resource)),
  });
  const store = {
    read: async (type: string, id: string) => {
      counts.reads++;
      const row = rows.get(`${type}/${id}`);
      return row && version(row);
    },
    search: async ({ types }: { types: readonly string[] }) => ({
      versions: [...rows.values()].filter(({ resourceType }) => types.includes(resourceType)).map(version),
    }),
    changes: async (since: number) => {
      counts.changes++;
      return { revision: written.length, changed: since === 0 ? 'all' : written.slice(since) };
    },
  } as unknown as ResourceStore;
  const definitions: Definitions = {
    resolve: async <T extends FhirResource>(canonical: string, type?: ResourceType) => {
      const { url, version: wanted } = parseCanonical(canonical);
      return [...rows.values()].find((row) => {
        const { url: its, version: itsVersion } = row as { url?: string; version?: string };
        return its === url && (!wanted || itsVersion === wanted) && (!type || row.resourceType === type);
      }) as T | undefined;
    },
  };
  return { store, definitions, put, remove, counts };
}

/** All resources in JSON files below a folder. */
export function resourcesIn(folder: string): FhirResource[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'source' ? [] : resourcesIn(path);
    return name.endsWith('.json') ? [JSON.parse(readFileSync(path, 'utf8')) as FhirResource] : [];
  });
}
