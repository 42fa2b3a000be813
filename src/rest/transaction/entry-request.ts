/** https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.request */
import { FhirError } from '../../fhir/error.ts';
import type { LosslessObject } from '../../fhir/json.ts';
import type { Conditions } from '../../fhir/request.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

export function methodOf({ method }: LosslessObject): (typeof METHODS)[number] {
  const found = METHODS.find((each) => each === method);
  if (found) return found;
  throw new FhirError('invalid', `The request of the entry must have a method, one of ${METHODS.join(', ')}.`);
}

export function urlOf(request: LosslessObject): string {
  const url = textOf(request, 'url');
  if (url === undefined) throw new FhirError('structure', 'The request of the entry has no url.');
  return url;
}

/** The conditions that would be headers of a single request. */
export function conditionsOf(request: LosslessObject): Conditions {
  const [ifMatch, ifNoneMatch, ifNoneExist, since] = ['ifMatch', 'ifNoneMatch', 'ifNoneExist', 'ifModifiedSince'].map((name) =>
    textOf(request, name),
  );
  return {
    ...(ifMatch !== undefined && { ifMatch }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifNoneExist !== undefined && { ifNoneExist }),
    ...(since !== undefined && { ifModifiedSince: httpDate(since) }),
  };
}

/** An instant here, what RFC 7232 wants in a header. */
function httpDate(instant: string): string {
  const date = new Date(instant);
  if (/^\d{4}-/.test(instant) && !Number.isNaN(date.getTime())) return date.toUTCString();
  throw new FhirError('invalid', 'ifModifiedSince of the entry must be an instant, such as 2026-01-31T08:00:00Z.');
}

function textOf(request: LosslessObject, name: string): string | undefined {
  const value = request[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new FhirError('structure', `The element "${name}" in the request of the entry must be a string.`);
}
