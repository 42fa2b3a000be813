import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FhirResource } from '../../fhir/types.ts';
import { generateContent, generateProfiles } from './generate.ts';
import { writeGenerated } from './generated-files.ts';
import { readProfileSources, readSources } from './sources.ts';

interface Built {
  readonly folder: string;
  readonly count: number;
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/** Generates every document that has sources, and the profiles, and writes what changed. */
export function buildContent(documents: string, profiles: string): Built[] {
  return generatedFolders(documents, profiles).map(({ folder, resources }) => ({
    folder,
    count: resources.length,
    ...writeGenerated(folder, resources),
  }));
}

/** The folders whose JSON is generated, with what their sources give. */
export function generatedFolders(documents: string, profiles: string): { folder: string; resources: FhirResource[] }[] {
  const folders = readdirSync(documents).map((name) => join(documents, name));
  const withSources = folders.filter((folder) => existsSync(join(folder, 'source', 'document.json')));
  return [
    ...withSources.map((folder) => ({ folder, resources: generateContent(readSources(folder)) })),
    { folder: profiles, resources: generateProfiles(readProfileSources(profiles)) },
  ];
}
