/** https://hl7.org/fhir/R4/bundle.html#bundle-unique */
import { FhirError } from '../../fhir/error.ts';
import type { Lossless } from '../../fhir/json.ts';
import { parseReference } from '../../fhir/reference.ts';
import type { Route } from '../routes.ts';
import type { Entry } from './entries.ts';

/**
 * The name of an entry's resource. On a create it is only a temporary name, on an update the request's url decides.
 * @throws FhirError `invalid` where it names a version (bdl-8), or another resource than the one that the entry holds
 */
export function checkFullUrl(fullUrl: Lossless | undefined, { interaction }: Route, resource: unknown): string | undefined {
  if (fullUrl === undefined) return undefined;
  if (typeof fullUrl !== 'string' || fullUrl === '') throw new FhirError('structure', 'The fullUrl of the entry must be a uri.');
  if (fullUrl.includes('#')) {
    throw new FhirError('invalid', 'The fullUrl of the entry must not have a fragment: "#" names what is inside a resource.');
  }
  if (/\/_history\//.test(fullUrl)) throw new FhirError('invalid', 'The fullUrl of the entry must not name a version.');
  const named = parseReference(fullUrl);
  if (!named || (interaction !== 'create' && interaction !== 'update')) return fullUrl;
  const { resourceType, id = named.id } = (resource ?? {}) as { readonly resourceType?: unknown; readonly id?: unknown };
  if (resourceType === named.type && id === named.id) return fullUrl;
  throw new FhirError('invalid', 'The fullUrl of the entry names another type or id than its resource; make them agree.');
}

/** @throws FhirError `invalid` at an entry whose fullUrl another one has (bdl-7) */
export function refuseSharedFullUrl({ index, fullUrl }: Entry, owners: ReadonlyMap<string, readonly number[]>): void {
  const others = (fullUrl !== undefined && owners.get(fullUrl)?.filter((each) => each !== index)) || [];
  if (others.length > 0) throw new FhirError('invalid', `The fullUrl of the entry is that of entry ${others[0]}, too; each has its own.`);
}

/** By fullUrl, which entries have it. */
export function fullUrlOwners(entries: readonly Entry[]): ReadonlyMap<string, readonly number[]> {
  const owners = new Map<string, number[]>();
  for (const { fullUrl, index } of entries) if (fullUrl !== undefined) owners.set(fullUrl, [...(owners.get(fullUrl) ?? []), index]);
  return owners;
}
