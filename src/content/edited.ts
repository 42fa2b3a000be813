import type { ResourceType } from '../fhir/types.ts';
import { isKnowledgeType } from '../storage/knowledge.ts';
import type { ResourceStore, Version } from '../storage/store.ts';
import type { LoadedRow, StoreUpkeep } from '../storage/upkeep.ts';
import type { StepMaker } from './step.ts';

export interface EditedDeps {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly isOurs: StepMaker['isOurs'];
  /** Types that content may have besides knowledge: those of the files and of the loaded rows. */
  readonly types: ReadonlySet<ResourceType>;
  /** Whether a file has this `Type/id`. */
  readonly hasFile: (name: string) => boolean;
}

const PAGE = 500;

/** Rows that a folder once had a file for and that were edited over REST since: of their versions only the first names the folder. */
export async function editedWithoutFile({
  store,
  upkeep,
  isOurs,
  types,
  hasFile,
}: EditedDeps): Promise<readonly Pick<LoadedRow, 'type' | 'id'>[]> {
  const found: Version[] = [];
  for (const type of (await upkeep.counts()).keys()) {
    if (!types.has(type) && !isKnowledgeType(type)) continue;
    for await (const version of current(store, type)) {
      if (version.origin || version.versionId === 1 || hasFile(`${type}/${version.id}`)) continue;
      const first = await store.read(type, version.id, 1);
      if (first?.origin && isOurs(first.origin)) found.push(version);
    }
  }
  return found;
}

async function* current(store: ResourceStore, type: ResourceType): AsyncGenerator<Version> {
  const query = {
    types: [type],
    where: { kind: 'and', conditions: [] },
    sort: [{ parameter: '_id', descending: false }],
    count: PAGE,
  } as const;
  let page = await store.search(query);
  for (;;) {
    yield* page.versions;
    if (!page.next) return;
    page = await store.search({ ...query, after: page.next });
  }
}
