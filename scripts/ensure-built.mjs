// Builds where the sources are not those that were built last: their content decides, not their dates.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './ensure-installed.mjs';

const mark = join(root, 'dist', '.sources');

export function ensureBuilt() {
  const hash = hashOf(['src', 'scripts'], ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json']);
  const isBuilt = existsSync(mark) && readFileSync(mark, 'utf8') === hash && existsSync(join(root, 'build', 'r4'));
  if (isBuilt) return;
  console.log('Building …');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('npm', ['run', '--silent', 'build']);
  writeFileSync(mark, hash);
}

function hashOf(folders, files) {
  const hash = createHash('sha256');
  const names = folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, name)));
  for (const name of [...names.filter((each) => /\.(ts|mjs)$/.test(each)), ...files].sort()) {
    hash.update(`${name}\n`).update(readFileSync(join(root, name)));
  }
  return hash.digest('hex');
}
