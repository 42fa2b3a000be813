/**
 * Links in a resource, where R4 has a transaction rewrite them (https://hl7.org/fhir/R4/http.html#trules): Reference.reference,
 * elements of type uri, url, oid and uuid, href of a and src of img in narrative. Not canonicals, not strings or markdown; nor
 * a resource's own canonical url, which often equals its fullUrl, nor the url of an extension, which names its definition; nor,
 * in a Bundle that is stored, the names of its entries and the links between them.
 */
import type { LosslessObject } from '../../fhir/json.ts';
import { localReference, parseReference } from '../../fhir/reference.ts';
import type { TypedElement } from '../../fhirpath/typed-elements.ts';
import { isCanonicalType } from '../../storage/knowledge.ts';
import { placedElements } from '../bundled-elements.ts';

/** A place in a resource that holds links. */
export interface LinkPlace {
  /** An element of type uri may hold a canonical, too: systems and namespaces do. */
  readonly kind: 'reference' | 'uri' | 'address' | 'narrative';
  readonly links: readonly string[];
  /** In an entry of a Bundle that is stored. */
  readonly bundled: boolean;
  /** Puts others in their place; undefined leaves one as it is. */
  rewrite(to: (link: string) => string | undefined): void;
}

const ADDRESSES: ReadonlySet<string | undefined> = new Set(['uri', 'url', 'oid', 'uuid']);
/** Names of entries, and what a Bundle asks for. */
const OF_ENTRIES: ReadonlySet<string> = new Set(['Bundle.entry.fullUrl', 'Bundle.entry.request.url']);

export function linkPlaces(resource: LosslessObject): readonly LinkPlace[] {
  const elements = [...placedElements(resource)].filter(({ value }) => typeof value === 'string');
  const names = namesIn(elements);
  return elements.flatMap((element) => {
    const place = placeOf(element, String(element.value));
    return place ? [{ ...(element.bundled ? outward(place, names) : place), bundled: element.bundled }] : [];
  });
}

/** What leads to an entry of a stored Bundle: its fullUrl, and `Type/id` where it ends so. */
function namesIn(elements: readonly TypedElement[]): ReadonlySet<string> {
  const urls = elements.filter(({ path }) => path === 'Bundle.entry.fullUrl').map(({ value }) => String(value));
  const relative = urls.flatMap((url) => {
    const { type, id } = parseReference(url) ?? {};
    return type && id ? [`${type}/${id}`] : [];
  });
  return new Set([...urls, ...relative]);
}

type Place = Omit<LinkPlace, 'bundled'>;

function placeOf(element: TypedElement, value: string): Place | undefined {
  const { path, type } = element;
  if (path === 'Reference.reference') return whole('reference', element, value);
  if (path === 'Narrative.div') return narrative(element, value);
  if (!ADDRESSES.has(type) || isOwnUrl(path) || OF_ENTRIES.has(path)) return undefined;
  return whole(type === 'uri' ? 'uri' : 'address', element, value);
}

/** `PlanDefinition.url`; Contract.url is a canonical identifier as well, though a Contract is no definition. */
function isOwnUrl(path: string): boolean {
  const [type = '', element, ...deeper] = path.split('.');
  return (
    element === 'url' && deeper.length === 0 && (isCanonicalType(type as Parameters<typeof isCanonicalType>[0]) || type === 'Contract')
  );
}

/** Without the links that a stored Bundle resolves itself: they mean its own entries (https://hl7.org/fhir/R4/bundle.html#references). */
function outward({ kind, links, rewrite }: Place, names: ReadonlySet<string>): Place {
  const isOwn = (link: string) => names.has(cut(link).base);
  return {
    kind,
    links: links.filter((link) => !isOwn(link)),
    rewrite: (to) => rewrite((link) => (isOwn(link) ? undefined : to(link))),
  };
}

function whole(kind: LinkPlace['kind'], element: TypedElement, link: string): Place {
  return { kind, links: [link], rewrite: (to) => put(element, to(link)) };
}

const LINK = /(<(?:a|img)\b[^<>]*?\s)(href|src)(\s*=\s*)(?:"([^"<]*)"|'([^'<]*)')/g;

function narrative(element: TypedElement, div: string): Place {
  const links = [...div.matchAll(LINK)].map(([, , , , double, single]) => unescaped(double ?? single ?? ''));
  const rewrite: LinkPlace['rewrite'] = (to) => {
    const after = div.replace(LINK, (all, before, name, equals, double, single) => {
      const link = to(unescaped(double ?? single ?? ''));
      return link === undefined ? all : `${before}${name}${equals}"${escaped(link)}"`;
    });
    if (after !== div) put(element, after);
  };
  return { kind: 'narrative', links, rewrite };
}

function unescaped(attribute: string): string {
  return attribute.replaceAll('&amp;', '&');
}

function escaped(link: string): string {
  return link.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
}

function put({ holder, key }: TypedElement, value: string | undefined): void {
  if (value !== undefined) (holder as Record<string | number, unknown>)[key] = value;
}

/** What a link leads to inside its Bundle. */
export interface Inside<T> {
  readonly target: T;
  /** Its fullUrl. */
  readonly name: string;
  /** A version-specific link stays one. */
  readonly versioned: boolean;
  /** `#` and what stands behind it, or nothing. */
  readonly fragment: string;
}

/** A link without version and fragment, and these. */
function cut(link: string): { readonly base: string; readonly versioned: boolean; readonly fragment: string } {
  const mark = link.indexOf('#');
  const bare = mark < 0 ? link : link.slice(0, mark);
  const [base = '', version] = bare.split('/_history/');
  return { base, versioned: version !== undefined, fragment: link.slice(bare.length) };
}

/**
 * The entry that a link names: by its fullUrl, or by `Type/id` on the root of the fullUrl that the link's own entry has
 * (https://hl7.org/fhir/R4/bundle.html#references).
 */
export function inside<T>(link: string, ownFullUrl: string | undefined, names: ReadonlyMap<string, T>): Inside<T> | undefined {
  const { base, versioned, fragment } = cut(link);
  const reference = parseReference(base);
  const root = reference?.base === undefined ? parseReference(ownFullUrl ?? '')?.base : undefined;
  const onRoot = root !== undefined && reference ? `${root}/${base}` : base;
  const name = names.has(base) ? base : onRoot;
  const target = names.get(name);
  return target === undefined ? undefined : { target, name, versioned, fragment };
}

/** Whether a link leads to an address (`Type/id`) as it stands: relative, or on this server's own base. */
export function leadsTo(link: string, address: string, baseUrl: string): boolean {
  return localReference(cut(link).base, baseUrl) === address;
}
