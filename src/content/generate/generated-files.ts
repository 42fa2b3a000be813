/** Generated resources as files: `{Type}/{id}.json`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FhirResource } from '../../fhir/types.ts';

export function fileName({ resourceType, id }: FhirResource): string {
  return `${resourceType}/${id}.json`;
}

export function fileText(resource: FhirResource): string {
  return `${JSON.stringify(resource, undefined, 2)}\n`;
}

/** Writes what differs, and removes what a former run wrote into these types and this one did not. Gives the names of both. */
export function writeGenerated(folder: string, resources: readonly FhirResource[]): { written: string[]; removed: string[] } {
  const files = new Map(resources.map((resource) => [fileName(resource), fileText(resource)]));
  const written = [...files].filter(([name, text]) => textOf(join(folder, name)) !== text);
  for (const [name, text] of written) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const types = new Set(resources.map(({ resourceType }) => resourceType));
  const removed = [...types]
    .flatMap((type) => readdirSync(join(folder, type)).map((file) => `${type}/${file}`))
    .filter((name) => !files.has(name));
  for (const name of removed) rmSync(join(folder, name));
  return { written: written.map(([name]) => name), removed };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
