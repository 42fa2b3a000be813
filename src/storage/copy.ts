/** Copies everything that was ever written from one store to another: each version as it is, deletions included. */
import type { Ledger } from './ledger.ts';
import type { ResourceStore } from './store.ts';
import { pagesOfVersions, type Survey, survey } from './survey.ts';
import type { StoreUpkeep } from './upkeep.ts';

export interface CopyParts {
  readonly from: { readonly store: Pick<ResourceStore, 'history'>; readonly upkeep: Pick<StoreUpkeep, 'counts'> };
  readonly to: {
    readonly store: Pick<ResourceStore, 'history'>;
    readonly upkeep: Pick<StoreUpkeep, 'counts' | 'importVersions'>;
    readonly ledger: Ledger;
  };
  /** Writes one line for the operator. */
  readonly report: (line: string) => void;
  readonly now: () => Date;
}

/** A note in the target's ledger: which source it is a copy of, how far the copy is. The last one counts. */
interface Note extends Survey {
  readonly copied: number;
  readonly after?: string;
  readonly finished?: true;
}

const KIND = 'copy-store';
/** For so long a copy that was broken off can be gone on with, in milliseconds. */
const NOTED_FOR = 30 * 86_400_000;

/**
 * Goes on where an earlier copy of the same source was broken off. Nobody may write to either store meanwhile.
 * @param index makes the target's index entries, once all versions are there
 * @throws Error a sentence for the operator: the target is not empty, or does not hold the same in the end
 */
export async function copyVersions(parts: CopyParts, index: () => Promise<void>): Promise<Survey> {
  const { from, to, report } = parts;
  report('Reading the source …');
  const source = await survey(from.store);
  if (source.versions === 0) throw new Error('The source holds nothing; check its address.');
  const begun = await noteOf(to.ledger);
  await refuseOthers(to.store, begun, source);
  report(`${begun ? 'Going on with a copy' : 'Copying'} of ${number(source.versions)} versions.`);
  await copyPages(parts, begun ?? { ...source, copied: 0 });
  report('Comparing …');
  await refuseDifference(parts, source);
  report('Making the index …');
  await index();
  await note(parts, { ...source, copied: source.versions, finished: true });
  report(`Copied: ${number(source.versions)} versions, hash ${source.hash}; the target holds the same.`);
  return source;
}

async function noteOf(ledger: Ledger): Promise<Note | undefined> {
  let last: Note | undefined;
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const { items, next } = await ledger.list(KIND, { count: 1000, ...(after !== undefined && { after }) });
    last = (items.at(-1) as Note | undefined) ?? last;
    after = next;
  }
  return last;
}

async function refuseOthers(store: Pick<ResourceStore, 'history'>, begun: Note | undefined, source: Survey): Promise<void> {
  if (!begun) {
    const { items } = await store.history({}, { count: 1 });
    if (items.length) throw new Error('The target is not empty; name an empty one, or empty it.');
    return;
  }
  if (begun.finished) throw new Error('The target holds a finished copy; name an empty one, or empty it.');
  if (begun.hash === source.hash && begun.versions === source.versions) return;
  throw new Error('The target holds an unfinished copy of another source, or of this one before it was written to; empty the target.');
}

async function copyPages(parts: CopyParts, begun: Note): Promise<void> {
  const { from, to, report } = parts;
  if (begun.copied === 0) await note(parts, begun);
  if (begun.copied === begun.versions) return;
  let copied = begun.copied;
  for await (const { versions, next } of pagesOfVersions(from.store, begun.after)) {
    await to.upkeep.importVersions(versions);
    const before = percent(copied, begun);
    copied += versions.length;
    await note(parts, { versions: begun.versions, hash: begun.hash, copied, ...(next !== undefined && { after: next }) });
    if (percent(copied, begun) > before) {
      report(`${number(copied)} of ${number(begun.versions)} versions copied (${percent(copied, begun)} %)`);
    }
  }
}

async function note({ to, now }: CopyParts, record: Note): Promise<void> {
  await to.ledger.append(KIND, record, { until: new Date(now().getTime() + NOTED_FOR) });
}

async function refuseDifference({ from, to }: CopyParts, source: Survey): Promise<void> {
  const target = await survey(to.store);
  const counts = await Promise.all([from.upkeep.counts(), to.upkeep.counts()]);
  const [there, here] = counts.map((each) => JSON.stringify([...each].sort()));
  const { total } = await from.store.history({}, { count: 1, total: true }); // versions are only ever added: as many are the same
  if (target.hash === source.hash && target.versions === source.versions && total === source.versions && there === here) return;
  throw new Error(
    `The target does not hold the same: ${number(target.versions)} versions with hash ${target.hash}, the source had ` +
      `${number(source.versions)} with ${source.hash}, and has ${number(total ?? 0)} now. Somebody wrote to one of them meanwhile; stop the servers, empty the target and copy again.`,
  );
}

function percent(copied: number, { versions }: Survey): number {
  return Math.floor((copied * 100) / versions);
}

function number(value: number): string {
  return value.toLocaleString('en');
}
