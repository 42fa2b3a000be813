/**
 * Runs units in transactions, again where the driver says so (https://www.mongodb.com/docs/manual/core/transactions/).
 * A unit tried again keeps its ids and takes the time anew, so that nobody who polls by time misses it.
 */
import { type ClientSession, type MongoClient, MongoError, MongoErrorLabel } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { Written } from '../store.ts';
import type { Collections } from './collections.ts';
import { guarded, isDuplicateKey, unavailable } from './faults.ts';
import { guardsOf } from './guards.ts';
import type { Searches } from './searches.ts';
import { type Turns, turns } from './turns.ts';
import { type Unit, writeUnit } from './unit.ts';

/** How long a unit is tried before the caller is told to come back. */
const TRY_FOR_MS = 20_000;

export const TRANSACTION = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', journal: true },
  readPreference: 'primary',
} as const;

export interface Transactions {
  write(unit: Unit): Promise<readonly Written[]>;
  /** Any other statements in one transaction, with the same promises. */
  run<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
}

export function transactions(client: MongoClient, collections: Collections, searches: Searches, now: () => Date): Transactions {
  const line = turns();
  const run = <T>(work: (session: ClientSession, attempt: number) => Promise<T>) => guarded(() => retried(client, work));
  return {
    run,
    write: (unit) =>
      takeTurn(line, unit, () => {
        let planned: readonly Written[] = [];
        return run(async (session, attempt) => {
          if (attempt > 1 && (await isWritten(collections, planned, unit.id, session))) return planned;
          planned = await writeUnit(unit, { collections, searches, session, now: now() });
          return planned;
        });
      }),
  };
}

function takeTurn<T>(line: Turns, { changes, expectations }: Unit, run: () => Promise<T>): Promise<T> {
  return line.take([...changes.map(({ type, id }) => `${type}/${id}`), ...guardsOf(changes, expectations)], run);
}

/** Whether an earlier try was committed after all, though its answer was lost: then its rows carry the unit's id. */
async function isWritten({ versions }: Collections, planned: readonly Written[], unit: string, session: ClientSession): Promise<boolean> {
  const made = planned.filter(({ outcome }) => outcome !== 'unchanged');
  const ids = made.flatMap(({ version }) => (version ? [`${version.type}/${version.id}/${version.versionId}`] : []));
  return ids.length > 0 && (await versions.countDocuments({ _id: { $in: ids }, unit }, { session })) === ids.length;
}

async function retried<T>(client: MongoClient, work: (session: ClientSession, attempt: number) => Promise<T>): Promise<T> {
  const deadline = Date.now() + TRY_FOR_MS;
  const session = client.startSession();
  try {
    let attempt = 0;
    for (;;) {
      try {
        return await session.withTransaction(() => {
          if (Date.now() > deadline) throw unavailable();
          return work(session, ++attempt);
        }, TRANSACTION);
      } catch (error) {
        if (!isAgain(error) || Date.now() > deadline) throw error;
      }
    }
  } finally {
    await session.endSession().catch(() => undefined); // its transaction is settled; a lost connection must not turn a success into a fault
  }
}

/** An insert met a row that was committed after this unit's snapshot: on a new snapshot it will see that row. */
function isAgain(error: unknown): boolean {
  if (error instanceof FhirError) return false;
  return isDuplicateKey(error) || (error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError));
}
