/**
 * Runs units in transactions, again where the driver's rules say so (https://www.mongodb.com/docs/manual/core/transactions/).
 * The driver's own `withTransaction` tries for two minutes, longer than any caller waits; so the loop is here.
 * A unit tried again keeps its ids and takes the time anew, so that nobody who polls by time misses it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession, MongoClient } from 'mongodb';
import type { Written } from '../store.ts';
import { atOnce } from './at-once.ts';
import type { Calls } from './calls.ts';
import type { Collections } from './collections.ts';
import { isAgain, mayBeCommitted, unavailable } from './faults.ts';
import type { Searches } from './searches.ts';
import { turns, turnsOf } from './turns.ts';
import { type Outcome, type Unit, writeUnit } from './unit.ts';

const LONGEST_PAUSE_MS = 250;
/** Each open transaction holds a snapshot at the database, which does best with a few. */
const UNITS_AT_ONCE = 32;

export const TRANSACTION = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
} as const;

export interface Transactions {
  write(unit: Unit): Promise<readonly Written[]>;
  /** Any other statements in one transaction, with the same promises; they may be run several times. */
  run<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
}

export interface TransactionParts {
  readonly client: MongoClient;
  readonly collections: Collections;
  readonly searches: Searches;
  readonly calls: Calls;
  readonly tryForMs: number;
  readonly now: () => Date;
}

type Work<T> = (session: ClientSession) => Promise<T>;

export function transactions({ client, collections, searches, calls, tryForMs, now }: TransactionParts): Transactions {
  const line = turns();
  const limited = atOnce(UNITS_AT_ONCE);
  const retried = <T>(work: Work<T>, deadline: number) => limited(() => inSession(client, (session) => tried(session, work, deadline)));
  return {
    run: (work) => calls.run(() => retried(work, Date.now() + tryForMs)),
    write: (unit) =>
      calls.run(async () => {
        const deadline = Date.now() + tryForMs;
        let planned: readonly Written[] = [];
        const work: Work<Outcome> = async (session) => {
          if (await isWritten(collections, planned, unit.id, session)) return { written: planned };
          const outcome = await writeUnit(unit, { collections, searches, session, now: now() });
          planned = 'written' in outcome ? outcome.written : [];
          return outcome;
        };
        const outcome = await line.take(turnsOf(unit), () => retried(work, deadline));
        if ('refusal' in outcome) throw outcome.refusal;
        return outcome.written;
      }),
  };
}

/** Whether an earlier try was committed after all, though its answer was lost: then its rows carry the unit's id. */
async function isWritten({ versions }: Collections, planned: readonly Written[], unit: string, session: ClientSession): Promise<boolean> {
  const made = planned.filter(({ outcome }) => outcome !== 'unchanged');
  const ids = made.flatMap(({ version }) => (version ? [`${version.type}/${version.id}/${version.versionId}`] : []));
  return ids.length > 0 && (await versions.countDocuments({ _id: { $in: ids }, unit }, { session })) === ids.length;
}

async function inSession<T>(client: MongoClient, work: Work<T>): Promise<T> {
  const session = client.startSession();
  try {
    return await work(session);
  } finally {
    await session.endSession().catch(() => undefined); // its transaction is settled; a lost connection must not turn a success into a fault
  }
}

async function tried<T>(session: ClientSession, work: Work<T>, deadline: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    if (Date.now() > deadline) throw unavailable('is too busy at present; try again in a moment');
    try {
      session.startTransaction(TRANSACTION);
      const result = await work(session);
      await commit(session, deadline);
      return result;
    } catch (error) {
      if (session.inTransaction()) await session.abortTransaction();
      if (!isAgain(error) || Date.now() > deadline) throw error;
      await sleep(pause(attempt));
    }
  }
}

/** Sends the commit until it is known what came of it. */
async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await session.commitTransaction();
      return;
    } catch (error) {
      if (!mayBeCommitted(error)) throw error;
      if (Date.now() > deadline)
        throw unavailable('did not say whether the change was kept; read the resource before you try again', error);
      await sleep(pause(attempt));
    }
  }
}

function pause(attempt: number): number {
  return Math.random() * Math.min(5 * 1.5 ** attempt, LONGEST_PAUSE_MS);
}
