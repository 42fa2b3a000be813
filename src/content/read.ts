import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { definitionsFolder } from '../definitions/folder.ts';
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import { parseJson } from '../fhir/json.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { contentHash } from './compact.ts';

/** A resource of a content folder, as its file has it. */
export interface ContentFile {
  /** Name of the document's folder: relative to the package where it lies in it, else whole. */
  readonly folder: string;
  /** Path of the file for people, folder included. */
  readonly path: string;
  readonly type: ResourceType;
  readonly id: string;
  readonly text: string;
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  readonly resource: FhirResource;
}

export interface ReadContent {
  /** Names of the folders that were read. */
  readonly folders: readonly string[];
  /** By type and id. */
  readonly files: readonly ContentFile[];
  /** One sentence for each file or folder that cannot be used. */
  readonly faults: readonly string[];
}

/** What stands beside the resources but is none of them: what they are made from. */
const SOURCES = 'source';

/** Reads `{folder}/{Type}/{id}.json` of each folder. Gives faults instead of throwing, so that all are told at once. */
export function readContent(folders: readonly string[]): ReadContent {
  const faults: string[] = [];
  const files = folders.flatMap((folder) => readFolder(folder, faults));
  files.sort((a, b) => compare(a.type, b.type) || compare(a.id, b.id));
  return { folders: folders.map(folderName), files, faults: [...faults, ...duplicates(files)] };
}

const PACKAGE = join(definitionsFolder(), '..', '..');

/** How rows name the folder they came from, the same wherever the server is started: relative to the package where it lies in it, else whole. */
function folderName(folder: string): string {
  const name = relative(PACKAGE, resolve(folder));
  const isOutside = name === '' || name === '..' || name.startsWith(`..${sep}`) || isAbsolute(name);
  return (isOutside ? resolve(folder) : name).split(sep).join('/');
}

export function countByType(files: readonly ContentFile[]): ReadonlyMap<ResourceType, number> {
  const counts = new Map<ResourceType, number>();
  for (const { type } of files) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function readFolder(folder: string, faults: string[]): ContentFile[] {
  const name = folderName(folder);
  return entries(folder, name, faults).flatMap((entry) => {
    if (entry === SOURCES || !isFolder(join(folder, entry))) return [];
    if (isResourceType(entry)) return readType(folder, name, entry, faults);
    faults.push(`The folder ${name}/${entry} is not named after an R4 resource type; rename it, or move it to ${name}/${SOURCES}.`);
    return [];
  });
}

function readType(folder: string, name: string, type: ResourceType, faults: string[]): ContentFile[] {
  return entries(join(folder, type), `${name}/${type}`, faults).flatMap((entry) => {
    const [location, path] = [join(folder, type, entry), `${name}/${type}/${entry}`];
    if (!entry.endsWith('.json') || isFolder(location)) {
      faults.push(`${path} is not a .json file; a folder of resources holds {id}.json only.`);
      return [];
    }
    const file = readFile(location, { folder: name, path, type, id: entry.slice(0, -'.json'.length) });
    if (typeof file !== 'string') return [file];
    faults.push(file);
    return [];
  });
}

/** The file, or what is wrong with it. */
function readFile(location: string, place: Pick<ContentFile, 'folder' | 'path' | 'type' | 'id'>): ContentFile | string {
  const { path, type, id } = place;
  const [text, resource] = readJson(location);
  if (text === undefined) return `${path} cannot be read; correct its permissions, or what it is a link to.`;
  if (resource instanceof Error) return `${path} cannot be loaded: ${resource.message.replace(/^The body/, 'it')}`;
  if (!isObject(resource)) return `${path} holds no resource: JSON of a resource is an object.`;
  if (resource.resourceType !== type) return `${path} holds ${named(resource.resourceType, 'no resourceType')}; its folder says ${type}.`;
  if (resource.id !== id) return `${path} holds the id ${named(resource.id, '(none)')}; its file name says ${id}.`;
  if (!isId(id)) return `${path} cannot be an id: letters, digits, "-" and ".", at most 64.`;
  return { ...place, text, hash: contentHash(text), resource: resource as unknown as FhirResource };
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text and value of a file, read as strictly as a body; the text is undefined where there is none, the value an Error where it is not JSON. */
function readJson(location: string): readonly [string | undefined, unknown] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(location);
  } catch {
    return [undefined, undefined];
  }
  try {
    const text = utf8.decode(bytes);
    return [text, parseJson(text).value];
  } catch (error) {
    return ['', error instanceof FhirError ? error : new Error('its bytes are not UTF-8; save it in that encoding.')];
  }
}

/** Names in a folder, hidden ones left out. */
function entries(folder: string, name: string, faults: string[]): string[] {
  try {
    return readdirSync(folder)
      .filter((entry) => !entry.startsWith('.'))
      .sort(compare);
  } catch {
    faults.push(`The content folder ${name} cannot be read; correct CONTENT_DIRS or create it.`);
    return [];
  }
}

/** Follows links: mounted folders often consist of them. */
function isFolder(location: string): boolean {
  return statSync(location, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Two files that claim one identity: a type and id, or a url and version. */
function duplicates(files: readonly ContentFile[]): string[] {
  const seen = new Map<string, ContentFile>();
  return files.flatMap((file) =>
    identities(file).flatMap(([identity, words]) => {
      const other = seen.get(identity);
      seen.set(identity, other ?? file);
      return other && other !== file ? [`${file.path} and ${other.path} both are ${words}; only one file may be.`] : [];
    }),
  );
}

function identities({ type, id, resource }: ContentFile): [string, string][] {
  const { url, version } = resource as { url?: string; version?: string };
  const row: [string, string] = [`${type}/${id}`, `${type}/${id}`];
  return url ? [row, [`${type} ${url}|${version ?? ''}`, `the ${type} ${url}${version ? `|${version}` : ''}`]] : [row];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function named(value: unknown, none: string): string {
  return typeof value === 'string' ? value : none;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
