import { LRUCache } from 'lru-cache';
import { parseCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { FhirResource, ResourceType } from '../fhir/types.ts';
import { SEPARATOR } from '../search/entries.ts';
import { escaped, keyOf } from '../search/keys.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { CoreDefinitions } from './core.ts';
import { type CanonicalResource, latest } from './latest.ts';

/** Definitions with a memory; an answer is the same object until the resource is written again, so that what is derived from it can be kept by it. */
export interface StoredDefinitions extends Definitions {
  /** Forgets everything, for a store that was changed behind its back. */
  invalidate(): void;
}

interface Answer {
  readonly url: string;
  readonly resource: FhirResource | undefined;
  /** `Type/id` of every stored resource that was weighed. */
  readonly weighed: ReadonlySet<string>;
}

const KEPT = 2000;
const PAGE = 100;

/** Finds by `url` or `url|version`: what is stored, then R4 itself. Sees every write that `store.changes` tells of. */
export function createDefinitions({ store, core }: { store: ResourceStore; core: CoreDefinitions }): StoredDefinitions {
  const answers = new LRUCache<string, Answer>({ max: KEPT });
  let revision = 0;

  async function refresh(): Promise<void> {
    const { revision: now, changed } = await store.changes(revision);
    if (now === revision) return;
    if (changed === 'all') answers.clear();
    else await forget(changed);
    revision = now;
  }

  /** Drops what a changed resource was part of, and what it is part of now. */
  async function forget(changed: readonly { type: ResourceType; id: string }[]): Promise<void> {
    const names = new Set(changed.map(({ type, id }) => `${type}/${id}`));
    const urls = new Set<string | undefined>();
    for (const { type, id } of changed) urls.add(await urlOf(type, id));
    for (const [key, { url, weighed }] of answers.entries()) {
      if (urls.has(url) || [...weighed].some((name) => names.has(name))) answers.delete(key);
    }
  }

  async function urlOf(type: ResourceType, id: string): Promise<string | undefined> {
    const version = await store.read(type, id);
    return version?.json && (parse(version.json).url ?? undefined);
  }

  async function find(canonical: string, type: ResourceType | undefined): Promise<Answer> {
    const { url, version } = parseCanonical(canonical);
    const stored = await search(store, url, type);
    const fitting = stored.filter((each) => version === undefined || each.version === version);
    return {
      url,
      resource: latest(fitting) ?? core.resolve(canonical, type),
      weighed: new Set(stored.map(({ resourceType, id }) => `${resourceType}/${id}`)),
    };
  }

  return {
    invalidate: () => answers.clear(),
    async resolve<T extends FhirResource>(canonical: string, type?: ResourceType): Promise<T | undefined> {
      await refresh();
      const key = `${type ?? ''}${SEPARATOR}${canonical}`;
      const known = answers.get(key);
      if (known) return known.resource as T | undefined;
      const asOf = revision;
      const answer = await find(canonical, type);
      if (asOf === revision) answers.set(key, answer);
      return answer.resource as T | undefined;
    },
  };
}

async function search(store: ResourceStore, url: string, type: ResourceType | undefined): Promise<readonly CanonicalResource[]> {
  const query = { types: type ? [type] : [], where: { kind: 'key', keys: [keyOf('url', escaped(url))] }, sort: [], count: PAGE } as const;
  const found: CanonicalResource[] = [];
  let page = await store.search(query);
  for (;;) {
    found.push(...page.versions.flatMap(({ json }) => (json ? [parse(json)] : [])));
    if (!page.next) return found;
    page = await store.search({ ...query, after: page.next });
  }
}

function parse(json: Buffer): CanonicalResource {
  return JSON.parse(json.toString('utf8'));
}
