/** Transactions of a process that is killed are there wholly or not at all (check 77). More rounds: KILL_ROUNDS=100. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import { client } from './client.ts';

const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
const WRITERS = 4;
const SECONDS = 60;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-transactions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(path: string): { readonly child: ChildProcess; readonly said: () => string } {
  const program = fileURLToPath(new URL('./transaction/kill-writer.ts', import.meta.url));
  const loader = new URL('../../scripts/typescript.mjs', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', loader, program, path], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout?.on('data', (data) => {
    said += data;
  });
  return { child, said: () => said };
}

async function until({ child, said }: ReturnType<typeof start>, word: string): Promise<void> {
  for (const end = Date.now() + SECONDS * 1000; !said().includes(word); await sleep(5)) {
    if (Date.now() > end || child.exitCode !== null) throw new Error(`The writing process did not say "${word}".`);
  }
}

/** Lets the process write for a random time, kills it, and gives the last number that each writer was told. */
async function writeAndKill(writer: ReturnType<typeof start>): Promise<ReadonlyMap<number, number>> {
  const { child, said } = writer;
  await until(writer, 'loaded');
  child.stdin?.write('go\n');
  await until(writer, 'wrote');
  await sleep(Math.random() * 200);
  child.kill('SIGKILL');
  await once(child, 'close');
  const lines = said().split('\n').slice(0, -1);
  return new Map(lines.flatMap((line) => (line.startsWith('wrote') ? [line.split(' ').slice(1).map(Number) as [number, number]] : [])));
}

/** Looks at every transaction there ever was. @param before - the last of each writer at the end of the round before */
async function check(path: string, told: ReadonlyMap<number, number>, before: readonly number[]): Promise<readonly number[]> {
  const { store, close } = openSqlite(path);
  const rest = client({ store });
  const total = async (query: string) => (await rest.call('GET', `${query}&_summary=count`)).json.total as number;
  const last: number[] = [];
  try {
    for (let writer = 0; writer < WRITERS; writer++) {
      const number = (await store.read('Patient', `w${writer}`))?.versionId ?? 0;
      const acknowledged = told.get(writer) ?? before[writer] ?? 0;
      expect([acknowledged, acknowledged + 1]).toContain(number); // one may have been under way
      for (let each = Math.max(before[writer] ?? 0, 1); each <= number + 1; each++) {
        const tag = `w${writer}-${each}`;
        const made = await total(`Observation?identifier=${tag}`);
        expect([tag, made, await total(`Patient?identifier=urn:s|${tag}`)]).toEqual([
          tag,
          each <= number ? 17 : 0,
          each === number ? 1 : 0,
        ]);
        if (each === number) expect(await total(`Observation?subject.identifier=urn:s|${tag}`)).toBe(17);
      }
      last.push(number);
    }
  } finally {
    await close();
  }
  return last;
}

test(
  `77: ${ROUNDS} rounds of kill -9 in the middle of transactions`,
  async () => {
    const path = join(folder, 'ramus.db');
    let numbers: readonly number[] = Array(WRITERS).fill(0);
    let next = start(path);
    for (let round = 1; round <= ROUNDS; round++) {
      const writer = next;
      if (round < ROUNDS) next = start(path);
      numbers = await check(path, await writeAndKill(writer), numbers);
    }
    expect(numbers.reduce((sum, number) => sum + number)).toBeGreaterThan(0);
  },
  ROUNDS * SECONDS * 1000,
);
