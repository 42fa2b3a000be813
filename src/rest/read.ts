/** https://hl7.org/fhir/R4/http.html#read */
import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, FhirResponse, Interaction } from '../fhir/request.ts';
import type { Version } from '../storage/store.ts';
import { addressOf, gone, unknown } from './address.ts';
import type { CoreFacts, RestDeps } from './deps.ts';
import { etag, isUnchanged } from './etag.ts';
import { takeOnly } from './query-parameters.ts';
import { partOf, partText } from './summary.ts';

export function read({ store, core }: Pick<RestDeps, 'store' | 'core'>): Interaction {
  return async (request) => {
    const address = addressOf(request);
    const version = await store.read(address.type, address.id);
    if (!version) throw unknown(address);
    return versionAnswer(request, version, core);
  };
}

/** One version as read and vread answer it: 200, 304, or 410 for a deletion. */
export function versionAnswer(request: FhirRequest, version: Version, core: CoreFacts): FhirResponse {
  takeOnly(request, 'read');
  const json = version.json;
  if (!json) throw gone(version);
  const part = partOf(request.query, core, [version.type]);
  if (part && 'summary' in part && part.summary === 'count') {
    throw new FhirError('invalid', '_summary=count counts what a search finds; a read takes true, text, data or false.');
  }
  if (isUnchanged(request.conditions, etag(version.versionId), version.lastUpdated)) return { status: 304, version };
  return { status: 200, body: part ? partText(json, part, core) : json, version };
}
