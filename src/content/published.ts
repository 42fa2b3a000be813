/**
 * The definitions that a server stands on, put into its store like content, so that what `/metadata` names can be read and
 * searched as any resource can: R4's search parameters and compartments, and the operations.
 */
import type { FhirResource } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { StoreUpkeep } from '../storage/upkeep.ts';
import { contentHash } from './compact.ts';
import { ContentFault } from './fault.ts';
import { loadedRows, plan } from './load.ts';
import type { ContentFile } from './read.ts';
import { SERVER, stepMaker } from './step.ts';
import { carryOut } from './write.ts';

export interface PublishDeps {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly registry: () => ParameterRegistry;
  /** Each with a url and an id. */
  readonly definitions: readonly FhirResource[];
  readonly log?: (line: string) => void;
}

/**
 * Writes what is new or changed since the release before, and deletes what this one has no more. A row that somebody else
 * wrote under such an id or url stays. Gives sentences about what could not be written.
 */
export async function publish({ store, upkeep, registry, definitions, log }: PublishDeps): Promise<readonly string[]> {
  const files = definitions.map(file);
  const steps = await plan(files, await loadedRows(upkeep), stepMaker({ store, registry, folders: [SERVER] }));
  const changed = steps.flatMap(({ decision }) => (decision.kind === 'fault' ? [decision.sentence] : []));
  try {
    await carryOut(store, steps, (done, of) => log?.(`Definitions of the server: ${done} of ${of} written.`));
    return changed;
  } catch (error) {
    if (error instanceof ContentFault) return [...changed, ...error.faults];
    throw error;
  }
}

function file(resource: FhirResource): ContentFile {
  const { resourceType: type, id = '' } = resource;
  const text = JSON.stringify(resource);
  return { folder: SERVER, path: `${SERVER}/${type}/${id}`, type, id, text, hash: contentHash(text), resource };
}
