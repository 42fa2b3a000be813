import { beforeEach, describe, expect, test } from '@jest/globals';
import { type CoreDefinitions, openCore } from '../../src/definitions/core.ts';
import { createDefinitions, type StoredDefinitions } from '../../src/definitions/definitions.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import type { Changes, ResourceStore, SearchPage, Version } from '../../src/storage/store.ts';

const core: CoreDefinitions = openCore();

/** As much of a store as finding by canonical needs, pages of two. */
class ShelfStore {
  private readonly rows = new Map<string, FhirResource>();
  private log: { type: ResourceType; id: string }[] = [];
  searches = 0;

  put(resource: FhirResource): void {
    this.rows.set(`${resource.resourceType}/${resource.id}`, resource);
    this.log.push({ type: resource.resourceType, id: resource.id ?? '' });
  }

  delete(type: ResourceType, id: string): void {
    this.rows.delete(`${type}/${id}`);
    this.log.push({ type, id });
  }

  read(type: ResourceType, id: string): Promise<Version | undefined> {
    const resource = this.rows.get(`${type}/${id}`);
    return Promise.resolve(resource && version(resource));
  }

  search({
    types,
    where,
    after,
  }: {
    types: readonly ResourceType[];
    where: { keys: readonly string[] };
    after?: { id: string };
  }): Promise<SearchPage> {
    this.searches++;
    const hits = [...this.rows.values()].filter(
      (each) =>
        (types.length === 0 || types.includes(each.resourceType)) && where.keys.includes(`url\u001f${(each as { url?: string }).url}`),
    );
    const start = Number(after?.id ?? 0);
    const next = start + 2 < hits.length ? { next: { values: [], type: 'Basic' as const, id: String(start + 2) } } : {};
    return Promise.resolve({ versions: hits.slice(start, start + 2).map(version), ...next });
  }

  changes(since: number): Promise<Changes> {
    return Promise.resolve({ revision: this.log.length + 1, changed: since === 0 ? 'all' : this.log.slice(since - 1) });
  }
}

function version(resource: FhirResource): Version {
  return {
    type: resource.resourceType,
    id: resource.id ?? '',
    versionId: 1,
    lastUpdated: '',
    method: 'PUT',
    json: Buffer.from(JSON.stringify(resource)),
  };
}

const url = 'http://example.org/Library/a';
const library = (id: string, rest: object): FhirResource =>
  ({ resourceType: 'Library', id, url, status: 'active', type: { text: 'logic' }, ...rest }) as FhirResource;

describe('definitions, stored and of R4', () => {
  let store: ShelfStore;
  let definitions: StoredDefinitions;
  beforeEach(() => {
    store = new ShelfStore();
    definitions = createDefinitions({ store: store as unknown as ResourceStore, core });
  });

  test('without a version the latest active one is meant, numbers compared as numbers', async () => {
    for (const each of ['1.9.0', '1.10.0', '1.10.0-draft', '1.2']) store.put(library(each, { version: each }));
    store.put(library('later', { version: '2.0.0', status: 'draft' }));
    expect(await definitions.resolve(url)).toMatchObject({ version: '1.10.0' });
    expect(await definitions.resolve(`${url}|2.0.0`, 'Library')).toMatchObject({ status: 'draft' });
    expect(await definitions.resolve(`${url}|1.2#part`)).toMatchObject({ version: '1.2' });
    expect(await definitions.resolve(`${url}|1.3`)).toBeUndefined();
    expect(await definitions.resolve(url, 'PlanDefinition')).toBeUndefined();
  });

  test('without any active one it is the latest, by date where versions are no numbers', async () => {
    store.put(library('a', { version: 'spring', status: 'draft', date: '2024-03-01' }));
    store.put(library('b', { version: 'autumn', status: 'draft', date: '2024-09-01' }));
    store.put(library('c', { version: 'winter', status: 'draft', date: '2024-01-01' }));
    expect(await definitions.resolve(url)).toMatchObject({ id: 'b' });
  });

  test('what is stored comes before R4, R4 where nothing is stored', async () => {
    const status = 'http://hl7.org/fhir/ValueSet/publication-status';
    expect(await definitions.resolve(`${status}|4.0.1`)).toMatchObject({ id: 'publication-status' });
    store.put({ resourceType: 'ValueSet', id: 'own', url: status, status: 'active' });
    expect(await definitions.resolve(status)).toMatchObject({ id: 'own' });
    expect(await definitions.resolve(`${status}|4.0.1`)).toMatchObject({ id: 'publication-status' });
  });

  test('an answer is kept until a write concerns it', async () => {
    store.put(library('a', { version: '1.0.0' }));
    store.put({ ...library('other', {}), url: 'http://example.org/Library/other' } as FhirResource);
    const first = await definitions.resolve(url);
    const before = store.searches;
    store.put({ ...library('other', { title: 'new' }), url: 'http://example.org/Library/other' } as FhirResource);
    expect(await definitions.resolve(url)).toBe(first);
    expect(store.searches).toBe(before);
    store.put(library('b', { version: '1.1.0' }));
    expect(await definitions.resolve(url)).toMatchObject({ id: 'b' });
    store.delete('Library', 'b');
    expect(await definitions.resolve(url)).toMatchObject({ id: 'a' });
    store.put(library('a', { url: 'http://example.org/Library/moved' }));
    expect(await definitions.resolve(url)).toBeUndefined();
    store.put(library('c', {}));
    expect(await definitions.resolve(url)).toMatchObject({ id: 'c' });
  });

  test('forgets all when told to', async () => {
    store.put(library('a', {}));
    const first = await definitions.resolve(url);
    definitions.invalidate();
    expect(await definitions.resolve(url)).not.toBe(first);
  });
});
