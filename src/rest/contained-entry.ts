import { isId } from '../fhir/id.ts';
import { type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import type { BundleEntry } from './bundle.ts';

type Addressed = Pick<BundleEntry, 'fullUrl' | 'json'>;

/**
 * Gives contained resources by themselves, at the address of their container and their id in it; those without an id have no address.
 * `position` in the container is from 1 on. A container is read once for all that follow each other.
 */
export function containedEntries(): (container: Addressed, position: number) => Addressed {
  let read: { readonly json: Buffer | undefined; readonly contained: readonly LosslessObject[] } | undefined;
  return ({ fullUrl, json }, position) => {
    if (!read || read.json !== json) read = { json, contained: containedIn(json) };
    const resource = read.contained[position - 1] ?? {};
    const { id } = resource;
    return {
      ...(typeof id === 'string' && isId(id) && { fullUrl: `${fullUrl}#${id}` }),
      json: Buffer.from(stringifyLossless(resource), 'utf8'),
    };
  };
}

function containedIn(json: Buffer | undefined): readonly LosslessObject[] {
  const { contained = [] } = parseJson(String(json)).lossless() as { readonly contained?: readonly LosslessObject[] };
  return contained;
}
