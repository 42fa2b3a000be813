/** The entries of a batch or transaction as requests (https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/http.html#transaction). */
import { FhirError } from '../../fhir/error.ts';
import { copyLossless, isLosslessObject, type JsonBody, type Lossless, type LosslessObject, stringifyLossless } from '../../fhir/json.ts';
import type { FhirRequest } from '../../fhir/request.ts';
import type { Route } from '../routes.ts';
import { conditionsOf, methodOf, urlOf } from './entry-request.ts';
import { checkFullUrl } from './full-url.ts';
import type { Locate } from './locate.ts';
import { patchBody } from './patch-body.ts';

export interface Entry {
  /** Its place in the Bundle. */
  readonly index: number;
  /** Name of its resource inside the Bundle. */
  readonly fullUrl?: string;
  readonly route: Route;
  /** What it asks for, as if it had come alone. */
  readonly request: FhirRequest;
  /** GET without the body. */
  readonly head: boolean;
}

/** A Bundle whose entries have not been looked at. */
export interface RequestBundle {
  readonly type: 'batch' | 'transaction';
  readonly items: readonly Item[];
}

/** One entry, in both forms. */
export interface Item {
  readonly tree: Lossless;
  readonly value: unknown;
}

/** Entries of one Bundle. */
const MOST = 10_000;

/** @throws FhirError `structure`, `invalid` for a body that is no batch and no transaction, `too-costly` for too many entries */
export function readBundle({ body }: FhirRequest): RequestBundle {
  if (!body) throw new FhirError('structure', 'The request has no body; send a Bundle of type batch or transaction.');
  const value = body.value as Readonly<Record<string, unknown>> | null;
  if (value?.resourceType !== 'Bundle') throw fault('The body must be a Bundle; a single resource is sent to the address of its type.');
  const { type, entry = [] } = value;
  if (type !== 'batch' && type !== 'transaction') {
    throw new FhirError('invalid', 'A Bundle sent to the base must have the type batch or transaction.', { expression: 'Bundle.type' });
  }
  if (!Array.isArray(entry)) throw fault('Bundle.entry must be an array.');
  if (entry.length > MOST)
    throw new FhirError('too-costly', `The Bundle has ${entry.length} entries, and ${MOST} are allowed; send several.`);
  const trees = ((body.lossless() as LosslessObject).entry ?? []) as readonly Lossless[];
  return { type, items: entry.map((each, i) => ({ value: each as unknown, tree: trees[i] ?? null })) };
}

/** Reads one entry. @throws FhirError for an entry that cannot be carried out */
export type ReadEntry = (item: Item, index: number) => Entry;

/** @param whole - the request that brought the Bundle */
export function entryReader(whole: FhirRequest, locate: Locate): ReadEntry {
  const { baseUrl, now, prefer } = whole;
  const preferences = { ...prefer, return: prefer.return ?? 'minimal' } as const;
  return ({ tree, value }, index) => {
    if (!isLosslessObject(tree)) throw fault('An entry of a Bundle is an object.');
    refuseForeign(tree, ENTRY, 'An entry');
    const asked = tree.request;
    if (!isLosslessObject(asked)) throw fault('The entry has no request; it must say method and url.');
    refuseForeign(asked, REQUEST, 'The request of an entry');
    const method = methodOf(asked);
    const { route, address } = locate(method, urlOf(asked));
    if (route.interaction === 'transaction' || route.interaction === 'batch') {
      throw fault('A batch or transaction cannot hold another; send it by itself, or store the Bundle by POST to Bundle.');
    }
    const { resource } = value as { readonly resource?: unknown };
    const body = bodyOf(method, route, tree.resource, resource);
    const fullUrl = checkFullUrl(tree.fullUrl, route, resource);
    const request = { method: route.method, ...address, conditions: conditionsOf(asked), prefer: preferences, ...body, baseUrl, now };
    return { index, ...(fullUrl !== undefined && { fullUrl }), route, request, head: method === 'HEAD' };
  };
}

const ELEMENT = ['id', 'extension', 'modifierExtension'];
const ENTRY = new Set([...ELEMENT, 'link', 'fullUrl', 'resource', 'search', 'request', 'response']);
const REQUEST = new Set([...ELEMENT, 'method', 'url', 'ifNoneMatch', 'ifModifiedSince', 'ifMatch', 'ifNoneExist']);

/** A misspelt condition must not be overlooked. */
function refuseForeign(object: LosslessObject, known: ReadonlySet<string>, what: string): void {
  const foreign = Object.keys(object).find((name) => !known.has(name.replace(/^_/, '')));
  if (foreign !== undefined) throw fault(`${what} has no element "${foreign.slice(0, 80)}"; correct or remove it.`);
}

type Body = Pick<FhirRequest, 'contentType' | 'body'>;

/** A read and a deletion have none. */
function bodyOf(method: string, { interaction }: Route, tree: Lossless | undefined, value: unknown): Body | undefined {
  if (method === 'GET' || method === 'HEAD' || method === 'DELETE') return undefined;
  if (tree === undefined) {
    if (interaction !== 'create' && interaction !== 'update' && interaction !== 'patch') return undefined;
    throw fault(`The entry has no resource; a ${method} needs one.`);
  }
  if (!isLosslessObject(tree)) throw fault('The resource of an entry must be an object.');
  if (interaction === 'patch') return patchBody(jsonBody(tree, value));
  return { contentType: 'application/fhir+json', body: jsonBody(tree, value) };
}

function jsonBody(tree: Lossless, value: unknown): JsonBody {
  return {
    get text() {
      return stringifyLossless(tree);
    },
    value,
    lossless: () => copyLossless(tree),
  };
}

function fault(sentence: string): FhirError {
  return new FhirError('structure', sentence);
}
