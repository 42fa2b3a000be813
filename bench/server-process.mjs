// Starts a server as a process of its own and reads what it costs from the kernel's accounting (Linux).
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_SECOND = 100; // USER_HZ of /proc on Linux

/** A port that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Runs a script with Node and waits until `url` answers. What it logs goes to a file, as in service.
 * @returns the process: `cpu()` seconds of user and system time so far, `resident()` MB, `startMs` from spawn to the first answer,
 *   `settled()` when it has nothing more to do on its own, `stop()`
 */
export async function startServer(script, env, url) {
  const folder = mkdtempSync(join(tmpdir(), 'ramus-bench-log-'));
  const log = join(folder, 'log');
  const begun = performance.now();
  const child = spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', openSync(log, 'w')] });
  while (!(await answers(url))) {
    if (child.exitCode !== null)
      throw new Error(`${script} ended with ${child.exitCode} before it answered:\n${readFileSync(log, 'utf8')}`);
    await sleep(10);
  }
  const startMs = performance.now() - begun;
  const cpu = () => cpuSeconds(child.pid);
  return {
    startMs,
    cpu,
    resident: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    async settled() {
      for (let before = -1; cpu() - before > 0.03; await sleep(1000)) before = cpu();
    },
    async stop() {
      child.kill('SIGTERM');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve()));
      rmSync(folder, { recursive: true });
    },
  };
}

async function answers(url) {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
