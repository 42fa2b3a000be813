import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The folders that CONTENT_DIRS means: a last part `*` stands for every folder there, sorted; where that place is missing, none.
 * @param dirs - relative to the working directory; absent: every folder in `resources` of the package, wherever it was started from
 */
export function contentFolders(dirs: readonly string[] | undefined, packageFolder: string): readonly string[] {
  const meant = dirs ?? [join(packageFolder, 'resources', '*')];
  return [...new Set(meant.flatMap((dir) => (basename(dir) === '*' ? foldersIn(dirname(dir)) : [dir])))];
}

function foldersIn(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  const names = readdirSync(place).filter((name) => !name.startsWith('.'));
  return names
    .map((name) => join(place, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory()) // follows links: mounted folders often are some
    .sort();
}
