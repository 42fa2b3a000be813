/** The resources of a transaction with their links rewritten and their searches resolved (https://hl7.org/fhir/R4/http.html#trules). */
import { stringifyLossless } from '../../fhir/json.ts';
import type { FhirResource } from '../../fhir/types.ts';
import { type Bundled, createBundled } from './bundled.ts';
import { resolveSearches } from './conditional-references.ts';
import { nameOf, type Writing } from './deeds.ts';
import { atEntry } from './entry-fault.ts';
import type { Parts } from './findings.ts';
import type { Identities } from './identities.ts';
import { linkPlaces } from './links.ts';
import type { Pins } from './pins.ts';
import { namesOf, rewriteLinks } from './rewrite.ts';

/** A resource to write, in the form to compute with. */
export interface Linked {
  readonly writing: Writing;
  readonly value: FhirResource;
}

/** Rewrites `writing.resource` in place. @throws FhirError at the entry whose reference finds nothing, or several */
export async function link({ parts, deletions, deeds, writings }: Identities, pins: Pins): Promise<readonly Linked[]> {
  const linking = { names: namesOf(deeds), versionOf: pins.versionOf, baseUrl: parts.whole.baseUrl };
  const linked: Linked[] = [];
  const places = writings.map(({ resource }) => linkPlaces(resource));
  for (const [i, writing] of writings.entries()) {
    const isRewritten = await atEntry(writing.entry.index, () => rewriteLinks(places[i] ?? [], writing.entry.fullUrl, linking));
    linked.push({ writing, value: isRewritten ? plain(writing) : writing.value });
  }
  const replaced = new Set([...deletions.flatMap(({ targets }) => targets), ...writings.map(({ target }) => target)].map(nameOf));
  const sought = { written: once(() => bundled(parts, linked)), replaced };
  const resolved: Linked[] = [];
  for (const [i, each] of linked.entries()) {
    const isResolved = await atEntry(each.writing.entry.index, () => resolveSearches(parts, places[i] ?? [], sought));
    resolved.push(isResolved ? { ...each, value: plain(each.writing) } : each);
  }
  return resolved;
}

function plain({ resource }: Writing): FhirResource {
  return JSON.parse(stringifyLossless(resource)) as FhirResource;
}

function bundled({ registry, whole }: Parts, linked: readonly Linked[]): Bundled {
  const made = createBundled(registry, whole);
  for (const { writing, value } of linked) made.add(writing, value);
  return made;
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
