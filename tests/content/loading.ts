/** Loads small content folders into a store, for tests. */
import { ContentFault } from '../../src/content/fault.ts';
import { type LoadDeps, loadContent } from '../../src/content/load.ts';
import { parseJson } from '../../src/fhir/json.ts';
import type { FhirResource } from '../../src/fhir/types.ts';
import { change } from '../../src/storage/change.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { core, type openStore, registryWith } from './folder.ts';

const registry = registryWith();
export const base = 'https://example.org/fhir';

export function valueSet(id: string, more: object = {}): object {
  return { resourceType: 'ValueSet', id, url: `${base}/ValueSet/${id}`, version: '1.0.0', status: 'draft', ...more };
}

export function plan(id: string, more: object = {}): object {
  return { resourceType: 'PlanDefinition', id, url: `${base}/PlanDefinition/${id}`, version: '1.0.0', status: 'draft', ...more };
}

export const load = (opened: ReturnType<typeof openStore>, folders: readonly string[], more: Partial<LoadDeps> = {}) =>
  loadContent({ ...opened, folders, core, registry: () => registry, ...more });

export async function faultsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ContentFault)) throw error ?? new Error('nothing was refused');
  return error.faults;
}

/** A write as REST makes it: without origin. */
export function edit(store: ResourceStore, resource: object) {
  const { value, lossless } = parseJson(JSON.stringify(resource));
  const { id } = resource as { id: string };
  const body = { resource: lossless() as never, value: value as FhirResource };
  return store.write([change({ kind: 'update', method: 'PUT', id, ...body }, registry)]);
}

export const versionOf = async (store: ResourceStore, id: string) => (await store.read('ValueSet', id))?.versionId;
export const titleOf = async (store: ResourceStore, id: string) => {
  const version = await store.read('ValueSet', id);
  return version?.json && JSON.parse(version.json.toString()).title;
};
