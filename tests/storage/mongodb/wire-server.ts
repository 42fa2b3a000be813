/**
 * A MongoDB to test against: the one of MONGODB_URI, else SecantusDB (a Python wheel that speaks MongoDB's wire protocol with real
 * transactions), installed once into a virtual environment outside the project. Without both, the tests say so in one line.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const VERSION = '0.7.0b3';
const run = promisify(execFile);

export interface WireServer {
  /** Whether it was started here, so that its faults may be provoked. */
  readonly isOurs: boolean;
  /** URI of a database of its own. */
  url(database?: string): string;
  /** Ends the process at once, as a power cut would; only of a server that was started here. */
  kill(): Promise<void>;
  /** Starts it again on the same port and files. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A running server, or the reason why there is none. CI counts the reason as a failure (REQUIRE_MONGODB). */
export async function startWireServer(): Promise<WireServer | string> {
  const given = process.env.MONGODB_URI;
  if (given) return givenServer(given);
  const program = await installed();
  if (program === undefined) {
    const reason = 'MongoDB tests did not run: neither MONGODB_URI nor a Python that can install SecantusDB is here';
    if (process.env.REQUIRE_MONGODB) throw new Error(reason);
    return reason;
  }
  return localServer(program);
}

function givenServer(uri: string): WireServer {
  const refuse = async () => {
    throw new Error('the server of MONGODB_URI is not ours to end');
  };
  return {
    isOurs: false,
    url: (database = `ramus-test-${randomUUID()}`) => uri.replace(/^([^/]*\/\/[^/?]+)[^?]*/, `$1/${database}`), // no URL: it may name several hosts
    kill: refuse,
    restart: refuse,
    stop: async () => undefined,
  };
}

async function installed(): Promise<string | undefined> {
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ramus-tests', `secantusdb-${VERSION}`);
  const program = join(folder, 'bin', 'secantusd-py');
  if (existsSync(program)) return program;
  const partial = `${folder}.${process.pid}`; // two test processes may install at once; the first to finish gives the folder
  try {
    await mkdir(join(folder, '..'), { recursive: true });
    await run('python3', ['-m', 'venv', partial], { timeout: 120_000 });
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `secantusdb==${VERSION}`];
    await run(join(partial, 'bin', 'python'), pip, { timeout: 300_000 });
    await rename(partial, folder).catch(() => undefined);
    return existsSync(program) ? program : undefined;
  } catch {
    return undefined;
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** The virtual environment was moved after it was made, so its programs are run through its own Python. */
async function localServer(program: string): Promise<WireServer> {
  const folder = await mkdtemp(join(tmpdir(), 'ramus-mongodb-'));
  const port = await freePort();
  const start = async () => {
    const arguments_ = [
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--storage-path',
      folder,
      '--sync-on-commit',
      '--enable-test-commands',
    ];
    const child = spawn(join(program, '..', 'python'), [program, ...arguments_], { stdio: 'ignore' });
    await reachable(port, () => child.exitCode);
    return child;
  };
  let child = await start();
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await ended;
    }
  };
  return {
    isOurs: true,
    url: (database = `ramus-test-${randomUUID()}`) => `mongodb://127.0.0.1:${port}/${database}?replicaSet=secantus`,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      child = await start();
    },
    async stop() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function reachable(port: number, exitCode: () => number | null): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (exitCode() !== null) throw new Error(`SecantusDB ended with ${exitCode()} before it answered`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.end());
    });
    if (open) return;
    await sleep(50);
  }
  throw new Error('SecantusDB did not open its port within 15 s');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
