/** `_revinclude`: what refers to the sources. */

import type { ResourceType } from '../fhir/types.ts';
import type { Include } from '../search/includes.ts';
import { escaped, keyOf } from '../search/keys.ts';
import { linkKeys, type Target } from '../search/links.ts';
import type { SearchQuery } from '../search/query.ts';
import { isCanonicalType } from '../storage/knowledge.ts';
import type { Version } from '../storage/store.ts';
import { type IncludeDeps, type Level, MOST_INCLUDED, nameOf, type Source } from './include-level.ts';

/** Keys that one search may ask for. */
const MOST_KEYS = 2000;

export async function referring(
  deps: IncludeDeps,
  revincludes: readonly Include[],
  { sources, known }: Level,
): Promise<readonly Version[]> {
  const found = new Map<string, Version>();
  for (const include of revincludes) {
    const type = include.source as ResourceType; // `*` is no source of a _revinclude
    const keys = keysOf(deps, include, type, sources);
    for (let start = 0; start < keys.length && found.size <= MOST_INCLUDED; start += MOST_KEYS) {
      const where = { kind: 'key', keys: keys.slice(start, start + MOST_KEYS) } as const;
      await addUnknown(found, known, deps, { types: [type], where, sort: [], count: MOST_INCLUDED + 1 });
    }
  }
  return [...found.values()];
}

/** Adds the hits that the page has not yet, until there are more than there is room for. */
async function addUnknown(
  found: Map<string, Version>,
  known: ReadonlySet<string>,
  { store }: IncludeDeps,
  query: SearchQuery,
): Promise<void> {
  let after: SearchQuery['after'];
  do {
    const page = await store.search({ ...query, ...(after && { after }) });
    for (const version of page.versions) if (!known.has(nameOf(version))) found.set(nameOf(version), version);
    after = page.next;
  } while (after && found.size <= MOST_INCLUDED);
}

function keysOf({ registry }: IncludeDeps, include: Include, type: ResourceType, sources: readonly Source[]): readonly string[] {
  const pending = registry.pending(type);
  const wanted = registry
    .of(type)
    .filter((each) => each.type === 'reference' && (include.parameter === '*' || include.parameter === each.code));
  const keys = wanted
    .filter(({ code }) => !pending.has(code))
    .flatMap(({ code, targets }) =>
      sources
        .filter(({ version }) => (include.target ?? version.type) === version.type && targets.includes(version.type))
        .flatMap((source) => linkKeys(code, targetOf(source))),
    );
  return [...new Set(keys)];
}

/** The resource with the keys that its canonical is found by. */
function targetOf({ version: { type, id }, resource }: Source): Target {
  const { url, version } = resource as { readonly url?: unknown; readonly version?: unknown };
  if (!isCanonicalType(type) || typeof url !== 'string') return { type, id, entries: { keys: [] } };
  const versioned = typeof version === 'string' ? [keyOf('url', `${escaped(url)}|${escaped(version)}`)] : [];
  return { type, id, entries: { keys: [keyOf('url', escaped(url)), ...versioned] } };
}
