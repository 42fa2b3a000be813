/** https://hl7.org/fhir/R4/http.html#vread */
import { FhirError } from '../fhir/error.ts';
import type { Interaction } from '../fhir/request.ts';
import { addressOf } from './address.ts';
import type { RestDeps } from './deps.ts';
import { versionAnswer } from './read.ts';

export function vread({ store, core }: Pick<RestDeps, 'store' | 'core'>): Interaction {
  return async (request) => {
    const { type, id } = addressOf(request);
    const asked = request.versionId ?? '';
    const version = /^[1-9]\d{0,14}$/.test(asked) ? await store.read(type, id, Number(asked)) : undefined;
    if (!version)
      throw new FhirError('not-found', `${type}/${id} has no such version; its versions are listed under ${type}/${id}/_history.`);
    return versionAnswer(request, version, core);
  };
}
