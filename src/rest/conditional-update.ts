/** https://hl7.org/fhir/R4/http.html#cond-update */
import { FhirError } from '../fhir/error.ts';
import { isId, newId } from '../fhir/id.ts';
import type { LosslessObject } from '../fhir/json.ts';
import type { FhirRequest, Interaction } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { change } from '../storage/change.ts';
import type { Change } from '../storage/store.ts';
import { typeOf } from './address.ts';
import { type ResourceBody, resourceBody } from './body.ts';
import { addressCriteria, type Match, match, untilHeld } from './criteria.ts';
import type { RestDeps } from './deps.ts';
import { ifMatch, ifNoneMatch } from './etag.ts';
import { writeAnswer } from './prefer.ts';
import { writeOne } from './write.ts';

/** None fits: a create, under the body's id if it has one; one fits: an update of that; several: 412. */
export function conditionalUpdate(deps: RestDeps): Interaction {
  return async (request) => {
    const type = typeOf(request);
    const criteria = addressCriteria(request);
    ifNoneMatch(request.conditions);
    const body = resourceBody(request, { type });
    const issues = await deps.check(body.value, request);
    return untilHeld(async () => {
      const found = await match(deps, request, type, criteria);
      const writing = found.version ? replacing(deps, request, body, found) : await creating(deps, request, body, type);
      const { outcome, version } = await writeOne(deps, writing, [found.expectation]).catch(lostRace(writing));
      const isNew = outcome === 'created';
      return writeAnswer(request, isNew ? 201 : 200, version, `${type}/${version.id} was ${isNew ? 'created' : 'updated'}.`, issues);
    });
  };
}

function replacing(deps: RestDeps, request: FhirRequest, { json, value }: ResourceBody, { version }: Match): Change {
  const id = version?.id ?? '';
  if (ifNoneMatch(request.conditions)) {
    throw new FhirError('stale', `The criteria find ${value.resourceType}/${id}; If-None-Match: * forbids that.`);
  }
  if (value.id !== undefined && value.id !== id) {
    const fault = `The criteria find ${value.resourceType}/${id}, but the body has another id; leave the id out, or correct the criteria.`;
    throw new FhirError('invalid', fault, { expression: `${value.resourceType}.id` });
  }
  const bound = ifMatch(request.conditions);
  const resource = json.lossless() as LosslessObject;
  return change({ kind: 'update', method: 'PUT', id, resource, value, ...(bound !== undefined && { ifMatch: bound }) }, deps.parameters());
}

async function creating(deps: RestDeps, request: FhirRequest, { json, value }: ResourceBody, type: ResourceType): Promise<Change> {
  if (ifMatch(request.conditions) !== undefined) {
    throw new FhirError('stale', `The criteria find no ${type}, so no version of it can match If-Match.`);
  }
  const { id = newId() } = value;
  if (!isId(id))
    throw new FhirError('invalid', 'The id in the body is not one of FHIR: 1 to 64 letters, digits, "-" and ".".', {
      expression: `${type}.id`,
    });
  if ((await deps.store.read(type, id))?.json) {
    throw new FhirError('conflict', `${type}/${id} exists, but the criteria do not find it; correct the criteria, or update it by its id.`);
  }
  const resource = json.lossless() as LosslessObject;
  return change({ kind: 'update', method: 'PUT', id, resource, value, ifNoneMatch: '*' }, deps.parameters());
}

/** A resource that appeared under the id meanwhile is a race of ours, not a condition of the caller's: resolve again. */
function lostRace({ ifNoneMatch }: Change): (error: unknown) => never {
  return (error) => {
    if (ifNoneMatch && error instanceof FhirError && error.kind === 'stale') throw new FhirError('conflict', error.message);
    throw error;
  };
}
