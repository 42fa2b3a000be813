/** All search parameters of a server: R4's, those of the profiles folder, and those that are stored and active. */
import { isDeepStrictEqual } from 'node:util';
import type { CoreDefinitions } from '../definitions/core.ts';
import { resourceTypes } from '../fhir/resource-types.ts';
import type { ResourceType, SearchParameter } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { createRegistry } from '../search/registry.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { StoreUpkeep } from '../storage/upkeep.ts';
import { createIndexing } from './indexing.ts';
import { type ParameterFault, parameterFaults } from './parameter-faults.ts';
import { type ParameterStatus, parameterStatus } from './parameter-status.ts';
import { type InForce, parametersInForce } from './parameters-in-force.ts';
import { readContent } from './read.ts';
import { storedParameters } from './stored-parameters.ts';

export interface SearchParametersDeps {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly core: Pick<CoreDefinitions, 'searchParameters' | 'codeSystems'>;
  /** Those of the profiles folder. */
  readonly own: readonly SearchParameter[];
  readonly baseUrl: string;
  /** Told what an operator should know, in sentences. */
  readonly report?: (sentence: string) => void;
  /** Milliseconds (see `createIndexing`). */
  readonly settle?: number;
}

export interface SearchParameters {
  /** What routes, index and CapabilityStatement are made from now. */
  registry(): ParameterRegistry;
  /** What stands in the way of a definition that somebody wants to store. */
  faults(given: SearchParameter): readonly ParameterFault[];
  /** Learns what was stored since the last time, by any process. */
  refresh(): Promise<void>;
  /** How far the parameters are that a test picks, by code. */
  status(isWanted: (definition: SearchParameter, isStored: boolean) => boolean): Promise<readonly ParameterStatus[]>;
  /** Begins to index and to look for changes twice a second; settles when what is known by then is complete. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds: everybody learns of a change within a second. */
const POLL = 500;

export async function openSearchParameters(deps: SearchParametersDeps): Promise<SearchParameters> {
  const { store, upkeep, core, own, report, settle } = deps;
  const fixed: readonly SearchParameter[] = [...core.searchParameters(), ...own];
  const ids = new Set(fixed.map(({ id }) => id ?? ''));
  const stored = storedParameters(store, (id) => ids.has(id));
  const setting = { baseUrl: deps.baseUrl, codeSystems: core.codeSystems() };
  const made = ({ definitions }: InForce) => createRegistry([...fixed, ...definitions], setting);
  const choose = () => parametersInForce([...stored.current().values()], fixed);

  await stored.refresh();
  let inForce = choose();
  const indexing = await createIndexing({ upkeep, registry: made(inForce), report, settle });

  let adopted = inForce.definitions;
  async function learn(): Promise<void> {
    if (await stored.refresh()) inForce = choose();
    const { definitions } = inForce;
    if (definitions === adopted) return;
    const types = affected(adopted, definitions);
    if (types.length > 0) await indexing.adopt(made(inForce), types);
    adopted = definitions;
  }

  let learning = Promise.resolve();
  const refresh = () => {
    const turn = learning.then(learn);
    learning = turn.catch(() => undefined);
    return turn;
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    registry: indexing.registry,
    faults: (given) => parameterFaults(given, { fixed, others: inForce.definitions.filter((each) => !isSame(each, given)) }),
    refresh,
    status: async (isWanted) => {
      const all = [...stored.current().values()].filter((each) => isWanted(each, true));
      const wanted = [...fixed.filter((each) => isWanted(each, false)), ...all];
      return parameterStatus(wanted, { upkeep, registry: indexing.registry(), pending: indexing.pending(), idle: inForce.idle });
    },
    start() {
      timer ??= setInterval(() => void refresh().catch(() => undefined), POLL).unref(); // /health/ready tells of a store that is away
      indexing.start();
      return indexing.complete();
    },
    async stop() {
      clearInterval(timer);
      await learning;
      await indexing.stop();
    },
  };
}

/** A new version of a definition stands in the place of the one before. */
function isSame(a: SearchParameter, b: SearchParameter): boolean {
  return a.url === b.url || (a.id !== undefined && a.id === b.id);
}

/** Types whose rows are found differently. */
function affected(before: readonly SearchParameter[], after: readonly SearchParameter[]): readonly ResourceType[] {
  const changed = [
    ...before.filter((each) => !after.some((other) => isDeepStrictEqual(each, other))),
    ...after.filter((each) => !before.some((other) => isDeepStrictEqual(each, other))),
  ];
  const bases = new Set(changed.flatMap(({ base }) => base as readonly string[]));
  return resourceTypes.filter((type) => [...bases].some((base) => isKindOf(type, base)));
}

/** Those of the profiles folder. */
export function profileParameters(folder: string): readonly SearchParameter[] {
  return readContent([folder]).files.flatMap(({ resource }) => (resource.resourceType === 'SearchParameter' ? [resource] : []));
}
