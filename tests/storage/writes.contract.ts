/** Part of the store's contract: single changes, conditions, units. */
import { expect, test } from '@jest/globals';
import { LosslessNumber } from 'lossless-json';
import { post, put, remove, write } from './changes.ts';
import type { Opened } from './opened.ts';

export function writesContract(opened: () => Opened): void {
  const store = () => opened().store;

  test('a resource comes back in the bytes that were kept, with the server’s id, versionId and lastUpdated', async () => {
    const members = { decimal: new LosslessNumber('1.50'), text: 'naïve 𝔽 "quoted" \\ \u2028', meta: { tag: [{ code: 'x' }] } };
    const { outcome, version } = await write(store(), post('Basic', 'bytes', { members }));
    expect(outcome).toBe('created');
    expect(version?.json?.toString('utf8')).toBe(
      `{"resourceType":"Basic","id":"bytes","decimal":1.50,"text":"naïve 𝔽 \\"quoted\\" \\\\ \u2028",` +
        `"meta":{"versionId":"1","lastUpdated":"${version?.lastUpdated}","tag":[{"code":"x"}]}}`,
    );
    const read = await store().read('Basic', 'bytes');
    expect(read).toEqual(version);
    expect(Buffer.isBuffer(read?.json)).toBe(true);
    expect(await store().read('Basic', 'bytes', 1)).toEqual(version);
  });

  test('a large text comes back whole', async () => {
    const text = 'ü'.repeat(1_000_000);
    await write(store(), post('Basic', 'large', { members: { text } }));
    const { json } = (await store().read('Basic', 'large')) ?? {};
    expect(JSON.parse(String(json)).text).toBe(text);
  });

  test('versions are dense, a deletion is one without a text', async () => {
    const outcomes = [];
    for (const change of [post('Basic', 'dense'), put('Basic', 'dense'), remove('Basic', 'dense'), put('Basic', 'dense')]) {
      const { outcome, version } = await write(store(), change);
      outcomes.push([outcome, version?.versionId, version?.method, version?.json !== undefined]);
    }
    expect(outcomes).toEqual([
      ['created', 1, 'POST', true],
      ['updated', 2, 'PUT', true],
      ['deleted', 3, 'DELETE', false],
      ['created', 4, 'PUT', true],
    ]);
    const third = await store().read('Basic', 'dense', 3);
    expect(third).toMatchObject({ type: 'Basic', id: 'dense', versionId: 3, method: 'DELETE' });
    expect(third).not.toHaveProperty('json');
    expect((await store().read('Basic', 'dense'))?.versionId).toBe(4);
  });

  test('the current version of a deleted resource is its deletion', async () => {
    await write(store(), post('Basic', 'gone'));
    await write(store(), remove('Basic', 'gone'));
    const current = await store().read('Basic', 'gone');
    expect(current).toMatchObject({ versionId: 2, method: 'DELETE' });
    expect(current).not.toHaveProperty('json');
  });

  test('what never existed is undefined, of resource and of version', async () => {
    await write(store(), post('Basic', 'only'));
    expect(await store().read('Basic', 'nobody')).toBeUndefined();
    expect(await store().read('Flag', 'only')).toBeUndefined();
    expect(await store().read('Basic', 'Only')).toBeUndefined();
    expect(await store().read('Basic', 'only\u0000')).toBeUndefined();
    expect(await store().read('Basic', 'only', 2)).toBeUndefined();
    expect(await store().read('Basic', 'only', 0)).toBeUndefined();
  });

  test('deleting what does not exist adds nothing', async () => {
    expect(await write(store(), remove('Basic', 'never'))).toEqual({ outcome: 'unchanged' });
    expect(await store().read('Basic', 'never')).toBeUndefined();
    await write(store(), post('Basic', 'twice'));
    const { version } = await write(store(), remove('Basic', 'twice'));
    expect(await write(store(), remove('Basic', 'twice'))).toEqual({ outcome: 'unchanged', version });
    expect((await store().history({ type: 'Basic', id: 'twice' }, { count: 10 })).items).toHaveLength(2);
  });

  test('a create of an id that exists is a conflict, after a deletion it goes on', async () => {
    await write(store(), post('Basic', 'again'));
    await expect(write(store(), post('Basic', 'again'))).rejects.toMatchObject({ kind: 'conflict' });
    await write(store(), remove('Basic', 'again'));
    expect((await write(store(), post('Basic', 'again'))).version?.versionId).toBe(3);
  });

  test('If-Match holds for one of its versions, for any, and never for what does not exist', async () => {
    await write(store(), post('Basic', 'match'));
    const stale = { kind: 'stale' };
    await expect(write(store(), put('Basic', 'match', { ifMatch: [2] }))).rejects.toMatchObject(stale);
    await expect(write(store(), put('Basic', 'match', { ifMatch: [] }))).rejects.toMatchObject(stale);
    expect((await write(store(), put('Basic', 'match', { ifMatch: [7, 1] }))).version?.versionId).toBe(2);
    expect((await write(store(), put('Basic', 'match', { ifMatch: '*' }))).version?.versionId).toBe(3);
    await expect(write(store(), remove('Basic', 'match', { ifMatch: [2] }))).rejects.toMatchObject(stale);
    expect((await write(store(), remove('Basic', 'match', { ifMatch: [3] }))).outcome).toBe('deleted');
    for (const ifMatch of ['*', [4], [3]] as const) {
      await expect(write(store(), put('Basic', 'match', { ifMatch }))).rejects.toMatchObject(stale);
      await expect(write(store(), put('Basic', 'no-match', { ifMatch }))).rejects.toMatchObject(stale);
      await expect(write(store(), remove('Basic', 'no-match', { ifMatch }))).rejects.toMatchObject(stale);
    }
  });

  test('If-None-Match: * holds for what does not exist, a deleted resource included', async () => {
    const change = put('Basic', 'none', { ifNoneMatch: '*' });
    expect((await write(store(), change)).outcome).toBe('created');
    await expect(write(store(), change)).rejects.toMatchObject({ kind: 'stale' });
    await write(store(), remove('Basic', 'none'));
    expect((await write(store(), change)).outcome).toBe('created');
  });

  test('a unit is written whole, in order and at one time', async () => {
    await write(store(), post('Basic', 'unit-b'));
    const written = await store().write([
      post('Basic', 'unit-a'),
      remove('Basic', 'unit-b'),
      put('Flag', 'unit-c'),
      remove('Flag', 'unit-d'),
    ]);
    expect(written.map(({ outcome }) => outcome)).toEqual(['created', 'deleted', 'created', 'unchanged']);
    const times = written.flatMap(({ version }) => (version ? [version.lastUpdated] : []));
    expect(new Set(times).size).toBe(1);
    expect(await store().write([])).toEqual([]);
  });

  test('a unit with one change that may not be leaves nothing behind', async () => {
    await write(store(), post('Basic', 'whole', { keys: ['whole'] }));
    const before = await store().read('Basic', 'whole');
    const unit = [
      put('Basic', 'whole'),
      post('Basic', 'half-a', { keys: ['half'] }),
      put('Basic', 'half-b', { ifMatch: [9] }),
      post('Basic', 'half-c'),
    ];
    await expect(store().write(unit)).rejects.toMatchObject({ kind: 'stale' });
    expect(await store().read('Basic', 'whole')).toEqual(before);
    for (const id of ['half-a', 'half-b', 'half-c']) expect(await store().read('Basic', id)).toBeUndefined();
    const found = await store().search({ types: ['Basic'], where: { kind: 'key', keys: ['half', 'whole'] }, sort: [], count: 10 });
    expect(found.versions).toEqual([before]);
    expect((await write(store(), post('Basic', 'half-a'))).version?.versionId).toBe(1);
  });

  test('a time is an instant in milliseconds, never earlier than that of the version before', async () => {
    const future = '2091-01-01T00:00:00.000Z';
    await opened().upkeep.importVersions([
      { type: 'Basic', id: 'future', versionId: 4, lastUpdated: future, method: 'PUT', json: Buffer.from('{}') },
    ]);
    expect((await write(store(), put('Basic', 'future'))).version).toMatchObject({ versionId: 5, lastUpdated: future });
    const { version } = await write(store(), post('Basic', 'now'));
    expect(version?.lastUpdated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('a version keeps its origin; an edit has none', async () => {
    const origin = { folder: 'resources/one', hash: 'abc' };
    const loaded = (await write(store(), put('Basic', 'loaded', { origin }))).version;
    expect(loaded?.origin).toEqual(origin);
    expect(await store().read('Basic', 'loaded')).toEqual(loaded);
    await write(store(), put('Basic', 'loaded'));
    expect(await store().read('Basic', 'loaded')).not.toHaveProperty('origin');
    expect(await store().read('Basic', 'loaded', 1)).toEqual(loaded);
  });
}
