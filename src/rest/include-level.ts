import type { FhirResource } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { ResourceStore, Version } from '../storage/store.ts';

/** Resources that one page brings along, at most. */
export const MOST_INCLUDED = 1000;

export interface IncludeDeps {
  readonly store: ResourceStore;
  readonly registry: ParameterRegistry;
  readonly baseUrl: string;
}

/** Where one level of includes starts, and `Type/id` of what the page has already. */
export interface Level {
  readonly sources: readonly Source[];
  readonly known: ReadonlySet<string>;
}

/** A version with its resource read. */
export interface Source {
  readonly version: Version;
  readonly resource: FhirResource;
}

export function nameOf({ type, id }: Pick<Version, 'type' | 'id'>): string {
  return `${type}/${id}`;
}
