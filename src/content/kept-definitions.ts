import { FhirError } from '../fhir/error.ts';
import type { Change, ResourceStore } from '../storage/store.ts';

export interface KeepDeps {
  readonly store: ResourceStore;
  /** Whether a resource is a definition that comes with the server. */
  readonly isOwn: (type: string, id: string) => boolean;
  /** Called behind every write of a search parameter, so that its writer sees it in force. */
  readonly written: () => Promise<void>;
}

/**
 * The store as callers may write to it: what the server itself stands on stays as it is.
 * @throws FhirError `conflict` (409) for a change of such a definition, whichever interaction it comes from
 */
export function keepDefinitions({ store, isOwn, written }: KeepDeps): ResourceStore {
  return {
    read: (type, id, versionId) => store.read(type, id, versionId),
    history: (scope, page) => store.history(scope, page),
    search: (query) => store.search(query),
    changes: (since) => store.changes(since),
    close: () => store.close(),
    async write(changes, expectations) {
      const own = changes.find(({ type, id }) => isOwn(type, id));
      if (own) throw kept(own);
      const done = await store.write(changes, expectations);
      if (changes.some(({ type }) => type === 'SearchParameter')) await written().catch(() => undefined); // it is learned a moment later then
      return done;
    },
  };
}

function kept({ type, id }: Change): FhirError {
  return new FhirError(
    'conflict',
    `${type}/${id} is a definition that this server stands on, so it can be neither changed nor deleted; store your own under another id.`,
    { isLasting: true },
  );
}
