/** From the method and url of an entry to a route (https://hl7.org/fhir/R4/bundle.html#entry, `request.url`). */
import { FhirError } from '../../fhir/error.ts';
import { parseQueryString } from '../../fhir/query-string.ts';
import { localReference } from '../../fhir/reference.ts';
import type { FhirRequest } from '../../fhir/request.ts';
import { isResourceType } from '../../fhir/resource-types.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { Route } from '../routes.ts';

/** A route and what the address fills in. */
export interface Located {
  readonly route: Route;
  readonly address: Pick<FhirRequest, 'type' | 'id' | 'versionId' | 'compartment' | 'query'>;
}

/** @throws FhirError `not-found`, `method-not-allowed`, or `invalid` for a url of another server */
export type Locate = (method: string, url: string) => Located;

/** The url is relative to the base; a slash before it, or this server's own base, is tolerated. */
export function locator(routes: readonly Route[], baseUrl: string): Locate {
  const table = routes.map((route) => ({ route, pattern: stepsOf(route.path.slice(1)) }));
  return (method, url) => {
    const [path, query] = split(relative(url, baseUrl));
    const steps = stepsOf(path).map(decoded);
    const fitting = table.filter(({ pattern }) => fits(pattern, steps));
    const place = fitting[0]?.route.path;
    if (place === undefined) throw new FhirError('not-found', `The url "${shown(url)}" leads to nothing that is offered here.`);
    const found = fitting.find(({ route }) => route.path === place && route.method === (method === 'HEAD' ? 'GET' : method));
    if (!found) throw new FhirError('method-not-allowed', `${method} is not offered at "${shown(url)}".`);
    return { route: found.route, address: { ...filled(found.pattern, steps, found.route), query: parseQueryString(query) } };
  };
}

function relative(url: string, baseUrl: string): string {
  if (url === baseUrl) return '';
  const local = localReference(url, baseUrl);
  if (/^[a-z][a-z0-9+.-]*:/i.test(local)) {
    throw new FhirError('invalid', `The url "${shown(url)}" is not one of this server; write it relative to the base, such as Patient/1.`);
  }
  return local.replace(/^\//, '');
}

function split(url: string): readonly [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function stepsOf(path: string): readonly string[] {
  const bare = path.replace(/\/$/, '');
  return bare === '' ? [] : bare.split('/');
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw new FhirError('invalid', 'The url holds a % that begins no escape of UTF-8; write the sign % itself as %25.');
  }
}

const NAMES_A_TYPE: ReadonlySet<string> = new Set(['[type]', '[compartment]']);

function fits(pattern: readonly string[], steps: readonly string[]): boolean {
  if (pattern.length !== steps.length) return false;
  return pattern.every((part, i) => {
    const step = steps[i] ?? '';
    return NAMES_A_TYPE.has(part) ? isResourceType(step) : part.startsWith('[') ? /^[^$]/.test(step) : part === step; // `$` begins operations
  });
}

function filled(pattern: readonly string[], steps: readonly string[], route: Route): Omit<Located['address'], 'query'> {
  const at = (name: string) => steps[pattern.indexOf(name)];
  const type = route.type ?? (at('[type]') as ResourceType | undefined);
  const [id, versionId, compartment, owner] = ['[id]', '[vid]', '[compartment]', '[owner]'].map(at);
  return {
    ...(type && { type }),
    ...(id !== undefined && { id }),
    ...(versionId !== undefined && { versionId }),
    ...(compartment !== undefined && { compartment: { type: compartment as ResourceType, id: owner ?? '' } }),
  };
}

function shown(url: string): string {
  return url.slice(0, 100);
}
