import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(60_000);

let folder: string;
let child: ChildProcess;
let [out, err] = ['', ''];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-main-'));
  [out, err] = ['', ''];
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** The process with an empty content, on a free port unless told otherwise. */
function run(env: Record<string, string>): void {
  const own = { PATH: process.env.PATH, PORT: '0', CONTENT_DIRS: '', DATABASE_URL: `file:${join(folder, 'ramus.db')}` };
  child = spawn(process.execPath, ['--import', './scripts/typescript.mjs', 'src/main.ts'], { env: { ...own, ...env } });
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    if (child.exitCode !== null) throw new Error(`the process ended: ${err}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the process', () => {
  test('prints where it serves, ends what is under way when it is told to stop, and lets go of the store', async () => {
    run({});
    await until(() => out.includes('Plans held back'));
    const base = /FHIR R4 base URL: +(\S+)/.exec(out)?.[1] ?? '';
    const answers = Array.from({ length: 20 }, () => fetch(`${base}/metadata`).then(({ status }) => status));
    await Promise.any(answers);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    const settled = await Promise.allSettled(answers);
    expect(code).toBe(0);
    expect(out).toContain('SIGTERM: requests under way are ended');
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : each.reason?.cause?.code))).not.toContain('ECONNRESET');
    expect(err.split('\n').filter((line) => line.includes('"status":200')).length).toBeGreaterThan(0);
  });

  test('ends with a sentence for every fault of the configuration', async () => {
    run({ HOST: '0.0.0.0', LOG_LEVEL: 'loud' });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(err).toMatch(/^The configuration cannot be used:\n- HOST=.*\n- LOG_LEVEL=.*\n$/);
  });

  test('ends with a sentence where its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    run({ PORT: String(port) });
    const [code] = await once(child, 'exit');
    other.close();
    expect(code).toBe(1);
    expect(err).toBe(`The server cannot listen on 127.0.0.1, port ${port}: something else listens there; set PORT to another port.\n`);
  });
});
