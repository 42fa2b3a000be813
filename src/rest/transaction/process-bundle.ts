/** https://hl7.org/fhir/R4/http.html#transaction: POST of a Bundle to the base. */
import type { Interaction } from '../../fhir/request.ts';
import type { RestDeps } from '../deps.ts';
import { takeOnly } from '../query-parameters.ts';
import type { Route } from '../routes.ts';
import { batch } from './batch.ts';
import { entryReader, readBundle } from './entries.ts';
import { locator } from './locate.ts';
import { transaction } from './transaction.ts';

/** @param routes - where entries may lead */
export function processBundle(deps: RestDeps, routes: () => readonly Route[]): Interaction {
  return async (request) => {
    takeOnly(request, 'a batch or transaction');
    const bundle = readBundle(request);
    const read = entryReader(request, locator(routes(), request.baseUrl));
    return bundle.type === 'batch' ? batch(request, bundle, read) : transaction(deps, request, bundle, read);
  };
}
