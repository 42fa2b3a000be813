/** From files and rows to what is to be done with them. */
import { type LosslessObject, parseJson } from '../fhir/json.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { change } from '../storage/change.ts';
import type { Change, Origin, ResourceStore } from '../storage/store.ts';
import type { LoadedRow } from '../storage/upkeep.ts';
import { type Decision, decide, earlierRelease } from './decide.ts';
import type { ContentFile } from './read.ts';

const PAGE = 100;
/** Stands where loaded rows name their folder, for the definitions that come with the server. */
export const SERVER = '(server)';

/** What is to be done with one row. */
export interface Step {
  /** `Type/id`. */
  readonly name: string;
  /** Absent where the file is gone. */
  readonly file?: ContentFile;
  readonly decision: Decision;
  /** Absent where nothing is written. */
  readonly change?: Change;
  /** Reads the row again and decides anew. */
  again(): Promise<Step>;
}

type RowName = Pick<LoadedRow, 'type' | 'id'>;

export interface StepDeps {
  readonly store: ResourceStore;
  readonly registry: () => ParameterRegistry;
  /** Names of the folders that are loaded. */
  readonly folders: readonly string[];
}

export interface StepMaker {
  /** What is to be done with a file. @param row its row among the loaded ones, which saves reading it */
  ofFile(file: ContentFile, row?: LoadedRow): Promise<Step>;
  /** What is to be done with a row whose file is gone. */
  ofOrphan(row: RowName): Promise<Step>;
  /** Whether a row came from one of the folders. */
  isOurs(origin: Origin): boolean;
}

export function stepMaker({ store, registry, folders }: StepDeps): StepMaker {
  const isOurs = (origin: Origin) => folders.includes(origin.folder);
  const ofFile = async (file: ContentFile, row?: LoadedRow): Promise<Step> => {
    const decision = row?.origin.hash === file.hash ? ({ kind: 'unchanged' } as const) : await decideFile(store, file);
    const written = decision.kind === 'write' ? { change: writing(file, decision.over, registry()) } : {};
    return { name: `${file.type}/${file.id}`, file, decision, ...written, again: () => ofFile(file) };
  };
  const ofOrphan = async ({ type, id }: RowName): Promise<Step> => {
    const step = { name: `${type}/${id}`, again: () => ofOrphan({ type, id }) };
    const current = await store.read(type, id);
    if (current?.json && !current.origin) return { ...step, decision: { kind: 'kept', deleted: false, versionId: current.versionId } };
    if (!current?.json || !current.origin || !isOurs(current.origin)) return { ...step, decision: { kind: 'unchanged' } };
    const { versionId, origin } = current;
    const deletion: Change = { kind: 'delete', type, id, method: 'DELETE', ifMatch: [versionId], origin };
    return { ...step, decision: { kind: 'delete', over: versionId }, change: deletion };
  };
  return { ofFile, ofOrphan, isOurs };
}

async function decideFile(store: ResourceStore, file: ContentFile): Promise<Decision> {
  const current = await store.read(file.type, file.id);
  const isDeleted = current !== undefined && !current.json;
  const decision = decide(file, current, isDeleted ? await store.read(file.type, file.id, current.versionId - 1) : undefined);
  return decision.kind === 'write' && current ? ((await releasedBefore(store, file)) ?? decision) : decision;
}

async function releasedBefore(store: ResourceStore, file: ContentFile): Promise<Decision | undefined> {
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const page = await store.history({ type: file.type, id: file.id }, { count: PAGE, ...(after !== undefined && { after }) });
    for (const version of page.items) {
      const fault = earlierRelease(file, version);
      if (fault) return fault;
    }
    after = page.next;
  }
  return undefined;
}

function writing({ id, text, folder, hash }: ContentFile, over: number | undefined, registry: ParameterRegistry): Change {
  const { value, lossless } = parseJson(text);
  const bound = over === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: [over] };
  const resource = { resource: lossless() as LosslessObject, value: value as ContentFile['resource'] };
  return change({ kind: 'update', method: 'PUT', id, ...bound, origin: { folder, hash }, ...resource }, registry);
}
