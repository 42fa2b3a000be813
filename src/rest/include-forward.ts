/** `_include`: what references and canonicals of the sources lead to. */

import { type CanonicalResource, latest } from '../definitions/latest.ts';
import { formatCanonical, parseCanonical } from '../fhir/canonical.ts';
import { type LiteralReference, localReference, parseReference } from '../fhir/reference.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { Include } from '../search/includes.ts';
import { escaped, keyOf } from '../search/keys.ts';
import { references } from '../search/references.ts';
import { canonicalTypes } from '../storage/knowledge.ts';
import type { ResourceStore, Version } from '../storage/store.ts';
import { type IncludeDeps, MOST_INCLUDED, type Source } from './include.ts';

/** Foreign and dangling references lead to nothing; a versioned one leads to that version. */
export async function referred(deps: IncludeDeps, includes: readonly Include[], sources: readonly Source[]): Promise<readonly Version[]> {
  const literals = new Map<string, LiteralReference>();
  const canonicals = new Map<string, { readonly text: string; readonly types: readonly ResourceType[] }>();
  for (const include of includes) {
    for (const { version, resource } of sources) {
      if (include.source !== '*' && include.source !== version.type) continue;
      for (const { reference, canonical } of references(resource, deps.registry, include.parameter)) {
        if (canonical && targetsOf(include).length > 0)
          canonicals.set(`${reference} ${include.target}`, { text: reference, types: targetsOf(include) });
        const literal = parseReference(localReference(reference, deps.baseUrl));
        if (literal && !literal.base && (include.target ?? literal.type) === literal.type) literals.set(reference, literal);
      }
    }
  }
  const versions = await byAddress(deps.store, [...literals.values()]);
  for (const { text, types } of canonicals.values()) versions.push(...(await byCanonical(deps.store, text, types)));
  return versions.filter(({ json }) => json);
}

function targetsOf({ target }: Include): readonly ResourceType[] {
  if (!target) return canonicalTypes;
  return canonicalTypes.filter((type) => type === target);
}

async function byAddress(store: ResourceStore, references: readonly LiteralReference[]): Promise<Version[]> {
  const versions: Version[] = [];
  const current = new Map<ResourceType, string[]>();
  for (const { type, id, versionId } of references) {
    if (versionId === undefined) current.set(type, [...(current.get(type) ?? []), id]);
    else if (/^[1-9]\d{0,14}$/.test(versionId)) versions.push(...listOf(await store.read(type, id, Number(versionId))));
  }
  for (const [type, ids] of current) {
    const where = { kind: 'id', ids: ids.slice(0, MOST_INCLUDED + 1) } as const;
    versions.push(...(await store.search({ types: [type], where, sort: [], count: MOST_INCLUDED + 1 })).versions);
  }
  return versions;
}

/** That version, or where none is named the latest. */
async function byCanonical(store: ResourceStore, text: string, types: readonly ResourceType[]): Promise<readonly Version[]> {
  const { url, version } = parseCanonical(text);
  const keys = [keyOf('url', version === undefined ? escaped(url) : escaped(formatCanonical(url, version)))];
  const { versions } = await store.search({ types, where: { kind: 'key', keys }, sort: [], count: MOST_INCLUDED });
  if (versions.length < 2) return versions;
  const read = new Map(versions.map((each) => [JSON.parse(String(each.json)) as CanonicalResource, each]));
  const chosen = latest([...read.keys()]);
  return chosen ? listOf(read.get(chosen)) : [];
}

function listOf(version: Version | undefined): readonly Version[] {
  return version ? [version] : [];
}
