import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The folders that CONTENT_DIRS means: a last part `*` stands for every folder there, sorted; where that place is missing, none. */
export function contentFolders(dirs: readonly string[]): readonly string[] {
  return [...new Set(dirs.flatMap((dir) => (basename(dir) === '*' ? foldersIn(dirname(dir)) : [dir])))];
}

function foldersIn(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  const names = readdirSync(place).filter((name) => !name.startsWith('.'));
  return names
    .map((name) => join(place, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory()) // follows links: mounted folders often are some
    .sort();
}
