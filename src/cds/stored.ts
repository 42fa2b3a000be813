import type { FhirResource, ResourceType } from '../fhir/types.ts';
import type { ResourceStore } from '../storage/store.ts';

const PAGE = 500;

/** All current resources of a type. */
export async function allOf<T extends FhirResource>(store: ResourceStore, type: ResourceType): Promise<readonly T[]> {
  const found: T[] = [];
  let after: Awaited<ReturnType<ResourceStore['search']>>['next'];
  do {
    const page = await store.search({
      types: [type],
      where: { kind: 'and', conditions: [] },
      sort: [],
      count: PAGE,
      ...(after && { after }),
    });
    for (const { json } of page.versions) if (json) found.push(JSON.parse(json.toString('utf8')) as T);
    after = page.next;
  } while (after);
  return found;
}

/** The current resource; undefined where it never was or is deleted. */
export async function current<T extends FhirResource>(store: ResourceStore, type: ResourceType, id: string): Promise<T | undefined> {
  const version = await store.read(type, id);
  return version?.json && (JSON.parse(version.json.toString('utf8')) as T);
}
