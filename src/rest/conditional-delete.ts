/** https://hl7.org/fhir/R4/http.html#3.1.0.7.1 */
import { FhirError } from '../fhir/error.ts';
import type { Interaction } from '../fhir/request.ts';
import { typeOf } from './address.ts';
import { addressCriteria, matchAll, untilHeld } from './criteria.ts';
import type { RestDeps } from './deps.ts';
import { ifMatch } from './etag.ts';

/** Resources that one request may delete, where deleting several is allowed. */
const MOST = 1000;

/** None fits: 204; one: it is deleted; several: all of them where the server is configured so, else 412. All in one unit. */
export function conditionalDelete(deps: RestDeps): Interaction {
  return async (request) => {
    const type = typeOf(request);
    const criteria = addressCriteria(request);
    const bound = ifMatch(request.conditions);
    return untilHeld(async () => {
      const { versions, expectation } = await matchAll(deps, request, type, criteria, deps.deleteSeveral ? MOST : 1);
      if (!versions.length && bound !== undefined) {
        throw new FhirError('stale', `The criteria find no ${type}, so no version of it can match If-Match.`);
      }
      const condition = bound === undefined ? {} : { ifMatch: bound };
      const changes = versions.map(({ id }) => ({ kind: 'delete', type, id, method: 'DELETE', ...condition }) as const);
      const written = await deps.store.write(changes, [expectation]);
      const version = written.length === 1 ? written[0]?.version : undefined;
      return { status: 204, ...(version && { version }) };
    });
  };
}
