/** Bundles and their entries, and what came of them. */
import type { Preferences } from '../../../src/fhir/request.ts';
import type { ResourceStore, Version } from '../../../src/storage/store.ts';
import type { Client } from '../client.ts';

type Answer = Awaited<ReturnType<Client['call']>>;

export interface Sent {
  readonly fullUrl?: string;
  readonly resource?: object;
  readonly request: { readonly method: string; readonly url: string; readonly [condition: string]: unknown };
}

export function bundle(entry: readonly unknown[], type = 'transaction'): object {
  return { resourceType: 'Bundle', type, entry };
}

export function post(
  resource: { readonly resourceType: string },
  more: Partial<Omit<Sent, 'request'>> & { readonly ifNoneExist?: string } = {},
): Sent {
  const { ifNoneExist, ...rest } = more;
  return { ...rest, resource, request: { method: 'POST', url: resource.resourceType, ...(ifNoneExist !== undefined && { ifNoneExist }) } };
}

export function put(url: string, resource: object, conditions: object = {}, fullUrl?: string): Sent {
  return { ...(fullUrl !== undefined && { fullUrl }), resource, request: { method: 'PUT', url, ...conditions } };
}

export const get = (url: string, conditions: object = {}): Sent => ({ request: { method: 'GET', url, ...conditions } });
export const remove = (url: string, conditions: object = {}): Sent => ({ request: { method: 'DELETE', url, ...conditions } });

/** A patch by FHIRPath that replaces or adds the gender of a Patient. */
export function patch(url: string, gender: string, conditions: object = {}): Sent {
  const part = (name: string, value: object) => ({ name, ...value });
  const parts = [
    part('type', { valueCode: 'add' }),
    part('path', { valueString: 'Patient' }),
    part('name', { valueString: 'gender' }),
    part('value', { valueCode: gender }),
  ];
  return {
    resource: { resourceType: 'Parameters', parameter: [{ name: 'operation', part: parts }] },
    request: { method: 'PATCH', url, ...conditions },
  };
}

/** A JSON Patch in a Binary. */
export function jsonPatch(url: string, operations: readonly object[]): Sent {
  const data = Buffer.from(JSON.stringify(operations)).toString('base64');
  return { resource: { resourceType: 'Binary', contentType: 'application/json-patch+json', data }, request: { method: 'PATCH', url } };
}

export function patient(identifier?: string, more: object = {}): { readonly resourceType: 'Patient' } {
  return { resourceType: 'Patient', ...(identifier !== undefined && { identifier: [{ system: 'urn:s', value: identifier }] }), ...more };
}

export function observation(subject: string, more: object = {}): { readonly resourceType: 'Observation' } {
  return { resourceType: 'Observation', ...{ status: 'final', code: { text: 'x' }, subject: { reference: subject } }, ...more };
}

export function send(rest: Client, entries: readonly unknown[], prefer: Preferences = {}, type = 'transaction'): Promise<Answer> {
  return rest.call('POST', '', { body: bundle(entries, type), prefer });
}

/** Statuses of the response, in order. */
export function statuses({ json }: Answer): readonly string[] {
  return (json.entry ?? []).map((entry: { response: { status: string } }) => entry.response.status);
}

/** `Type/id` of what an entry of the response made or found. */
export function madeBy({ json }: Answer, index: number): string {
  return /([A-Z][A-Za-z]+\/[^/]+)\/_history\/\d+$/.exec(json.entry[index].response.location ?? '')?.[1] ?? '';
}

/** The stored text of a resource. */
export async function stored(store: ResourceStore, name: string): Promise<string> {
  const [type = '', id = ''] = name.split('/');
  const version = await store.read(type as Version['type'], id);
  return version?.json?.toString('utf8') ?? '';
}

/** Everything that a store holds, deletions and old versions included, as text. */
export async function everything(store: ResourceStore): Promise<string> {
  const lines: string[] = [];
  let after: string | undefined;
  do {
    const page = await store.history({}, { count: 500, ...(after !== undefined && { after }) });
    lines.push(...page.items.map(({ json, ...version }) => JSON.stringify([version, json?.toString('utf8')])));
    after = page.next;
  } while (after !== undefined);
  return lines.join('\n');
}

/** The same in an order that depends on the seed. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
  let state = seed + 1;
  const next = () => {
    state = (state * 48271) % 2147483647;
    return state;
  };
  return items
    .map((item) => ({ item, order: next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
