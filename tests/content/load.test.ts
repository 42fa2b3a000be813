import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ContentFault } from '../../src/content/fault.ts';
import { type LoadDeps, loadContent } from '../../src/content/load.ts';
import { parseJson } from '../../src/fhir/json.ts';
import type { FhirResource } from '../../src/fhir/types.ts';
import { change } from '../../src/storage/change.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { createValidator } from '../../src/validation/resource-validator.ts';
import { cleanUp, contentFolder, core, openStore, registryWith, temporaryFolder, writeFiles } from './folder.ts';

const registry = registryWith();
const base = 'https://example.org/fhir';

function valueSet(id: string, more: object = {}): object {
  return { resourceType: 'ValueSet', id, url: `${base}/ValueSet/${id}`, version: '1.0.0', status: 'draft', ...more };
}

function plan(id: string, more: object = {}): object {
  return { resourceType: 'PlanDefinition', id, url: `${base}/PlanDefinition/${id}`, version: '1.0.0', status: 'draft', ...more };
}

const load = (opened: ReturnType<typeof openStore>, folders: readonly string[], more: Partial<LoadDeps> = {}) =>
  loadContent({ ...opened, folders, core, registry: () => registry, ...more });

async function faultsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ContentFault)) throw error ?? new Error('nothing was refused');
  return error.faults;
}

/** A write as REST makes it: without origin. */
function edit(store: ResourceStore, resource: object) {
  const { value, lossless } = parseJson(JSON.stringify(resource));
  const { id } = resource as { id: string };
  const body = { resource: lossless() as never, value: value as FhirResource };
  return store.write([change({ kind: 'update', method: 'PUT', id, ...body }, registry)]);
}

const versionOf = async (store: ResourceStore, id: string) => (await store.read('ValueSet', id))?.versionId;
const titleOf = async (store: ResourceStore, id: string) => {
  const version = await store.read('ValueSet', id);
  return version?.json && JSON.parse(version.json.toString()).title;
};

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
  });

  test('deletes what has no file any more as a new version, and brings it back with its file', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status: 'active' }), 'ValueSet/b.json': valueSet('b') });
    await load(opened, [folder]);
    await edit(opened.store, valueSet('b', { title: 'Edited' }));
    rmSync(join(folder, 'ValueSet'), { recursive: true });
    const report = await load(opened, [folder]);
    expect(report.deleted).toEqual(['ValueSet/a']);
    expect(report.remarks).toEqual(['ValueSet/a was deleted, since no content folder has a file for it any more.']);
    expect(await opened.store.read('ValueSet', 'a')).toMatchObject({ versionId: 2, method: 'DELETE' });
    expect(await titleOf(opened.store, 'b')).toBe('Edited');
    expect((await load(opened, [folder])).deleted).toEqual([]);
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
    expect(await load(opened, [two])).toMatchObject({ deleted: [], counts: new Map([['ValueSet', 1]]) });
    expect(await versionOf(opened.store, 'a')).toBe(1);
  });
});

describe('files that cannot be used', () => {
  test('are all named in one message', async () => {
    const folder = contentFolder({
      'ValueSet/a.json': '{"resourceType": "ValueSet",',
      'ValueSet/b.json': { ...valueSet('b'), resourceType: 'CodeSystem' },
      'ValueSet/c.json': valueSet('other'),
      'ValueSet/d.json': '[]',
      'ValueSet/bad_id.json': valueSet('bad_id'),
      'ValueSet/readme.txt': 'text',
      'Plan/a.json': {},
    });
    const one = contentFolder({ 'ValueSet/e.json': valueSet('e') });
    const two = contentFolder({
      'ValueSet/e.json': valueSet('e', { url: `${base}/other` }),
      'ValueSet/f.json': valueSet('f', { url: `${base}/ValueSet/e` }),
    });
    const missing = join(temporaryFolder(), 'missing');
    expect(await faultsOf(load(openStore(), [folder, one, two, missing]))).toEqual([
      `The folder ${folder}/Plan is not named after an R4 resource type; rename it, or move it to ${folder}/source.`,
      expect.stringMatching(/\/a\.json is not JSON: .*\.$/),
      `${folder}/ValueSet/b.json holds CodeSystem; its folder says ValueSet.`,
      `${folder}/ValueSet/bad_id.json cannot be an id: letters, digits, "-" and ".", at most 64.`,
      `${folder}/ValueSet/c.json holds the id other; its file name says c.`,
      `${folder}/ValueSet/d.json holds no resource: JSON of a resource is an object.`,
      `${folder}/ValueSet/readme.txt is not a .json file; a folder of resources holds {id}.json only.`,
      `The content folder ${missing} cannot be read; correct CONTENT_DIRS or create it.`,
      `${two}/ValueSet/e.json and ${one}/ValueSet/e.json both are ValueSet/e; only one file may be.`,
      `${two}/ValueSet/f.json and ${one}/ValueSet/e.json both are the ValueSet ${base}/ValueSet/e|1.0.0; only one file may be.`,
    ]);
  });

  test('are held against R4 before they are written', async () => {
    const opened = openStore();
    const { definitions } = opened;
    const validator = createValidator({ structure: core.structure, definitions, terminology: createTerminology({ definitions }) });
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a', { status: 'finished' }) });
    const [fault, ...more] = await faultsOf(load(opened, [folder], { validator }));
    expect(fault).toContain(`${folder}/ValueSet/a.json: `);
    expect(fault).toContain('status');
    expect(more).toEqual([]);
  });

  test('are named when another row has their url and version', async () => {
    const opened = openStore();
    await edit(opened.store, valueSet('theirs', { url: `${base}/ValueSet/a` }));
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': valueSet('b') });
    const faults = await faultsOf(load(opened, [folder]));
    expect(faults).toEqual([expect.stringMatching(/^.*\/a\.json cannot be loaded: .*theirs/)]);
  });
});

describe('canonical links', () => {
  const links = (name: string, more: object) => ({ [`PlanDefinition/${name}.json`]: plan(name, more) });

  test('are followed wherever they stand', async () => {
    const nowhere = `${base}/Library/nowhere|1.0.0`;
    const folder = contentFolder({
      ...links('a', { library: [nowhere] }),
      ...links('b', { relatedArtifact: [{ type: 'depends-on', resource: nowhere }] }),
      ...links('c', { action: [{ action: [{ definitionCanonical: nowhere }] }] }),
      ...links('d', { extension: [{ url: 'http://e', extension: [{ url: 'x', valueCanonical: nowhere }] }] }),
      ...links('e', { _title: { extension: [{ url: 'http://e', valueCanonical: nowhere }] } }),
      ...links('f', {
        contained: [{ resourceType: 'Questionnaire', id: 'q', item: [{ linkId: '1', item: [{ linkId: '2', answerValueSet: nowhere }] }] }],
      }),
      ...links('g', { action: [{ input: [{ type: 'Condition', codeFilter: [{ valueSet: nowhere }] }] }] }),
      'ValueSet/h.json': valueSet('h', { compose: { include: [{ valueSet: [nowhere] }] } }),
      'StructureDefinition/i.json': {
        resourceType: 'StructureDefinition',
        id: 'i',
        baseDefinition: nowhere,
        differential: { element: [{ path: 'X', binding: { valueSet: nowhere } }] },
      },
    });
    const faults = await faultsOf(load(openStore(), [folder]));
    expect(faults.map((fault) => /: (\S+) is "/.exec(fault)?.[1])).toEqual([
      'PlanDefinition.library[0]',
      'PlanDefinition.relatedArtifact[0].resource',
      'PlanDefinition.action[0].action[0].definitionCanonical',
      'PlanDefinition.extension[0].extension[0].valueCanonical',
      'PlanDefinition.title.extension[0].valueCanonical',
      'PlanDefinition.contained[0].item[0].item[0].answerValueSet',
      'PlanDefinition.action[0].input[0].codeFilter[0].valueSet',
      'StructureDefinition.baseDefinition',
      'StructureDefinition.differential.element[0].binding.valueSet',
      'ValueSet.compose.include[0].valueSet[0]',
    ]);
    expect(faults[0]).toBe(
      `${folder}/PlanDefinition/a.json: PlanDefinition.library[0] is "${nowhere}", which leads nowhere; correct it, or add what it names to a content folder.`,
    );
  });

  test('lead to the files, to R4, to what is stored, and into the resource itself', async () => {
    const opened = openStore();
    await edit(opened.store, valueSet('stored'));
    const folder = contentFolder({
      ...links('a', { library: [`${base}/ValueSet/b`, `${base}/ValueSet/b|1.0.0#part`, `${base}/ValueSet/stored|1.0.0`, '#inside'] }),
      ...links('c', {
        library: ['http://hl7.org/fhir/ValueSet/publication-status|4.0.1', 'http://hl7.org/fhir/StructureDefinition/Patient'],
      }),
      'ValueSet/b.json': valueSet('b'),
    });
    expect(await load(opened, [folder])).toMatchObject({ written: 3 });
  });

  test('do not lead to another version, nor to what this load deletes or replaces', async () => {
    const opened = openStore();
    const folder = contentFolder({ 'ValueSet/a.json': valueSet('a'), 'ValueSet/b.json': valueSet('b') });
    await load(opened, [folder]);
    rmSync(join(folder, 'ValueSet/a.json'));
    writeFiles(folder, {
      'ValueSet/b.json': valueSet('b', { version: '2.0.0' }),
      ...links('p', { library: [`${base}/ValueSet/a|1.0.0`, `${base}/ValueSet/b|1.0.0`] }),
    });
    expect(await faultsOf(load(opened, [folder]))).toEqual([
      expect.stringContaining(`"${base}/ValueSet/a|1.0.0", which leads nowhere; correct it`),
      expect.stringContaining(`"${base}/ValueSet/b|1.0.0", which leads nowhere; the folders have another version of it`),
    ]);
    expect(await versionOf(opened.store, 'a')).toBe(1);
  });
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
