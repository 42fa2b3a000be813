/**
 * What the process says: to people on standard output (start-up lines), to machines on standard error (one JSON object a line).
 * Nothing that a caller sent is in either: no body, query, token or address, only the template of the route.
 */
import { pino } from 'pino';
import type { RequestLog } from './http/request-log.ts';

export interface Log extends RequestLog {
  /** Something that an operator should know; the fields are facts about the server, not about a caller. */
  info(message: string, fields?: object): void;
  /** Writes what is still buffered. */
  flush(): void;
}

export interface LogOptions {
  readonly level: string;
  /** Where the lines go; absent: standard error. */
  readonly write?: (line: string) => void;
}

export function createLog({ level, write }: LogOptions): Log {
  const target = write ? { write, flush: () => {} } : portions((text) => process.stderr.write(text));
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    target,
  );
  return {
    request: (line) => logger.info(line),
    info: (message, fields = {}) => logger.info(fields, message),
    error: (message, error) => logger.error(describe(error), message),
    flush: target.flush,
  };
}

/** Characters, and milliseconds, after which a portion is written. */
const PORTION = 32_768;
const PATIENCE = 200;

/** Lines leave in portions: a system call for each would cost as much as reading from the store. */
function portions(write: (text: string) => void): { write(line: string): void; flush(): void } {
  let lines: string[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length) write(lines.join(''));
    lines = [];
    size = 0;
  };
  return {
    flush,
    write(line) {
      lines.push(line);
      size += line.length;
      if (size >= PORTION) flush();
      else timer ??= setTimeout(flush, PATIENCE).unref();
    },
  };
}

/** Prints lines for the person at the terminal. */
export function say(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

function describe(error: unknown): object {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code } = error as { code?: unknown };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, ...(typeof code === 'string' && { code }), at: frames.slice(0, 12).map((line) => line.trim()) };
}
