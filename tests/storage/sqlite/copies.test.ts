/** Versions that were read lately are kept, and never answered when another is current. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { put, query, remove, write } from '../changes.ts';
import type { Opened } from '../opened.ts';
import { open } from './opening.ts';

const ALL = { kind: 'and', conditions: [] } as const;
let here: Opened;
let there: Awaited<ReturnType<Opened['another']>>;
beforeAll(async () => {
  here = await open();
  there = await here.another();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

test('a text is read from the file once, whoever reads it and whatever else is written', async () => {
  await write(here.store, put('Basic', 'one'));
  const first = await here.store.read('Basic', 'one');
  expect(await here.store.read('Basic', 'one')).toBe(first);
  await write(here.store, put('Basic', 'other'));
  await write(there.store, put('Basic', 'another'));
  expect(await here.store.read('Basic', 'one')).toBe(first);
  const { versions } = await here.store.search(query('Basic', ALL));
  expect(versions.find(({ id }) => id === 'one')).toBe(first);
  const other = versions.find(({ id }) => id === 'other');
  expect(await here.store.read('Basic', 'other')).toBe(other);
});

test('what another process or this one wrote is read at once: versions, a deletion, a return', async () => {
  for (const [i, { store }] of [there, here, there, here].entries()) {
    await write(store, put('Basic', 'two'));
    expect((await here.store.read('Basic', 'two'))?.versionId).toBe(i + 1);
    expect((await there.store.read('Basic', 'two'))?.versionId).toBe(i + 1);
  }
  await write(there.store, remove('Basic', 'two'));
  expect(await here.store.read('Basic', 'two')).toMatchObject({ versionId: 5, method: 'DELETE' });
  expect((await here.store.read('Basic', 'two'))?.json).toBeUndefined();
  await write(there.store, put('Basic', 'two'));
  const back = await here.store.read('Basic', 'two');
  expect([back?.versionId, back?.json !== undefined]).toEqual([6, true]);
});

test('a search finds the version that it found, whatever was kept before', async () => {
  await write(here.store, put('Basic', 'three'));
  await here.store.read('Basic', 'three');
  await write(there.store, put('Basic', 'three'));
  const { versions } = await here.store.search(query('Basic', ALL));
  expect(versions.find(({ id }) => id === 'three')?.versionId).toBe(2);
});
