import type { CoreDefinitions } from '../definitions/core.ts';
import type { SearchParameter } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { createRegistry } from '../search/registry.ts';
import { readContent } from './read.ts';
import type { Pending } from './reindex.ts';

export interface SearchParameters {
  /** All that rows are indexed with. */
  readonly all: ParameterRegistry;
  /** The same, those marked whose index is not complete yet. */
  searchable(): ParameterRegistry;
  /** What has to wait from now on. */
  wait(pending: Pending): void;
}

/** R4's search parameters and those of the profiles folder. */
export function searchParameters(
  core: Pick<CoreDefinitions, 'searchParameters' | 'codeSystems'>,
  { baseUrl, profiles }: { readonly baseUrl: string; readonly profiles: string },
): SearchParameters {
  const own = readContent([profiles]).files.flatMap(({ resource }) => (resource.resourceType === 'SearchParameter' ? [resource] : []));
  const definitions: readonly SearchParameter[] = [...core.searchParameters(), ...own];
  const setting = { baseUrl, codeSystems: core.codeSystems() };
  const all = createRegistry(definitions, setting);
  let searchable = all;
  return {
    all,
    searchable: () => searchable,
    wait: (pending) => {
      searchable = pending.size ? createRegistry(definitions, { ...setting, pending }) : all;
    },
  };
}
