import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { createValidator } from '../../src/validation/resource-validator.ts';
import { cleanUp, contentFolder, core, openStore, temporaryFolder, writeFiles } from './folder.ts';
import { base, edit, faultsOf, load, plan, valueSet, versionOf } from './loading.ts';

afterEach(cleanUp);

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
      expect.stringMatching(/\/a\.json cannot be loaded: it is not JSON: .*\.$/),
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

  test('are read as strictly as a body, and named', async () => {
    const text = JSON.stringify(valueSet('a'));
    const bad: [string, string | Buffer, RegExp][] = [
      ['twice', text.replace('"status"', '"status":"active","status"'), /"status" stands twice/],
      ['deep', `${text.slice(0, -1)},"x":${'['.repeat(150)}${']'.repeat(150)}}`, /deeper than 100 levels/],
      ['nul', `${text.slice(0, -1)},"title":"a\\u0000"}`, /U\+0000/],
      ['latin', Buffer.from(`${text.slice(0, -1)},"title":"\u00e9"}`, 'latin1'), /not UTF-8/],
    ];
    for (const [id, content, fault] of bad) {
      const folder = contentFolder({ 'ValueSet/b.json': valueSet('b') });
      writeFileSync(join(folder, 'ValueSet', `${id}.json`), content);
      const faults = await faultsOf(load(openStore(), [folder]));
      expect(faults).toEqual([expect.stringMatching(fault)]);
      expect(faults[0]).toContain(`/${id}.json cannot be loaded: `);
    }
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
