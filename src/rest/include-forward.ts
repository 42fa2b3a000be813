/** `_include`: what references and canonicals of the sources lead to. */
import { type CanonicalResource, latest } from '../definitions/latest.ts';
import { formatCanonical, parseCanonical } from '../fhir/canonical.ts';
import { type LiteralReference, localReference, parseReference } from '../fhir/reference.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Include } from '../search/includes.ts';
import { escaped, keyOf } from '../search/keys.ts';
import type { SearchQuery } from '../search/query.ts';
import { references } from '../search/references.ts';
import { canonicalTypes } from '../storage/knowledge.ts';
import type { ResourceStore, Version } from '../storage/store.ts';
import { type IncludeDeps, type Level, MOST_INCLUDED, nameOf } from './include-level.ts';

/** Ids or canonicals that one search may ask for. */
const MOST_AT_ONCE = 500;

/** Foreign and dangling references lead to nothing; a versioned one leads to that version. */
export async function referred(deps: IncludeDeps, includes: readonly Include[], level: Level): Promise<readonly Version[]> {
  const literals = new Map<string, LiteralReference>();
  const canonicals = new Map<ResourceType | undefined, Set<string>>();
  for (const include of includes) {
    for (const { reference, canonical } of referencesOf(deps, include, level)) {
      const { target } = include;
      if (canonical) canonicals.set(target, (canonicals.get(target) ?? new Set()).add(reference));
      const literal = literalOf(reference, deps, level);
      if (literal && (target ?? literal.type) === literal.type) literals.set(`${nameOf(literal)} ${literal.versionId}`, literal);
    }
  }
  const versions = await byAddress(deps.store, [...literals.values()]);
  for (const [target, texts] of canonicals) versions.push(...(await byCanonical(deps.store, [...texts], target)));
  return versions.filter(({ json }) => json);
}

function referencesOf({ registry }: IncludeDeps, { source, parameter }: Include, { sources }: Level) {
  const wanted = sources.filter(({ version }) => source === '*' || source === version.type);
  return wanted.flatMap(({ resource }) => references(resource, registry, parameter));
}

/** A reference to a resource of this server that the page has not yet. */
function literalOf(text: string, { baseUrl }: IncludeDeps, { known }: Level): LiteralReference | undefined {
  const literal = parseReference(localReference(text, baseUrl));
  return literal && !literal.base && !known.has(nameOf(literal)) ? literal : undefined;
}

async function byAddress(store: ResourceStore, references: readonly LiteralReference[]): Promise<Version[]> {
  const versions: Version[] = [];
  const current = new Map<ResourceType, string[]>();
  for (const { type, id, versionId } of references) {
    if (versions.length > MOST_INCLUDED) return versions;
    if (versionId === undefined) current.set(type, [...(current.get(type) ?? []), id]);
    else if (/^[1-9]\d{0,14}$/.test(versionId)) versions.push(...listOf(await store.read(type, id, Number(versionId))));
  }
  for (const [type, ids] of current) {
    for (const some of portions(ids)) {
      if (versions.length > MOST_INCLUDED) return versions;
      versions.push(...(await all(store, { types: [type], where: { kind: 'id', ids: some } })));
    }
  }
  return versions;
}

/** Of each canonical that version, or where it names none the latest. */
async function byCanonical(store: ResourceStore, texts: readonly string[], target: ResourceType | undefined): Promise<Version[]> {
  const types = target ? canonicalTypes.filter((type) => type === target) : canonicalTypes;
  const versions: Version[] = [];
  for (const some of types.length > 0 ? portions(texts) : []) {
    if (versions.length > MOST_INCLUDED) return versions;
    const wanted = some.map(parseCanonical);
    const keys = wanted.map(({ url, version }) => keyOf('url', escaped(formatCanonical(url, version))));
    const found = new Map(
      (await all(store, { types, where: { kind: 'key', keys } })).map((each) => [JSON.parse(String(each.json)) as CanonicalResource, each]),
    );
    for (const { url, version } of wanted) {
      const chosen = latest([...found.keys()].filter((each) => each.url === url && (version ?? each.version) === each.version));
      if (chosen) versions.push(...listOf(found.get(chosen)));
    }
  }
  return versions;
}

/** All hits, page by page. */
async function all(store: ResourceStore, query: Pick<SearchQuery, 'types' | 'where'>): Promise<readonly Version[]> {
  const versions: Version[] = [];
  let after: SearchQuery['after'];
  do {
    const page = await store.search({ ...query, sort: [], count: MOST_AT_ONCE, ...(after && { after }) });
    versions.push(...page.versions);
    after = page.next;
  } while (after);
  return versions;
}

function portions<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / MOST_AT_ONCE) }, (_, i) => items.slice(i * MOST_AT_ONCE, (i + 1) * MOST_AT_ONCE));
}

function listOf(version: Version | undefined): readonly Version[] {
  return version ? [version] : [];
}
