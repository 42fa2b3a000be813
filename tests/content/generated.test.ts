import { describe, expect, test } from '@jest/globals';
import { generatedFolders } from '../../src/content/generate/build.ts';
import { fileName, fileText } from '../../src/content/generate/generated-files.ts';
import { readFolder } from './folders.ts';

describe.each(generatedFolders('resources', 'profiles'))('$folder', ({ folder, resources }) => {
  const committed = new Map(readFolder(folder).files.map(({ type, id, text }) => [`${type}/${id}.json`, text]));
  const rebuilt = new Map(resources.map((resource) => [fileName(resource), fileText(resource)]));

  test('holds exactly the resources that its sources give', () => {
    expect([...committed.keys()].sort()).toEqual([...rebuilt.keys()].sort());
    expect(rebuilt.size).toBe(resources.length);
  });

  test('has the text that a rebuild writes', () => {
    const different = [...committed].filter(([name, text]) => rebuilt.get(name) !== text).map(([name]) => name);
    expect(different).toEqual([]);
  });
});
