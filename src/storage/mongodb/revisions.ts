/** Which knowledge resources any process wrote: a counter and a short log, polled twice a second, answered from memory. */
import type { Changes } from '../store.ts';
import type { Collections } from './collections.ts';
import type { RevisionDocument } from './documents.ts';

const POLL_MS = 500;
/** How many revisions back a reader may ask for; beyond, everything counts as changed. */
const KEPT = 5_000;

export interface Revisions {
  since(revision: number): Changes;
  /** Reads what is new; a writer calls it after its commit, so that it sees its own change at once. */
  refresh(): Promise<void>;
  close(): void;
}

export async function watchRevisions({ meta, revisions }: Collections): Promise<Revisions> {
  let latest = 0;
  let log: readonly RevisionDocument[] = [];
  const refresh = async () => {
    const counter = Number((await meta.findOne({ _id: 'revision' }))?.value ?? 0);
    if (counter <= latest) return;
    const from = Math.max(latest, counter - KEPT);
    const rows = await revisions
      .find({ _id: { $gt: from, $lte: counter } })
      .sort({ _id: 1 })
      .toArray();
    log = [...log.filter(({ _id }) => _id <= from), ...rows].slice(-KEPT);
    latest = counter;
  };
  await refresh();
  const timer = setInterval(() => void refresh().catch(() => undefined), POLL_MS); // a database that is away is told by /health/ready
  timer.unref();
  return {
    refresh,
    since(revision) {
      const first = log[0]?._id ?? latest + 1;
      if (revision <= 0 || revision < first - 1 || revision > latest) return { revision: latest, changed: 'all' };
      return { revision: latest, changed: log.filter(({ _id }) => _id > revision).map(({ type, id }) => ({ type, id })) };
    },
    close: () => clearInterval(timer),
  };
}
