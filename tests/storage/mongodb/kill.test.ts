/**
 * What was acknowledged is there after the writing process, or the database, was killed or stepped down, and no unit is there in
 * part. More rounds: KILL_ROUNDS=100 STEP_DOWNS=50.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, jest, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { ResourceStore } from '../../../src/storage/store.ts';
import { type OpenStore, openStore } from '../../../src/stores.ts';
import { find, has, key } from '../changes.ts';
import { numberOf, unit, writersOf } from './numbered-units.ts';
import { onWireServer, watched } from './opening.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 20);
const STEP_DOWNS = Number(process.env.STEP_DOWNS ?? 3);
/**
 * Nothing acknowledged is lost, nothing was written twice, no unit is there in part.
 * @param acknowledged number of the last unit of each writer that was; one more may be there
 */
async function expectWhole(store: ResourceStore, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  for (const [writer, known] of acknowledged) {
    const a = await store.read('Basic', `${writer}-a`);
    const b = await store.read('Basic', `${writer}-b`);
    const number = a?.versionId ?? 0;
    expect([known, known + 1]).toContain(number);
    expect(b?.versionId ?? 0).toBe(number);
    for (const version of [a, b]) if (number > 0) expect(JSON.parse(String(version?.json)).number).toBe(String(number));
    for (let each = 1; each <= number; each++) {
      expect((await store.read('Basic', `${writer}-${each}`))?.versionId).toBe(each === number ? 1 : 2);
    }
    expect(await store.read('Basic', `${writer}-${number + 1}`)).toBeUndefined();
    const found = await find(store, 'Basic', has(key('writer', writer)));
    expect(found.toSorted()).toEqual(number > 0 ? [`${writer}-${number}`, `${writer}-a`, `${writer}-b`] : []);
  }
}

/** The server still carries out what a killed process had sent, also between two reads of ours: what is whole stays so, what is not never becomes so. */
async function settled(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < 20; tries++) {
    if (
      await check().then(
        () => true,
        () => false,
      )
    )
      return;
    await sleep(50);
  }
  await check();
}

jest.setTimeout(60_000 + (ROUNDS + STEP_DOWNS) * 20_000);

await onWireServer('MongoDB, killed', (server) => {
  if (!server.isOurs) {
    test.skip('did not run: they kill the server, and that of MONGODB_URI is not theirs', () => undefined);
    return;
  }

  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

  /** A process that has loaded its code and waits for a word to begin. */
  function startWriter(url: string, round: number) {
    const args = ['--import', path('../../../scripts/typescript.mjs'), path('killed-writer.ts'), url, String(round)];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (data) => {
      said += data;
    });
    const says = async (word: string) => {
      for (let tries = 0; !said.includes(word); tries++) {
        if (tries > 12_000 || child.exitCode !== null) throw new Error(`The writing process did not get to "${word}".`);
        await sleep(5);
      }
    };
    const kill = async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    };
    /** The last number that each writer was told; what stands behind the last line end was not written whole. */
    const told = () => {
      const words = said
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '));
      const numbers = words.flatMap(([word, writer = '', number]) => (word === 'wrote' ? [[writer, Number(number)] as const] : []));
      return new Map([...writersOf(round).map((writer) => [writer, 0] as const), ...numbers]);
    };
    return { begin: () => child.stdin.write('go\n'), says, kill, told };
  }

  test(`${ROUNDS} times kill -9 of the writing process`, async () => {
    const url = server.url();
    const { store, close } = await openStore(url);
    const started = [startWriter(url, 1)];
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        const writer = started[round - 1] as (typeof started)[0];
        if (round < ROUNDS) started.push(startWriter(url, round + 1));
        await writer.says('loaded');
        writer.begin();
        await writer.says('wrote');
        await sleep(Math.random() * 200);
        await writer.kill();
        await settled(() => expectWhole(store, writer.told()));
      }
    } finally {
      for (const writer of started) await writer.kill();
      await close();
    }
  });

  /** Eight writers that go on whatever happens: told to come back they look what is there, as a client would. */
  function startWriters({ store }: OpenStore) {
    const acknowledged = new Map(writersOf(0).map((writer) => [writer, 0]));
    const unexpected: unknown[] = [];
    let stopped = false;
    const write = async (writer: string) => {
      for (let number = 1; !stopped; ) {
        try {
          await store.write(unit(writer, number));
          acknowledged.set(writer, number++);
        } catch (error) {
          if (!(error instanceof FhirError && error.kind === 'unavailable')) unexpected.push(error);
          number = await nextOf(writer, number);
        }
      }
    };
    const nextOf = async (writer: string, number: number): Promise<number> => {
      while (!stopped) {
        const found = await numberOf(store, writer).catch(() => undefined);
        if (found !== undefined) return found + 1;
        await sleep(20);
      }
      return number;
    };
    const done = Promise.all(writersOf(0).map(write));
    return {
      sum: () => [...acknowledged.values()].reduce((all, one) => all + one),
      async stop() {
        stopped = true;
        await done;
        expect(unexpected).toEqual([]); // no conflict, no stale: nobody else writes these
        return acknowledged;
      },
    };
  }

  test(`${ROUNDS} times kill -9 of the database under eight writers`, async () => {
    const opened = await openStore(`${server.url()}&serverMonitoringMode=poll`);
    const writers = startWriters(opened);
    for (let round = 0, before = 0; round < ROUNDS; round++, before = writers.sum()) {
      for (; writers.sum() < before + 8; ) await sleep(5);
      await sleep(Math.random() * 100);
      await server.kill();
      await server.restart();
    }
    await expectWhole(opened.store, await writers.stop());
    await opened.close();
  });

  test(`${STEP_DOWNS} step-downs under eight writers: nothing acknowledged is lost, no false conflict`, async () => {
    const wire = await watched(server);
    const opened = await wire.open({ selectionMs: 5_000 });
    const writers = startWriters(opened);
    for (let round = 0; round < STEP_DOWNS; round++) {
      await sleep(200 + Math.random() * 300);
      await wire.client.db('admin').command({ replSetStepDown: 1, force: true });
      await sleep(1_200);
    }
    const acknowledged = await writers.stop();
    await expectWhole(opened.store, acknowledged);
    expect(Math.min(...acknowledged.values())).toBeGreaterThan(0);
    await wire.close();
  });
});
