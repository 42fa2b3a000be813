/** https://hl7.org/fhir/R4/http.html#create, conditional: https://hl7.org/fhir/R4/http.html#ccreate */
import { newId } from '../fhir/id.ts';
import type { LosslessObject } from '../fhir/json.ts';
import type { Interaction } from '../fhir/request.ts';
import { change } from '../storage/change.ts';
import type { Change, Version } from '../storage/store.ts';
import { typeOf } from './address.ts';
import { type ResourceBody, resourceBody } from './body.ts';
import { headerCriteria, match, untilHeld } from './criteria.ts';
import type { RestDeps } from './deps.ts';
import { writeAnswer } from './prefer.ts';
import { takeOnly } from './query-parameters.ts';
import { writeOne } from './write.ts';

export function create(deps: RestDeps): Interaction {
  return async (request) => {
    const type = typeOf(request);
    takeOnly(request, 'create');
    const body = resourceBody(request, { type });
    const { id: _theirs, ...own } = body.value; // the id is the server's to give, so theirs is not even checked
    const issues = await deps.check(own, request);
    const created = (version: Version) => writeAnswer(request, 201, version, `${type}/${version.id} was created.`, issues);
    const { ifNoneExist } = request.conditions;
    if (ifNoneExist === undefined) return created((await writeOne(deps, creation(deps, body))).version);
    const criteria = headerCriteria(ifNoneExist, type);
    return untilHeld(async () => {
      const { version, expectation } = await match(deps, request, type, criteria);
      if (version) return writeAnswer(request, 200, version, `${type}/${version.id} fits the criteria, so nothing was created.`);
      return created((await writeOne(deps, creation(deps, body), [expectation])).version);
    });
  };
}

function creation({ parameters }: RestDeps, { json, value }: ResourceBody): Change {
  const resource = json.lossless() as LosslessObject;
  return change({ kind: 'create', method: 'POST', id: newId(), resource, value }, parameters());
}
