/** What was acknowledged is there after the writing process was killed, and no unit is there by half. More rounds: KILL_ROUNDS=1000. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from '../../../src/storage/sqlite/connection.ts';
import { raw } from '../../../src/storage/sqlite/fragment.ts';
import { openSqlite } from '../../../src/storage/sqlite/open.ts';
import { find, has, key } from '../changes.ts';
import { temporaryFolder } from './opening.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 100);
const WRITERS = 8;
const SECONDS_A_ROUND = 10;

let folder: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  folder.remove();
});

const children = new Set<ChildProcess>();

/** A process that has loaded its code and waits for a word to begin; what it says is kept. */
function startWriter(path: string): { readonly child: ChildProcess; readonly said: () => string } {
  const program = fileURLToPath(new URL('./kill-writer.ts', import.meta.url));
  const loader = new URL('../../../scripts/typescript.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', loader, program, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  child.once('close', () => children.delete(child));
  let said = '';
  child.stdout?.on('data', (data) => {
    said += data;
  });
  return { child, said: () => said };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + SECONDS_A_ROUND * 1000; !condition(); await sleep(2)) {
    if (Date.now() > end) throw new Error(`The writing process did not get to: ${what}.`);
  }
}

/** Lets the process write for a random time, kills it, and gives the last number that each writer was told. */
async function writeAndKill({ child, said }: ReturnType<typeof startWriter>): Promise<ReadonlyMap<number, number>> {
  await until(() => said().includes('loaded'), 'loaded');
  child.stdin?.write('go\n');
  await until(() => said().includes('settings'), 'settings');
  await sleep(Math.random() * 100);
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(said()).toContain('settings wal 2\n');
  const lines = said().split('\n').slice(0, -1); // what stands behind the last line end was not written whole
  return new Map(lines.flatMap((line) => (line.startsWith('wrote') ? [line.split(' ').slice(1).map(Number) as [number, number]] : [])));
}

/** @param before - the last unit of each writer at the end of the round before */
async function check(path: string, told: ReadonlyMap<number, number>, before: readonly number[]): Promise<readonly number[]> {
  const { store, close } = openSqlite(path);
  const last: number[] = [];
  try {
    for (let writer = 0; writer < WRITERS; writer++) {
      const a = await store.read('Basic', `w${writer}-a`);
      const b = await store.read('Basic', `w${writer}-b`);
      const number = a?.versionId ?? 0;
      const acknowledged = told.get(writer) ?? before[writer] ?? 0;
      expect([acknowledged, acknowledged + 1]).toContain(number); // one unit may have been under way
      expect(b?.versionId ?? 0).toBe(number);
      for (const version of [a, b]) if (number > 0) expect(JSON.parse(String(version?.json)).number).toBe(String(number));
      for (let each = before[writer] || 1; each <= number; each++) {
        expect((await store.read('Basic', `w${writer}-${each}`))?.versionId).toBe(each === number ? 1 : 2);
      }
      expect(await store.read('Basic', `w${writer}-${number + 1}`)).toBeUndefined();
      const found = await find(store, 'Basic', has(key('writer', String(writer))));
      expect(found.toSorted()).toEqual(number > 0 ? [`w${writer}-${number}`, `w${writer}-a`, `w${writer}-b`] : []);
      last.push(number);
    }
  } finally {
    await close();
  }
  return last;
}

test(
  `${ROUNDS} rounds of kill -9`,
  async () => {
    const path = `${folder.path}/ramus.db`;
    let units: readonly number[] = Array(WRITERS).fill(0);
    let next = startWriter(path);
    for (let round = 1; round <= ROUNDS; round++) {
      const writer = next;
      if (round < ROUNDS) next = startWriter(path);
      units = await check(path, await writeAndKill(writer), units);
    }
    expect(units.reduce((sum, number) => sum + number)).toBeGreaterThan(ROUNDS);
    const connection = connect(path, 'reads');
    expect(connection.all(raw('PRAGMA integrity_check'))).toEqual([['ok']]);
    connection.close();
  },
  ROUNDS * SECONDS_A_ROUND * 1000,
);
