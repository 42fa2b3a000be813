/** If-Match and If-None-Match of entries (https://hl7.org/fhir/R4/http.html#concurrency). */
import { FhirError } from '../../fhir/error.ts';
import type { FhirRequest } from '../../fhir/request.ts';
import type { ResourceStore, Version } from '../../storage/store.ts';
import type { Address } from '../address.ts';
import { etag, ifMatch, ifNoneMatch } from '../etag.ts';
import { type Bound, nameOf } from './deeds.ts';

/** The conditions of a write on an address, found to hold now. @throws FhirError `stale`, `invalid` */
export async function boundNow(store: ResourceStore, { conditions, method }: FhirRequest, address: Address): Promise<Bound> {
  const match = ifMatch(conditions);
  const noneMatch = method === 'PUT' ? ifNoneMatch(conditions) : undefined;
  if (match === undefined && !noneMatch) return {};
  const version = await store.read(address.type, address.id);
  const current = version?.json ? version : undefined;
  if (noneMatch && current)
    throw new FhirError('stale', `${nameOf(address)} exists, in version ${current.versionId}; ifNoneMatch * forbids that.`);
  refuseOther(match, current, nameOf(address));
  return { ...(match !== undefined && { ifMatch: match }), ...(noneMatch && { ifNoneMatch: noneMatch }) };
}

/** The condition of a write on what criteria found. @throws FhirError `stale`, `invalid` */
export function boundTo({ conditions }: FhirRequest, current: Version | undefined, name: string): Bound {
  const match = ifMatch(conditions);
  refuseOther(match, current, name);
  return match === undefined ? {} : { ifMatch: match };
}

function refuseOther(match: Bound['ifMatch'], current: Version | undefined, name: string): void {
  if (match === undefined || (current && (match === '*' || match.includes(current.versionId)))) return;
  const state = current ? `is in version ${etag(current.versionId)}` : 'does not exist';
  throw new FhirError('stale', `${name} ${state}, so ifMatch does not hold; read it again and apply the change to what it is now.`);
}
