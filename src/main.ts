/** The server as a process: it serves until it is told to stop. */
import './utc.ts';
import { readConfig } from './config.ts';
import { createLog, type Log, say } from './log.ts';
import { openServer, type RunningServer } from './server.ts';
import { startLines } from './web/start-facts.ts';

try {
  const config = readConfig(process.env);
  const log = createLog({ level: config.logLevel });
  const server = await openServer({ config, log, progress: say });
  say(...startLines(await server.facts()));
  stopOnSignal(server, log);
  server.indexed.catch((error: Error) => say(error.message));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function stopOnSignal(server: RunningServer, log: Log): void {
  process.on('exit', () => log.flush());
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    say(`${signal}: requests under way are ended, then the server stops.`);
    server.stop().then(
      () => process.exit(0),
      (error) => {
        log.error('could not stop in order', error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop(signal));
}
