/**
 * Links in a resource, where R4 has a transaction rewrite them (https://hl7.org/fhir/R4/http.html#trules): Reference.reference,
 * elements of type uri, url, oid and uuid, href of a and src of img in narrative. Not canonicals, not strings or markdown; nor
 * a resource's own canonical url, which often equals its fullUrl, nor the url of an extension, which names its definition.
 */
import type { LosslessObject } from '../../fhir/json.ts';
import { localReference, parseReference } from '../../fhir/reference.ts';
import { type TypedElement, typedElements } from '../../fhirpath/typed-elements.ts';
import { isCanonicalType } from '../../storage/knowledge.ts';

/** A place in a resource that holds links. */
export interface LinkPlace {
  readonly kind: 'reference' | 'address' | 'narrative';
  readonly links: readonly string[];
  /** Puts others in their place; undefined leaves one as it is. */
  rewrite(to: (link: string) => string | undefined): void;
}

const ADDRESSES: ReadonlySet<string | undefined> = new Set(['uri', 'url', 'oid', 'uuid']);

export function linkPlaces(resource: LosslessObject): readonly LinkPlace[] {
  return [...typedElements(resource)].flatMap((element) => {
    if (typeof element.value !== 'string') return [];
    if (element.path === 'Reference.reference') return [whole('reference', element, element.value)];
    if (element.path === 'Narrative.div') return [narrative(element, element.value)];
    return ADDRESSES.has(element.type) && !isOwnUrl(element.path) ? [whole('address', element, element.value)] : [];
  });
}

/** `PlanDefinition.url`; Contract.url is a canonical identifier as well, though a Contract is no definition. */
function isOwnUrl(path: string): boolean {
  const [type = '', element, ...deeper] = path.split('.');
  return (
    element === 'url' && deeper.length === 0 && (isCanonicalType(type as Parameters<typeof isCanonicalType>[0]) || type === 'Contract')
  );
}

function whole(kind: LinkPlace['kind'], element: TypedElement, link: string): LinkPlace {
  return { kind, links: [link], rewrite: (to) => put(element, to(link)) };
}

const LINK = /(<(?:a|img)\b[^<>]*?\s)(href|src)(\s*=\s*)(?:"([^"<]*)"|'([^'<]*)')/g;

function narrative(element: TypedElement, div: string): LinkPlace {
  const links = [...div.matchAll(LINK)].map(([, , , , double, single]) => unescaped(double ?? single ?? ''));
  const rewrite: LinkPlace['rewrite'] = (to) => {
    const after = div.replace(LINK, (all, before, name, equals, double, single) => {
      const link = to(unescaped(double ?? single ?? ''));
      return link === undefined ? all : `${before}${name}${equals}"${link}"`;
    });
    if (after !== div) put(element, after);
  };
  return { kind: 'narrative', links, rewrite };
}

/** Addresses are written `Type/id`, so nothing has to be escaped on the way back. */
function unescaped(attribute: string): string {
  return attribute.replaceAll('&amp;', '&');
}

function put({ holder, key }: TypedElement, value: string | undefined): void {
  if (value !== undefined) (holder as Record<string | number, unknown>)[key] = value;
}

/** What a link leads to inside its Bundle. */
export interface Inside<T> {
  readonly target: T;
  /** A version-specific link stays one. */
  readonly versioned: boolean;
}

/**
 * The entry that a link names: by its fullUrl, or by `Type/id` on the root of the fullUrl that the link's own entry has
 * (https://hl7.org/fhir/R4/bundle.html#references).
 */
export function inside<T>(link: string, ownFullUrl: string | undefined, names: ReadonlyMap<string, T>): Inside<T> | undefined {
  const [base = '', version] = link.split('/_history/');
  const root = parseReference(base)?.base === undefined ? parseReference(ownFullUrl ?? '')?.base : undefined;
  const isRelative = root !== undefined && parseReference(base) !== undefined;
  const target = names.get(base) ?? (isRelative ? names.get(`${root}/${base}`) : undefined);
  return target === undefined ? undefined : { target, versioned: version !== undefined };
}

/** Whether a link leads to an address (`Type/id`) as it stands: relative, or on this server's own base. */
export function leadsTo(link: string, address: string, baseUrl: string): boolean {
  return localReference(link.split('/_history/')[0] ?? '', baseUrl) === address;
}
