import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { ResourceStore } from '../../src/storage/store.ts';
import { cleanUp, contentFolder, openStore, writeFiles } from './folder.ts';
import { base, edit, faultsOf, load, titleOf, valueSet, versionOf } from './loading.ts';

afterEach(cleanUp);

describe('loading content', () => {
  test('puts every file into the store, with its origin and the digits as written', async () => {
    const opened = openStore();
    const text = JSON.stringify(valueSet('b')).replace('"draft"', '"draft","extension":[{"url":"http://e","valueDecimal":1.50}]');
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': text, 'source/notes.json': 'no JSON' });
    const profiles = contentFolder({ 'ValueSet/p.json': valueSet('p') });
    const report = await load(opened, [folder], { profilesFolder: profiles });
    expect(report).toEqual({ counts: new Map([['ValueSet', 3]]), written: 3, unchanged: 0, deleted: [], kept: [], remarks: [] });
    const stored = await opened.store.read('ValueSet', 'b');
    expect(stored?.json?.toString()).toContain('"valueDecimal":1.50');
    expect(stored?.origin).toEqual({ folder, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await opened.store.read('ValueSet', 'p'))?.origin?.folder).toBe(profiles);
  });

  test('writes nothing where nothing changed, whatever the layout', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': valueSet('b') });
    await load(opened, [folder]);
    writeFiles(folder, { 'ValueSet/a.json': JSON.stringify(valueSet('a')) });
    expect(await load(opened, [folder])).toMatchObject({ written: 0, unchanged: 2 });
    expect([await versionOf(opened.store, 'a'), await versionOf(opened.store, 'b')]).toEqual([1, 1]);
  });

  test('lets a draft follow its file, but for one that was edited over REST', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': valueSet('b'), 'ValueSet/c.json': valueSet('c') });
    await load(opened, [folder]);
    await edit(opened.store, valueSet('b', { title: 'Edited' }));
    await opened.store.write([{ kind: 'delete', type: 'ValueSet', id: 'c', method: 'DELETE' }]);
    const changed = ['a', 'b', 'c'].map((id) => [`ValueSet/${id}.json`, valueSet(id, { title: 'From the file' })]);
    writeFiles(folder, Object.fromEntries(changed));
    const report = await load(opened, [folder]);
    expect([await titleOf(opened.store, 'a'), await titleOf(opened.store, 'b'), await titleOf(opened.store, 'c')]).toEqual([
      'From the file',
      'Edited',
      undefined,
    ]);
    expect(report).toMatchObject({ written: 1, kept: ['ValueSet/b', 'ValueSet/c'], counts: new Map([['ValueSet', 2]]) });
    expect(report.remarks).toEqual([
      expect.stringMatching(/^ValueSet\/b was edited over REST and is kept as version 2; .*\/b\.json is not loaded\.$/),
      expect.stringMatching(/^ValueSet\/c was deleted over REST and stays deleted; .*\/c\.json is not loaded\.$/),
    ]);
    expect((await load(opened, [folder])).kept).toEqual(['ValueSet/b', 'ValueSet/c']);
  });

  test('takes a row that says the same as its file for unchanged, whoever wrote it', async () => {
    const opened = openStore();
    await edit(opened.store, valueSet('a', { status: 'active' }));
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status: 'active' }) });
    expect(await load(opened, [folder])).toMatchObject({ written: 0, unchanged: 1, kept: [] });
  });

  test.each(['active', 'retired'])('refuses other content under an %s version, and then writes nothing at all', async (status) => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status }) });
    await load(opened, [folder]);
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status, title: 'Other' }), 'ValueSet/new.json': valueSet('new') });
    expect(await faultsOf(load(opened, [folder]))).toEqual([
      `${folder}/ValueSet/a.json differs from the ValueSet ${base}/ValueSet/a|1.0.0 that is stored and released (version 1 of the row); a released version never changes: raise its version.`,
    ]);
    expect([await versionOf(opened.store, 'a'), await versionOf(opened.store, 'new')]).toEqual([1, undefined]);
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status, title: 'Other', version: '1.1.0' }) });
    expect(await load(opened, [folder])).toMatchObject({ written: 2 });
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status, title: 'Back, and other' }) });
    expect(await faultsOf(load(opened, [folder]))).toEqual([expect.stringContaining('stored and released (version 1 of the row)')]);
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status }) });
    expect(await load(opened, [folder])).toMatchObject({ written: 1 });
  });

  test('lets a release be retired: over REST, which is kept, or by its file; but not come back', async () => {
    const opened = openStore();
    const file = (id: string, more: object = {}) => ({ [`ValueSet/${id}.json`]: valueSet(id, { status: 'active', ...more }) });
    const folder = contentFolder({ ...file('a'), ...file('b') });
    await load(opened, [folder]);
    await edit(opened.store, valueSet('a', { status: 'retired', date: '2026-02-03' }));
    expect(await load(opened, [folder])).toMatchObject({ written: 0, kept: ['ValueSet/a'] });
    writeFiles(folder, { ...file('a', { status: 'retired' }), ...file('b', { status: 'retired' }) });
    expect(await load(opened, [folder])).toMatchObject({ written: 1, kept: ['ValueSet/a'] });
    writeFiles(folder, { ...file('a'), ...file('b') });
    expect(await faultsOf(load(opened, [folder]))).toEqual([expect.stringContaining('b.json differs from')]);
    writeFiles(folder, { ...file('a', { title: 'Other' }), ...file('b', { status: 'retired' }) });
    expect(await faultsOf(load(opened, [folder]))).toEqual([expect.stringContaining('a.json differs from')]);
  });

  test.each([
    ['with the same content', {}, 0],
    ['with other content, which is refused', { title: 'Other' }, 1],
  ])('lets a release move to another id %s', async (_, more, faults) => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status: 'active' }) });
    await load(opened, [folder]);
    rmSync(join(folder, 'ValueSet/a.json'));
    writeFiles(folder, { 'ValueSet/b.json': { ...valueSet('a', { status: 'active', ...more }), id: 'b' } });
    if (faults === 0) expect(await load(opened, [folder])).toMatchObject({ written: 1, deleted: ['ValueSet/a'] });
    else expect(await faultsOf(load(opened, [folder]))).toEqual([expect.stringContaining('a released version never changes')]);
  });

  test('deletes what has no file any more as a new version, and brings it back with its file', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status: 'active' }), 'ValueSet/b.json': valueSet('b') });
    await load(opened, [folder]);
    await edit(opened.store, valueSet('b', { title: 'Edited' }));
    rmSync(join(folder, 'ValueSet'), { recursive: true });
    const report = await load(opened, [folder]);
    expect(report.deleted).toEqual(['ValueSet/a']);
    expect(report.kept).toEqual(['ValueSet/b']);
    expect(report.remarks).toEqual([
      'ValueSet/b was edited over REST and is kept as version 2; no content folder has a file for it any more.',
      'ValueSet/a was deleted, since no content folder has a file for it any more.',
    ]);
    expect(await opened.store.read('ValueSet', 'a')).toMatchObject({ versionId: 2, method: 'DELETE' });
    expect(await titleOf(opened.store, 'b')).toBe('Edited');
    expect(await load(opened, [folder])).toMatchObject({ deleted: [], kept: ['ValueSet/b'] });
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status: 'active', title: 'Other' }) });
    expect(await faultsOf(load(opened, [folder]))).toEqual([expect.stringContaining('released')]);
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { status: 'active' }) });
    expect(await load(opened, [folder])).toMatchObject({ written: 1 });
    expect(await versionOf(opened.store, 'a')).toBe(3);
  });

  test('leaves alone what came from a folder that is not loaded now', async () => {
    const opened = openStore();
    const [one, two] = [contentFolder({ 'ValueSet/a.json': valueSet('a') }), contentFolder({ 'ValueSet/b.json': valueSet('b') })];
    await load(opened, [one, two]);
    const { remarks, ...report } = await load(opened, [two]);
    expect(report).toMatchObject({ deleted: [], counts: new Map([['ValueSet', 1]]) });
    expect(remarks).toEqual([
      expect.stringMatching(/^What is stored from .*, which is no content folder now, stays as it is \(1 resource\)/),
    ]);
    expect(await versionOf(opened.store, 'a')).toBe(1);
  });
});

test('names among the rows without a file those alone that came from one', async () => {
  const opened = openStore();
  const [one, two] = [contentFolder({ 'ValueSet/a.json': valueSet('a') }), contentFolder({ 'ValueSet/b.json': valueSet('b') })];
  await load(opened, [one, two]);
  for (const id of ['a', 'b', 'mine', 'mine']) await edit(opened.store, valueSet(id, { title: 'Edited' }));
  rmSync(join(two, 'ValueSet'), { recursive: true });
  expect((await load(opened, [two])).kept).toEqual(['ValueSet/b']);
  await opened.store.write([{ kind: 'delete', type: 'ValueSet', id: 'b', method: 'DELETE' }]);
  expect((await load(opened, [two])).kept).toEqual([]);
});

describe('several processes', () => {
  const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`ValueSet/v${i}.json`, valueSet(`v${i}`)]));

  test('that start together end with one copy', async () => {
    const folder = contentFolder(many);
    const first = openStore();
    const second = openStore(first.path);
    const reports = await Promise.all([load(first, [folder]), load(second, [folder])]);
    expect(reports.map(({ written, unchanged }) => written + unchanged)).toEqual([120, 120]);
    expect(reports[0].written + reports[1].written).toBe(120);
    const versions = await Promise.all(Array.from({ length: 120 }, (_, i) => versionOf(first.store, `v${i}`)));
    expect(new Set(versions)).toEqual(new Set([1]));
  });

  test('that edit between decision and write are not overwritten', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': valueSet('b') });
    await load(opened, [folder]);
    writeFiles(folder, { 'ValueSet/a.json': valueSet('a', { title: 'File' }), 'ValueSet/b.json': valueSet('b', { title: 'File' }) });
    let raced = false;
    const write: ResourceStore['write'] = async (changes, expectations) => {
      if (!raced) await edit(opened.store, valueSet('a', { title: 'Edited' }));
      raced = true;
      return opened.store.write(changes, expectations);
    };
    const store = new Proxy(opened.store, { get: (target, member) => (member === 'write' ? write : bound(target, member)) });
    expect(await load({ ...opened, store }, [folder])).toMatchObject({ written: 1, kept: ['ValueSet/a'] });
    expect([await titleOf(opened.store, 'a'), await titleOf(opened.store, 'b')]).toEqual(['Edited', 'File']);
  });
});

function bound(target: ResourceStore, member: string | symbol): unknown {
  const value: unknown = Reflect.get(target, member);
  return typeof value === 'function' ? value.bind(target) : value;
}
