/** Content folders and stores for tests, in temporary folders that are removed afterwards. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openCore } from '../../src/definitions/core.ts';
import { createDefinitions } from '../../src/definitions/definitions.ts';
import type { SearchParameter } from '../../src/fhir/types.ts';
import { createRegistry, type RegistryOptions } from '../../src/search/registry.ts';
import { openSqlite } from '../../src/storage/sqlite/open.ts';

export const core = openCore();
const folders: string[] = [];
const closing: (() => Promise<void>)[] = [];

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ramus-content-'));
  folders.push(folder);
  return folder;
}

/** Writes `{Type}/{id}.json` files: an object as JSON, a string as it is. */
export function writeFiles(folder: string, files: Readonly<Record<string, object | string>>): string {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, undefined, 2));
  }
  return folder;
}

export function contentFolder(files: Readonly<Record<string, object | string>>): string {
  return writeFiles(temporaryFolder(), files);
}

export function openStore(path = join(temporaryFolder(), 'store.db')) {
  const { store, upkeep, close } = openSqlite(path);
  closing.push(close);
  return { path, store, upkeep, definitions: createDefinitions({ store, core }) };
}

export function registryWith(more: readonly SearchParameter[] = [], options: Partial<RegistryOptions> = {}) {
  const setting = { baseUrl: 'http://localhost/fhir', codeSystems: core.codeSystems(), ...options };
  return createRegistry([...core.searchParameters(), ...more], setting);
}

export async function cleanUp(): Promise<void> {
  for (const close of closing.splice(0)) await close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
