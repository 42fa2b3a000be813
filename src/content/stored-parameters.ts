/** The SearchParameters in the store, kept up to date by what the store says of its changes. */
import type { SearchParameter } from '../fhir/types.ts';
import type { SearchQuery } from '../search/query.ts';
import type { ResourceStore, Version } from '../storage/store.ts';

export interface StoredParameters {
  /** By id. */
  current(): ReadonlyMap<string, SearchParameter>;
  /** Reads what was written since the last time, by any process; says whether there was anything. */
  refresh(): Promise<boolean>;
}

const TYPE = 'SearchParameter';
const EVERY: SearchQuery = {
  types: [TYPE],
  where: { kind: 'and', conditions: [] },
  sort: [{ parameter: '_id', descending: false }],
  count: 200,
};

/** @param isOwn whether an id is that of a definition that comes with the server: those are not looked at */
export function storedParameters(store: ResourceStore, isOwn: (id: string) => boolean): StoredParameters {
  let revision = 0;
  let current: ReadonlyMap<string, SearchParameter> = new Map();
  return {
    current: () => current,
    async refresh() {
      const { revision: now, changed } = await store.changes(revision);
      if (now === revision) return false;
      const next = changed === 'all' ? await readAll(store, isOwn) : new Map(current);
      const ids = changed === 'all' ? [] : changed.flatMap(({ type, id }) => (type === TYPE && !isOwn(id) ? [id] : []));
      for (const id of ids) put(next, id, await store.read(TYPE, id));
      revision = now;
      current = next;
      return changed === 'all' || ids.length > 0;
    },
  };
}

async function readAll(store: ResourceStore, isOwn: (id: string) => boolean): Promise<Map<string, SearchParameter>> {
  const found = new Map<string, SearchParameter>();
  let page = await store.search(EVERY);
  for (;;) {
    for (const version of page.versions) if (!isOwn(version.id)) put(found, version.id, version);
    if (!page.next) return found;
    page = await store.search({ ...EVERY, after: page.next });
  }
}

function put(found: Map<string, SearchParameter>, id: string, version: Version | undefined): void {
  if (version?.json) found.set(id, JSON.parse(version.json.toString('utf8')) as SearchParameter);
  else found.delete(id);
}
