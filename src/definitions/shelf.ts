/**
 * Many resources in one file, each read on its own: gzipped JSON one behind the other (`NAME.bin`), and where each begins (`NAME.json.gz`).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FhirResource, ResourceType } from '../fhir/types.ts';

export interface ShelfEntry {
  readonly type: ResourceType;
  readonly id: string;
  readonly url: string;
  readonly version?: string;
  readonly offset: number;
  readonly length: number;
}

export interface Shelf {
  readonly entries: readonly ShelfEntry[];
  read(entry: ShelfEntry): FhirResource;
}

export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, gzipSync(JSON.stringify(value), { level: 9 }));
}

export function readJson(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
}

export function writeShelf(path: string, resources: readonly FhirResource[]): void {
  let offset = 0;
  const entries: ShelfEntry[] = [];
  const pieces = resources.map((resource) => {
    const piece = gzipSync(JSON.stringify(resource), { level: 9 });
    const { resourceType: type, id = '', url = '', version } = resource as FhirResource & { url?: string; version?: string };
    entries.push({ type, id, url, ...(version && { version }), offset, length: piece.length });
    offset += piece.length;
    return piece;
  });
  writeFileSync(`${path}.bin`, Buffer.concat(pieces));
  writeJson(`${path}.json.gz`, entries);
}

/** Opens what `writeShelf` wrote; a resource is unpacked only when it is asked for. */
export function openShelf(path: string): Shelf {
  const entries = readJson(`${path}.json.gz`) as readonly ShelfEntry[];
  const bytes = readFileSync(`${path}.bin`);
  return { entries, read: ({ offset, length }) => JSON.parse(gunzipSync(bytes.subarray(offset, offset + length)).toString('utf8')) };
}
