/** https://hl7.org/fhir/R4/http.html#update, and create on PUT: https://hl7.org/fhir/R4/http.html#upsert */
import type { LosslessObject } from '../fhir/json.ts';
import type { FhirRequest, Interaction } from '../fhir/request.ts';
import { change } from '../storage/change.ts';
import type { Change } from '../storage/store.ts';
import { addressOf } from './address.ts';
import { resourceBody } from './body.ts';
import type { RestDeps } from './deps.ts';
import { ifMatch, ifNoneMatch } from './etag.ts';
import { writeAnswer } from './prefer.ts';
import { takeOnly } from './query-parameters.ts';
import { writeOne } from './write.ts';

export function update(deps: RestDeps): Interaction {
  return async (request) => {
    const address = addressOf(request, 'invalid');
    takeOnly(request, 'update');
    const bound = bindings(request);
    const { json, value } = resourceBody(request, address);
    const issues = await deps.check(value, request);
    const resource = json.lossless() as LosslessObject;
    const writing = change({ kind: 'update', method: 'PUT', id: address.id, resource, value, ...bound }, deps.parameters());
    const { outcome, version } = await writeOne(deps, writing);
    const isNew = outcome === 'created';
    const done = `${address.type}/${address.id} was ${isNew ? 'created' : 'updated'}.`;
    return writeAnswer(request, isNew ? 201 : 200, version, done, issues);
  };
}

function bindings({ conditions }: FhirRequest): Pick<Change, 'ifMatch' | 'ifNoneMatch'> {
  const match = ifMatch(conditions);
  const noneMatch = ifNoneMatch(conditions);
  return { ...(match !== undefined && { ifMatch: match }), ...(noneMatch && { ifNoneMatch: noneMatch }) };
}
