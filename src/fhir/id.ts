import { randomUUID } from 'node:crypto';

const ID = /^[A-Za-z0-9\-.]{1,64}$/;

/** Whether a text may be a logical id or a version id (https://hl7.org/fhir/R4/datatypes.html#id). `.` and `..` would be eaten by URLs. */
export function isId(text: string): boolean {
  return ID.test(text) && text !== '.' && text !== '..';
}

/** A new logical id. */
export function newId(): string {
  return randomUUID();
}
