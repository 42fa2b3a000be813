/** Where a page begins, as the `next` of the page before: a JSON array. */
import { FhirError } from '../../fhir/error.ts';

export function tokenOf(...place: readonly (string | number)[]): string {
  return JSON.stringify(place);
}

/** @throws FhirError `invalid` for a text that no page gave */
export function placeOf(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // refused below like any other strange token
  }
  throw strange();
}

export function strange(): FhirError {
  return new FhirError('invalid', 'The page token was not made by this server; begin again at the first page.');
}
