/** The search parameters in force, and the background work that brings rows up to date with them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { StoreUpkeep } from '../storage/upkeep.ts';
import { changedCodes, type Pending, planReindex, reindex } from './reindex.ts';

export interface IndexingDeps {
  readonly upkeep: StoreUpkeep;
  /** What rows are to be indexed with at first. */
  readonly registry: ParameterRegistry;
  /** Told what an operator should know, in sentences. */
  readonly report?: ((sentence: string) => void) | undefined;
  /** Milliseconds after which no process writes rows with the parameters before any more; two seconds where it is absent. */
  readonly settle?: number | undefined;
}

export interface Indexing {
  /** What requests work with: parameters whose index is not complete are marked as pending. */
  registry(): ParameterRegistry;
  /** What is not complete. */
  pending(): Pending;
  /** From now on these are in force. Only rows of the types named may have to be indexed again. */
  adopt(next: ParameterRegistry, types: readonly ResourceType[]): Promise<void>;
  /** Begins with the work, if it has not begun. */
  start(): void;
  /** Settles when everything is complete. */
  complete(): Promise<void>;
  /** Ends the work between two rows; the rest is found again at the next start. */
  stop(): Promise<void>;
}

/** Every process learns of a change within a second; what it has begun by then is written soon after. */
const SETTLE = 2_000;
/** A last look for rows that were written by requests which began before the change: longer than any request may take. */
const LATE = 35_000;
const RETRY = 10_000;

export async function createIndexing({ upkeep, registry: first, report, settle = SETTLE }: IndexingDeps): Promise<Indexing> {
  let all = first;
  let pending: Pending = (await planReindex({ upkeep, registry: first })).pending;
  let searchable = marked(all, pending);
  let changedAt: number | undefined;
  let work: Work | undefined;

  function begin(): Work {
    const ends = new AbortController();
    const { signal } = ends;
    const [deps, types] = [{ upkeep, registry: all }, [...pending.keys()]];
    const settled = changedAt === undefined ? undefined : wait(changedAt + settle - Date.now(), signal);
    const completed = (left: Pending) => {
      if (signal.aborted) return;
      pending = left;
      searchable = marked(all, left);
    };
    const attempt = () => reindex(deps, pending, { signal, completed, ...(settled && { settled }) });
    const done = untilDone(attempt, signal, report);
    const late = done.then(async () => {
      if (!settled) return;
      await wait(LATE, signal);
      const again = new Map(types.map((type) => [type, new Set<string>()]));
      if (!signal.aborted) await untilDone(() => reindex(deps, again, { signal }), signal, report);
    });
    return { ends, done, late };
  }

  async function halt(): Promise<void> {
    work?.ends.abort();
    await work?.late;
  }

  return {
    registry: () => searchable,
    pending: () => pending,
    async adopt(next, types) {
      const begun = work !== undefined;
      await halt();
      const changed = types.filter((type) => all.hash(type) !== next.hash(type));
      await noteComplete(
        upkeep,
        all,
        changed.filter((type) => !pending.has(type)),
      );
      const after = new Map(pending);
      for (const type of changed) after.set(type, waiting(pending.get(type), all, next, type));
      [all, pending] = [next, after];
      searchable = marked(all, pending);
      changedAt = Date.now();
      if (begun) work = begin();
    },
    start() {
      work ??= begin();
    },
    complete: async () => {
      for (let seen: Work | undefined; seen !== work; await seen?.done) seen = work;
    },
    stop: halt,
  };
}

interface Work {
  readonly ends: AbortController;
  readonly done: Promise<void>;
  /** The last look included. */
  readonly late: Promise<void>;
}

function marked(registry: ParameterRegistry, pending: Pending): ParameterRegistry {
  return { ...registry, pending: (type) => pending.get(type) ?? NONE };
}

const NONE: ReadonlySet<string> = new Set();

/** What waited before and is still there, and what is new or means something else. */
function waiting(
  before: ReadonlySet<string> = NONE,
  last: ParameterRegistry,
  next: ParameterRegistry,
  type: ResourceType,
): ReadonlySet<string> {
  const codes = next.fingerprints(type);
  return new Set([...[...before].filter((code) => code in codes), ...changedCodes(last.fingerprints(type), codes)]);
}

/** Types that nobody has noted yet are complete all the same: a start in the middle of what comes now should know it. */
async function noteComplete(upkeep: StoreUpkeep, registry: ParameterRegistry, types: readonly ResourceType[]): Promise<void> {
  const noted = await upkeep.indexed();
  const open = types.filter((type) => !noted.has(type));
  if (open.length > 0) await upkeep.noteIndexed(new Map(open.map((type) => [type, registry.fingerprints(type)])));
}

/** A fault does not end the work: it is told, and the work tried again. */
async function untilDone(attempt: () => Promise<void>, signal: AbortSignal, report?: (sentence: string) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) return;
      report?.(`Indexing waits ${RETRY / 1000} seconds: ${error instanceof Error ? error.message : 'the store does not answer.'}`);
      await wait(RETRY, signal);
    }
  }
}

/** Ends early when the signal does. */
async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0) await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
