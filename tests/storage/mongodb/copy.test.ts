/** Moving everything from one store to another. More versions: COPY_RESOURCES=20000. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { copyVersions } from '../../../src/storage/copy.ts';
import type { Change } from '../../../src/storage/store.ts';
import { survey } from '../../../src/storage/survey.ts';
import { type OpenStore, openStore } from '../../../src/stores.ts';
import { createRandom } from '../../search/random.ts';
import { find, key, post, put, query, remove } from '../changes.ts';
import { temporaryFolder } from '../sqlite/opening.ts';
import { onWireServer } from './opening.ts';

const RESOURCES = Number(process.env.COPY_RESOURCES ?? 300);
jest.setTimeout(60_000 + RESOURCES * 200);

await onWireServer('a copy', (server) => {
  let folder: ReturnType<typeof temporaryFolder>;
  const opened: OpenStore[] = [];
  const file = (name: string) => `file:${join(folder.path, name)}`;
  const open = async (url: string) => {
    const store = await openStore(url);
    opened.push(store);
    return store;
  };
  const withStore = async <T>(url: string, work: (store: OpenStore) => Promise<T>): Promise<T> => {
    const store = await openStore(url);
    return work(store).finally(() => store.close());
  };

  /** Resources of three types, most of them changed, some deleted, some made again; one with an origin, one with a large text. */
  async function fill({ store }: OpenStore, count: number): Promise<void> {
    const random = createRandom(7);
    const origin = { folder: 'resources/one', hash: 'h' };
    const members = (text: string) => ({ title: text, url: `http://example.org/${text}`, version: '1', status: 'active' });
    for (let first = 0; first < count; first += 50) {
      const ids = Array.from({ length: Math.min(50, count - first) }, (_, i) => String(first + i));
      const type = (id: string) => (['Library', 'ValueSet', 'Basic'] as const)[Number(id) % 3] ?? 'Basic';
      const round = (make: (id: string) => Change, share: number) => store.write(ids.filter(() => random.chance(share)).map(make));
      await store.write(ids.map((id) => post(type(id), id, { origin, members: members(`t${id}`) })));
      await round((id) => put(type(id), id, { members: members(id === '7' ? 'ü'.repeat(100_000) : `u${id}`) }), 0.6);
      await round((id) => remove(type(id), id), 0.2);
      await round((id) => put(type(id), id, { members: members(`w${id}`) }), 0.3);
    }
  }

  beforeAll(async () => {
    folder = temporaryFolder();
    const source = await open(file('source.db'));
    await fill(source, RESOURCES);
  });
  afterAll(async () => {
    await Promise.all(opened.map((store) => store.close()));
    folder.remove();
  });

  /** The script as an operator runs it; ended at once where it says `until`. */
  async function run(from: string, to: string, until?: RegExp): Promise<{ readonly code: number | null; readonly said: string }> {
    const [loader, script] = ['typescript.mjs', 'copy-store.ts'].map((name) =>
      fileURLToPath(new URL(`../../../scripts/${name}`, import.meta.url)),
    );
    const args = ['--import', String(loader), String(script), from, to];
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '' } });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (data) => {
        said += data;
        if (until?.test(said)) child.kill('SIGKILL');
      });
    }
    await once(child, 'close');
    return { code: child.exitCode, said };
  }

  test('goes to MongoDB and back, broken off half way and gone on with; what arrives is the same, and is found', async () => {
    const [middle, back] = [server.url(), file('back.db')];
    writeFileSync(join(folder.path, 'address'), `${middle}\n`);
    const broken = await run(file('source.db'), `@${join(folder.path, 'address')}`, /\((4[5-9]|[5-9]\d) %\)/);
    expect(broken.code).toBeNull();
    const half = await withStore(middle, ({ store }) => survey(store));
    const whole = await withStore(file('source.db'), ({ store }) => survey(store));
    expect(half.versions).toBeLessThan(whole.versions);
    expect(half.versions).toBeGreaterThan(0);

    const resumed = await run(file('source.db'), middle);
    expect(resumed).toMatchObject({ code: 0, said: expect.stringContaining(`hash ${whole.hash}`) });
    expect(resumed.said).toContain('Going on');
    expect(await withStore(middle, ({ store }) => survey(store))).toEqual(whole);
    expect(await run(middle, back)).toMatchObject({ code: 0, said: expect.stringContaining(`hash ${whole.hash}`) });
    expect(await withStore(back, ({ store }) => survey(store))).toEqual(whole);

    const everything = await withStore(file('source.db'), ({ upkeep }) => upkeep.counts());
    for (const url of [middle, back]) {
      await withStore(url, async ({ store, upkeep }) => {
        expect(new Map(await upkeep.counts())).toEqual(everything);
        const page = await store.search(
          query('Library', { kind: 'key-prefix', prefix: key('url', 'http://example.org/') }, { count: 1, total: true }),
        );
        expect(page.total).toBe(everything.get('Library'));
        const [first] = page.versions;
        const { url: address } = JSON.parse(String(first?.json));
        expect(await find(store, 'Library', { kind: 'key', keys: [key('url', address)] })).toEqual([first?.id]);
        const taken = post('Library', 'thief', { claims: [key('Library', key(address, '1'))] });
        await expect(store.write([taken])).rejects.toMatchObject({
          kind: 'conflict',
          message: expect.stringContaining(`Library/${first?.id}`),
        });
      });
    }
    expect((await run(file('source.db'), middle)).said).toMatch(/finished copy/);
  });

  test('a mistake in the addresses is said in a sentence, without a password', async () => {
    expect(await run(file('source.db'), 'mongodb://user:geheim@host:99999/x')).toMatchObject({
      code: 1,
      said: expect.not.stringContaining('geheim'),
    });
    expect(await run(file('source.db'), '')).toMatchObject({ code: 1, said: expect.stringContaining('npm run copy-store') });
  });

  describe('between stores', () => {
    let number = 0;
    const target = () => open(file(`target-${number++}.db`));
    const copy = (from: OpenStore, to: OpenStore, report: (line: string) => void = () => undefined) =>
      copyVersions({ from, to, report, now: () => new Date() }, async () => undefined);
    const small = async () => {
      const source = await target();
      await fill(source, 400); // more than one page
      return source;
    };

    test('a target that is not empty is refused', async () => {
      const [from, to] = [await small(), await target()];
      await to.store.write([post('Basic', 'mine')]);
      await expect(copy(from, to)).rejects.toThrow(/not empty/);
      await expect(copy(from, from)).rejects.toThrow(/not empty/);
      await expect(copy(await target(), await target())).rejects.toThrow(/holds nothing/);
    });

    test('an unfinished copy of another source, or of one that was written to since, is refused', async () => {
      const [from, to] = [await small(), await target()];
      const broken = copy(from, to, (line) => {
        if (line.includes('copied (')) throw new Error('broken off');
      });
      await expect(broken).rejects.toThrow('broken off');
      await expect(copy(opened[0] as OpenStore, to)).rejects.toThrow(/another source/);
      await from.store.write([put('Basic', 'late')]);
      await expect(copy(from, to)).rejects.toThrow(/another source/);
    });

    test('a source that is written to meanwhile is told', async () => {
      const [from, to] = [await small(), await target()];
      const [last] = (await from.store.history({}, { count: 1 })).items;
      let wrote: Promise<unknown> | undefined;
      const copying = copy(from, to, (line) => {
        if (line.includes('copied (')) wrote ??= from.store.write([put(last?.type ?? 'Basic', last?.id ?? '')]);
      });
      await expect(copying).rejects.toThrow(/wrote to one of them/);
      await wrote;
    });

    test('what differs in the end is told', async () => {
      const [from, to] = [await small(), await target()];
      let meddled = 0;
      const meddling = copy(from, to, (line) => {
        if (line.includes('copied (') && !meddled++) void to.store.write([post('Basic', 'meddling')]);
      });
      await expect(meddling).rejects.toThrow(/does not hold the same/);
    });
  });
});
