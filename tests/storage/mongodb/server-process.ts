/** The server as a process of its own, to be talked to over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ServerProcess {
  /** Base of the FHIR interface. */
  readonly fhir: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/**
 * Settles when it serves.
 * @param heard is given what it has said so far, whenever it says more
 * @throws Error with what it said, where it ends before
 */
export async function startServer(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  heard: (said: string) => void = () => undefined,
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--import', path('scripts/typescript.mjs'), path('src/main.ts')], {
    env: { PATH: process.env.PATH ?? '', PORT: '0', CONTENT_DIRS: '', LOG_LEVEL: 'error', DATABASE_URL: databaseUrl, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const fhir = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The server ended before it served:\n${said}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        said += data;
        heard(said);
        const [, base] = /FHIR R4 base URL: *(\S+)/.exec(said) ?? [];
        if (base) resolve(base);
      });
    }
  });
  return {
    ...{ fhir, child },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
