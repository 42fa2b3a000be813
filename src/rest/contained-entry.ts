import { isId } from '../fhir/id.ts';
import { type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import type { BundleEntry } from './bundle.ts';

type Addressed = Pick<BundleEntry, 'fullUrl' | 'json'>;

/**
 * A contained resource by itself, at the address of its container and its id in it; without an id it has no address.
 * @param position - in the container, from 1 on
 */
export function containedEntry({ fullUrl, json }: Addressed, position: number): Addressed {
  const { contained } = parseJson(String(json)).lossless() as { readonly contained?: readonly LosslessObject[] };
  const resource = contained?.[position - 1] ?? {};
  const { id } = resource;
  return {
    ...(typeof id === 'string' && isId(id) && { fullUrl: `${fullUrl}#${id}` }),
    json: Buffer.from(stringifyLossless(resource), 'utf8'),
  };
}
