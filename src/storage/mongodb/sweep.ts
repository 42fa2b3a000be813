import type { Calls } from './calls.ts';
import type { Collections } from './collections.ts';
import { lastRevision } from './revisions.ts';

const EVERY_MS = 60_000;
const GUARD_IDLE_MS = 3_600_000; // far longer than any unit runs
const REVISIONS_KEPT = 10_000;

/** Deletes what is over: expired ledger records, idle guards, old revisions. Nothing depends on when it runs. */
export async function sweep(collections: Collections, now: Date): Promise<void> {
  const { ledger, guards, revisions } = collections;
  await ledger.deleteMany({ until: { $lte: now } });
  await guards.deleteMany({ at: { $lt: new Date(now.getTime() - GUARD_IDLE_MS) } });
  await revisions.deleteMany({ _id: { $lte: (await lastRevision(collections)) - REVISIONS_KEPT } });
}

/** Sweeps each minute until it is stopped; a database that is away is met again at the next turn. */
export function sweepRegularly(collections: Collections, calls: Calls, now: () => Date): () => void {
  const timer = setInterval(() => void calls.run(() => sweep(collections, now())).catch(() => undefined), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
