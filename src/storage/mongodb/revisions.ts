/** Which knowledge resources any process wrote: a counter and a short log, polled twice a second, answered from memory. */
import type { ClientSession } from 'mongodb';
import type { Change, Changes } from '../store.ts';
import { inOne } from './batches.ts';
import type { Calls } from './calls.ts';
import type { Collections } from './collections.ts';
import type { RevisionDocument } from './documents.ts';

const POLL_MS = 500;
/** How many revisions back a reader may ask for; beyond, everything counts as changed. */
const KEPT = 5_000;
/** Where the counter stands in `meta`. */
export const COUNTER = 'revision';

export interface Revisions {
  /** What was written since; where reading the last own write failed, that is made good first. */
  since(revision: number): Promise<Changes>;
  /** Reads what is new; a writer calls it after its commit, so that it sees its own change at once. Never fails: `since` tries again. */
  refresh(): Promise<void>;
  close(): void;
}

/** Gives each row a number of its own. Only knowledge raises the counter: one for all writes would make them wait for each other. */
export async function raiseRevision(
  { meta, revisions }: Collections,
  written: readonly Pick<Change, 'type' | 'id'>[],
  session: ClientSession,
): Promise<void> {
  if (!written.length) return;
  const raise = { $inc: { value: written.length } };
  const counter = await meta.findOneAndUpdate({ _id: COUNTER }, raise, { upsert: true, returnDocument: 'after', session });
  const first = Number(counter?.value) - written.length + 1;
  await revisions.insertMany(
    written.map(({ type, id }, i) => ({ _id: first + i, type, id })),
    { session },
  );
}

export async function lastRevision({ meta }: Collections): Promise<number> {
  return Number((await meta.findOne({ _id: COUNTER }))?.value ?? 0);
}

export async function watchRevisions(collections: Collections, calls: Calls): Promise<Revisions> {
  let latest = 0;
  let log: readonly RevisionDocument[] = [];
  const read = async () => {
    const counter = await lastRevision(collections);
    if (counter <= latest) return;
    const from = Math.max(latest, counter - KEPT);
    const range = { _id: { $gt: from, $lte: counter } };
    const rows = await collections.revisions.find(range, inOne(KEPT)).sort({ _id: 1 }).toArray();
    const isWhole = rows.length === counter - from; // else all counts as changed, rather than a row less
    log = isWhole ? [...(from === latest ? log : []), ...rows].slice(-KEPT) : [];
    latest = counter;
  };
  const refresh = oneAfterTheOther(() => calls.run(read));
  await refresh();
  const timer = setInterval(() => void refresh().catch(() => undefined), POLL_MS); // a database that is away is told by /health/ready
  timer.unref();
  let isOwed = false;
  const tried = async () => {
    isOwed = await refresh().then(
      () => false,
      () => true,
    );
  };
  return {
    refresh: tried,
    async since(revision) {
      if (isOwed) await tried();
      return sinceOf(revision, latest, log);
    },
    close: () => clearInterval(timer),
  };
}

function sinceOf(revision: number, latest: number, log: readonly RevisionDocument[]): Changes {
  const first = log[0]?._id ?? latest + 1;
  if (revision <= 0 || revision < first - 1 || revision > latest) return { revision: latest, changed: 'all' };
  const later = log.filter(({ _id }) => _id > revision);
  const names = new Map(later.map(({ type, id }) => [`${type}/${id}`, { type, id }]));
  return { revision: latest, changed: [...names.values()] };
}

/** Calls that come while one runs share the next run: what they look for may have come after this one began. */
function oneAfterTheOther(run: () => Promise<void>): () => Promise<void> {
  let last = Promise.resolve();
  let waiting: Promise<void> | undefined;
  const start = () => {
    waiting = undefined;
    return run();
  };
  return () => {
    if (!waiting) {
      waiting = last.then(start, start);
      last = waiting;
    }
    return waiting;
  };
}
