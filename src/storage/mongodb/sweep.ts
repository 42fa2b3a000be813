import type { Collections } from './collections.ts';

const EVERY_MS = 60_000;
const GUARD_IDLE_MS = 3_600_000; // far longer than any unit runs
const REVISIONS_KEPT = 10_000;

/** Deletes what is over: expired ledger records, idle guards, old revisions. Nothing depends on when it runs. */
export async function sweep({ ledger, guards, revisions, meta }: Collections, now: Date): Promise<void> {
  await ledger.deleteMany({ until: { $lte: now } });
  await guards.deleteMany({ at: { $lt: new Date(now.getTime() - GUARD_IDLE_MS) } });
  const counter = Number((await meta.findOne({ _id: 'revision' }))?.value ?? 0);
  await revisions.deleteMany({ _id: { $lte: counter - REVISIONS_KEPT } });
}

/** Sweeps each minute until it is stopped; a database that is away is met again at the next turn. */
export function sweepRegularly(collections: Collections, now: () => Date): () => void {
  const timer = setInterval(() => void sweep(collections, now()).catch(() => undefined), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
