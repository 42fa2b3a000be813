/** How far the index of a search parameter is. */
import { resourceTypes } from '../fhir/resource-types.ts';
import type { ResourceType, SearchParameter } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { StoreUpkeep } from '../storage/upkeep.ts';
import type { Pending } from './reindex.ts';

export interface ParameterStatus {
  readonly definition: SearchParameter;
  /** `complete`: searched and advertised; `indexing`: not yet; `idle`: not in force, for a reason. */
  readonly state: 'complete' | 'indexing' | 'idle';
  readonly reason?: string;
  /** Types that it is for, as far as they have rows or something to wait for. */
  readonly types: readonly TypeStatus[];
}

export interface TypeStatus {
  readonly type: ResourceType;
  readonly complete: boolean;
  /** Rows that have it; absent where the store does not count them. */
  readonly done?: number;
  /** Current rows. */
  readonly total: number;
}

interface StatusDeps {
  readonly upkeep: StoreUpkeep;
  readonly registry: ParameterRegistry;
  readonly pending: Pending;
  /** By id, why a stored one is not in force. */
  readonly idle: ReadonlyMap<string, string>;
}

export async function parameterStatus(
  wanted: readonly SearchParameter[],
  { upkeep, registry, pending, idle }: StatusDeps,
): Promise<readonly ParameterStatus[]> {
  const counts = await upkeep.counts();
  const stale = new Map<ResourceType, number | undefined>();
  for (const type of pending.keys()) stale.set(type, (await upkeep.stale(type, registry.hash(type), { count: 1 })).total);
  const typeStatus = (type: ResourceType, code: string): TypeStatus => {
    const total = counts.get(type) ?? 0;
    const complete = !pending.get(type)?.has(code);
    const left = complete ? 0 : stale.get(type);
    return { type, complete, ...(left !== undefined && { done: Math.max(total - left, 0) }), total };
  };
  return wanted.map((definition) => {
    const { id = '', base, code } = definition;
    const reason = idle.get(id) ?? unused(definition, registry);
    if (reason !== undefined) return { definition, state: 'idle', reason, types: [] };
    const named: ReadonlySet<string> = new Set(base);
    const types = resourceTypes
      .filter((type) => base.some((each) => isKindOf(type, each)))
      .filter((type) => named.has(type) || counts.has(type) || pending.get(type)?.has(code))
      .map((type) => typeStatus(type, code));
    return { definition, state: types.every(({ complete }) => complete) ? 'complete' : 'indexing', types };
  });
}

/** R4 has parameters that are not offered here. */
function unused({ url, base, code }: SearchParameter, registry: ParameterRegistry): string | undefined {
  const types = resourceTypes.filter((type) => base.some((each) => isKindOf(type, each)));
  const isUsed = types.some((type) => registry.get(type, code)?.url === url);
  return isUsed ? undefined : 'It is one of R4 that is not offered here: what it finds cannot be indexed.';
}
