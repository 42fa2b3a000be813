import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type ContentFile, readContent } from '../../src/content/read.ts';
import type { FhirResource, PlanDefinitionAction } from '../../src/fhir/types.ts';

/** The document folders of this repository, whatever they are called, and the profiles. */
export const documentFolders = readdirSync('resources').map((name) => join('resources', name));
const profilesFolder = 'profiles';

export interface Folder {
  readonly folder: string;
  readonly files: readonly ContentFile[];
  readonly faults: readonly string[];
}

export function readFolder(folder: string): Folder {
  const { files, faults } = readContent([folder]);
  return { folder, files, faults };
}

export const profiles = readFolder(profilesFolder);

export interface Place {
  /** `{file}: {path}` */
  readonly place: string;
  readonly value: object;
}

/** Every object inside the resources of files, with its place. */
export function* objects(files: readonly ContentFile[]): Generator<Place> {
  for (const { path, resource } of files) yield* below(resource, path);
}

function* below(value: unknown, place: string): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield { place, value };
  for (const [member, child] of Object.entries(value)) yield* below(child, `${place}.${member}`);
}

export function resourcesOf<T extends FhirResource['resourceType']>(
  files: readonly ContentFile[],
  type: T,
): Extract<FhirResource, { resourceType: T }>[] {
  return files.filter((file) => file.type === type).map(({ resource }) => resource as Extract<FhirResource, { resourceType: T }>);
}

/** Actions of a plan, each before those below it. */
export function actionsOf(actions: readonly PlanDefinitionAction[] = []): PlanDefinitionAction[] {
  return actions.flatMap((action) => [action, ...actionsOf(action.action)]);
}
