/** Links between the entries of a transaction, once each has its address (https://hl7.org/fhir/R4/http.html#trules). */
import { type Deed, type Matched, nameOf, type Writing } from './deeds.ts';
import type { Entry } from './entries.ts';
import { inside, type LinkPlace, leadsTo } from './links.ts';

/** Entries by fullUrl: what links may lead to. */
export type Names = ReadonlyMap<string, Writing | Matched>;

export function namesOf(deeds: readonly Deed[]): Names {
  const named = deeds.flatMap((deed) =>
    deed.kind === 'delete' || deed.entry.fullUrl === undefined ? [] : ([[deed.entry.fullUrl, deed]] as const),
  );
  return new Map(named);
}

export interface Linking {
  readonly names: Names;
  /** The version that the target will have when the Bundle is written. */
  readonly versionOf: (target: Writing | Matched) => Promise<number>;
  readonly baseUrl: string;
}

/**
 * Rewrites the links of one resource in place; says whether there were any. A version-specific link stays one, with the version
 * that the Bundle writes. What leads to its target as it stands is left alone, whatever version it names: the target keeps its id.
 * @param own - fullUrl of the resource's entry
 */
export async function rewriteLinks(
  places: readonly LinkPlace[],
  own: string | undefined,
  { names, versionOf, baseUrl }: Linking,
): Promise<boolean> {
  if (names.size === 0) return false;
  const renamed = new Map<string, string>();
  const canonicals = new Set<string>();
  for (const link of new Set(places.flatMap(({ links }) => links))) {
    const found = inside(link, own, names);
    const address = found && nameOf(found.target.target);
    if (!found || !address || leadsTo(link, address, baseUrl)) continue;
    const version = found.versioned ? `/_history/${await versionOf(found.target)}` : '';
    renamed.set(link, `${address}${version}${found.fragment}`);
    if (isCanonicalOf(found.name, found.target.entry)) canonicals.add(link);
  }
  for (const { kind, bundled, rewrite } of renamed.size > 0 ? places : []) {
    const root = bundled ? `${baseUrl}/` : ''; // a relative link would lead to where the entry around it comes from
    rewrite((link) => {
      const address = kind === 'uri' && canonicals.has(link) ? undefined : renamed.get(link);
      return address && root + address;
    });
  }
  return renamed.size > 0;
}

/**
 * Whether a fullUrl is the canonical url of its resource, too: an element of type uri that holds it, such as the system of a
 * coding, then means the definition, not an address.
 */
export function isCanonicalOf(fullUrl: string, { request }: Pick<Entry, 'request'>): boolean {
  const { url } = (request.body?.value ?? {}) as { readonly url?: unknown };
  return url === fullUrl;
}
