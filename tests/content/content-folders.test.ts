import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { contentFolders } from '../../src/content/folders.ts';
import { readContent } from '../../src/content/read.ts';

let elsewhere: string;
beforeAll(() => {
  elsewhere = mkdtempSync(join(tmpdir(), 'ramus-folders-'));
  for (const name of ['b', 'a', '.hidden']) mkdirSync(join(elsewhere, 'resources', name), { recursive: true });
  writeFileSync(join(elsewhere, 'resources', 'no-folder'), '');
});
afterAll(() => rmSync(elsewhere, { recursive: true }));

test('without CONTENT_DIRS the folders are those of the package, whatever the working directory', () => {
  expect(contentFolders(undefined, elsewhere)).toEqual([join(elsewhere, 'resources', 'a'), join(elsewhere, 'resources', 'b')]);
});

test('what CONTENT_DIRS names is taken from the working directory; a * stands for every folder, of a place that is missing for none', () => {
  const all = join(elsewhere, 'resources', '*');
  expect(contentFolders(['resources/*'], elsewhere)).toContain('resources/posterior-ramus-syndrome');
  expect(contentFolders(['x', all, join(elsewhere, 'resources', 'a'), 'missing/*'], elsewhere)).toEqual([
    'x',
    join(elsewhere, 'resources', 'a'),
    join(elsewhere, 'resources', 'b'),
  ]);
  expect(contentFolders([], elsewhere)).toEqual([]);
});

test('what lies in the package has one name, wherever the server is started from', () => {
  const folder = join(process.cwd(), 'profiles');
  const before = process.cwd();
  try {
    const here = readContent([folder]).folders;
    process.chdir(tmpdir());
    expect([here, readContent([folder]).folders]).toEqual([['profiles'], ['profiles']]);
  } finally {
    process.chdir(before);
  }
});
