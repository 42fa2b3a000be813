/** https://hl7.org/fhir/R4/http.html#delete */
import type { Interaction } from '../fhir/request.ts';
import { addressOf } from './address.ts';
import type { RestDeps } from './deps.ts';
import { ifMatch } from './etag.ts';
import { takeOnly } from './query-parameters.ts';

/** 204 whether the resource was there or not; the ETag is that of the deletion. */
export function remove({ store }: Pick<RestDeps, 'store'>): Interaction {
  return async (request) => {
    const address = addressOf(request);
    takeOnly(request, 'delete');
    const bound = ifMatch(request.conditions);
    const [written] = await store.write([{ kind: 'delete', ...address, method: 'DELETE', ...(bound !== undefined && { ifMatch: bound }) }]);
    return { status: 204, ...(written?.version && { version: written.version }) };
  };
}
