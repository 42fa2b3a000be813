/** The order of what a search among contained resources finds: newest container first, then by its type and id, then by place in it. */
import { FhirError } from '../fhir/error.ts';
import type { ResourceType } from '../fhir/types.ts';
import { CURSOR } from '../search/cursor.ts';
import type { Cursor } from '../search/query.ts';
import type { Version } from '../storage/store.ts';

export interface Place {
  readonly lastUpdated: string;
  readonly type: ResourceType;
  readonly id: string;
  /** WHOLE: the resource itself; from 1 on: what it contains; END: behind all of it. */
  readonly position: number;
}

export interface Hit extends Place {
  /** The resource, or its container. */
  readonly version: Version;
}

export const WHOLE = 0;
export const END = Number.MAX_SAFE_INTEGER;

export function hitOf(version: Version, position: number): Hit {
  const { lastUpdated, type, id } = version;
  return { lastUpdated, type, id, position, version };
}

export function comparePlaces(a: Place, b: Place): number {
  if (a.lastUpdated !== b.lastUpdated) return a.lastUpdated > b.lastUpdated ? -1 : 1;
  if (a.type !== b.type) return a.type < b.type ? -1 : 1;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.position - b.position;
}

export function cursorOf({ lastUpdated, type, id, position }: Place): Cursor {
  return { values: [lastUpdated, position], type, id };
}

/** The same place among whole rows, as stores page. */
export function rowOf({ lastUpdated, type, id }: Place): Cursor {
  return { values: [lastUpdated], type, id };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** @throws FhirError `invalid` for a cursor of another order */
export function placeOf({ values, type, id }: Cursor): Place {
  const [lastUpdated, position] = values;
  if (typeof lastUpdated === 'string' && TIME.test(lastUpdated) && typeof position === 'number' && position >= WHOLE) {
    return { lastUpdated, type, id, position };
  }
  throw new FhirError('invalid', `The parameter "${CURSOR}" does not continue this search; begin anew without it.`);
}
