/**
 * Search parameters change with releases, profiles and what is stored; rows do not. While the server serves, rows that were
 * indexed with other parameters are indexed again, and until that is done what is new is neither searched nor advertised.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { resourceTypes } from '../fhir/resource-types.ts';
import type { FhirResource, ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { contentIndex } from '../storage/change.ts';
import type { Version } from '../storage/store.ts';
import type { Reindexed, StoreUpkeep } from '../storage/upkeep.ts';

/** By type, the codes of the parameters whose index is not complete. */
export type Pending = ReadonlyMap<ResourceType, ReadonlySet<string>>;

export interface ReindexDeps {
  readonly upkeep: StoreUpkeep;
  /** The parameters that rows are to be indexed with, and are indexed with when they are written. */
  readonly registry: ParameterRegistry;
}

export interface RunOptions {
  /** Called when a type is done, with what is left. */
  readonly completed?: (pending: Pending) => void;
  /** Stops between two rows; what is done stays done, the rest is found again at the next start. */
  readonly signal?: AbortSignal;
  /** Settles when nobody writes rows with older parameters any more; no type is done before that. */
  readonly settled?: Promise<unknown>;
}

export interface Reindexing {
  /** What may not be searched when the server begins to serve. */
  readonly pending: Pending;
  /** Types with rows to be indexed again, the smallest first. */
  readonly types: readonly ResourceType[];
  /** @throws Error where rows cannot be brought up to date: another process goes on writing them with other parameters */
  run(options?: RunOptions): Promise<void>;
}

type Fingerprints = Readonly<Record<string, string>>;

const BATCH = 25;
const FRUITLESS = 5;
/** Searched without entries. */
const ALWAYS = new Set(['_id', '_lastUpdated']);

/** Compares what the rows are indexed with and what they should be. Types without rows are left to the background. */
export async function planReindex({ upkeep, registry }: ReindexDeps): Promise<Reindexing> {
  const [counts, noted] = [await upkeep.counts(), await upkeep.indexed()];
  const pending = new Map<ResourceType, ReadonlySet<string>>();
  for (const type of [...counts.keys()].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0))) {
    const { items } = await upkeep.stale(type, registry.hash(type), { count: 1 });
    if (items.length) pending.set(type, unfinished(noted.get(type), registry.fingerprints(type)));
  }
  return { pending, types: [...pending.keys()], run: (options = {}) => reindex({ upkeep, registry }, pending, options) };
}

/**
 * Parameters that are new or mean something else. Rows that are stale although the note agrees were written by a process
 * of another release: nobody knows which parameters they lack, so all of them wait.
 */
function unfinished(before: Fingerprints = {}, now: Fingerprints): ReadonlySet<string> {
  return isEqual(before, now) ? new Set(Object.keys(now).filter((code) => !ALWAYS.has(code))) : changedCodes(before, now);
}

/** Codes that are new or whose entries differ. */
export function changedCodes(before: Fingerprints, now: Fingerprints): ReadonlySet<string> {
  return new Set(Object.keys(now).filter((code) => !ALWAYS.has(code) && before[code] !== now[code]));
}

function isEqual(a: Fingerprints, b: Fingerprints): boolean {
  const codes = Object.keys(a);
  return codes.length === Object.keys(b).length && codes.every((code) => a[code] === b[code]);
}

/** Brings the rows of these types up to date, type by type. @throws Error as `Reindexing.run` */
export async function reindex(deps: ReindexDeps, pending: Pending, { signal, completed, settled }: RunOptions): Promise<void> {
  const left = new Map(pending);
  for (const type of pending.keys()) {
    await indexType(deps, type, signal);
    if (settled) {
      await settled;
      await indexType(deps, type, signal);
    }
    if (signal?.aborted) return;
    await deps.upkeep.noteIndexed(new Map([[type, deps.registry.fingerprints(type)]]));
    left.delete(type);
    completed?.(new Map(left));
  }
  await noteOthers(deps, signal);
}

/** Types whose rows are up to date, most of them without any: noted, so that a later release knows what is new to them. */
async function noteOthers({ upkeep, registry }: ReindexDeps, signal: AbortSignal | undefined): Promise<void> {
  const noted = await upkeep.indexed();
  const done = new Map<ResourceType, Fingerprints>();
  for (const type of resourceTypes) {
    if (signal?.aborted) return;
    const [before, now] = [noted.get(type), registry.fingerprints(type)];
    if (!before || !isEqual(before, now)) done.set(type, now);
    await nextTurn(); // to prepare the parameters of a type takes milliseconds
  }
  if (done.size) await upkeep.noteIndexed(done);
}

/** Goes through the stale rows until a pass finds none: rows may be written by other processes meanwhile. */
async function indexType(deps: ReindexDeps, type: ResourceType, signal: AbortSignal | undefined): Promise<void> {
  for (let fruitless = 0; fruitless < FRUITLESS; fruitless++) {
    const pass = await onePass(deps, type, signal);
    if (pass.found === 0 || signal?.aborted) return;
    if (pass.indexed > 0) fruitless = -1;
  }
  throw new Error(
    `Rows of ${type} stay indexed with other search parameters: stop the servers of another release that write to this store.`,
  );
}

async function onePass({ upkeep, registry }: ReindexDeps, type: ResourceType, signal: AbortSignal | undefined) {
  let [found, indexed] = [0, 0];
  for (let after: string | undefined, more = true; more && !signal?.aborted; more = after !== undefined) {
    const page = await upkeep.stale(type, registry.hash(type), { count: BATCH, ...(after !== undefined && { after }) });
    const rows: Reindexed[] = [];
    for (const version of page.items) {
      rows.push(...reindexed(version, registry));
      await nextTurn(); // requests go first
    }
    found += rows.length;
    if (rows.length) indexed += await upkeep.reindex(rows);
    after = page.next;
  }
  return { found, indexed };
}

function reindexed({ type, id, versionId, json }: Version, registry: ParameterRegistry): Reindexed[] {
  if (!json) return [];
  const resource = JSON.parse(json.toString('utf8')) as FhirResource;
  return [{ type, id, versionId, ...contentIndex(resource, registry) }];
}
