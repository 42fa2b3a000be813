import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { unavailable } from '../faults.ts';
import { toError } from './group-commit.ts';
import type { Answers, Reply, Request, Task } from './tasks.ts';

/** The one way to write to the file: a thread of its own, so that a flush to disk never holds up a read. */
export interface Writer {
  /** Answers after the commit. @throws FhirError */
  send<T extends Task>(task: T): Promise<Answers[T['kind']]>;
  /** Waits for what was sent. */
  close(): Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The thread starts with the first task and again after it died; while nothing waits it keeps no process alive.
 * @param log - is told what ended it
 */
export function openWriter(path: string, log: (line: string) => void = () => {}): Writer {
  const waiting = new Map<number, Waiting>();
  let thread: Worker | undefined;
  let sent = 0;
  let idle: (() => void) | undefined;
  let closed = false;

  const settle = (replies: readonly Reply[]) => {
    for (const reply of replies) {
      const { resolve, reject } = waiting.get(reply.number) ?? {};
      waiting.delete(reply.number);
      if ('fault' in reply) reject?.(toError(reply.fault));
      else resolve?.(reply.answer as never);
    }
    if (waiting.size === 0) rest();
  };
  const rest = () => {
    thread?.unref();
    idle?.();
  };
  const ended = () => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(unavailable('its writer stopped before it could say whether it wrote'));
    waiting.clear();
    rest();
  };

  return {
    send: (task) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(unavailable('it is closed'));
        thread ??= startThread(path, settle, ended).on('error', (error) => log(endOf(error)));
        thread.ref();
        thread.postMessage({ number: ++sent, task } satisfies Request); // throws where it cannot be copied: then nobody waits for it
        waiting.set(sent, { resolve, reject });
      }),
    close: async () => {
      closed = true;
      if (waiting.size > 0) await new Promise<void>((resolve) => (idle = resolve));
      if (thread) await stop(thread);
    },
  };
}

/** 'exit' follows the error. */
function endOf({ message }: Error): string {
  return `The thread that writes to the database ended: ${message}. The next write starts another.`;
}

function stop(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    thread.once('exit', () => resolve());
    thread.ref();
    thread.postMessage('close');
  });
}

function startThread(path: string, settle: (replies: readonly Reply[]) => void, ended: () => void): Worker {
  const extension = extname(import.meta.url);
  const thread = new Worker(new URL(`./writer-thread${extension}`, import.meta.url), {
    workerData: path,
    ...(extension === '.ts' && { execArgv: ['--import', loader().href] }),
  });
  thread.on('message', settle);
  thread.on('exit', ended);
  return thread;
}

/** Tests run the sources as they are; their transform does not reach into threads, which load TypeScript through this. */
function loader(): URL {
  return new URL('../../../../scripts/typescript.mjs', import.meta.url);
}
