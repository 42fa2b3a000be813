import { FhirError } from '../../fhir/error.ts';

/** Faults of the disk or of a lock, not of the caller or of this code: the same call may succeed later. */
const PASSING: readonly (readonly [code: RegExp, why: string])[] = [
  [/^SQLITE_FULL/, 'the disk is full'],
  [/^SQLITE_(BUSY|LOCKED)/, 'another process holds the database'],
  [/^SQLITE_(IOERR|CANTOPEN)/, 'the disk does not answer as it should'],
  [/^SQLITE_READONLY/, 'the file may not be written'],
  [/^SQLITE_NOMEM/, 'memory is short'],
];

/** Limits of SQLite's parser, met by a search of many chains in each other. */
const TOO_DEEP = /parser stack overflow|Expression tree is too large/;

/** Runs a call of the driver. @throws FhirError `unavailable` where the store cannot do its work now; other faults as they are */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const message = error instanceof Error ? error.message : '';
    if (TOO_DEEP.test(message))
      throw new FhirError('too-costly', 'The search nests too many conditions in each other; ask in several steps.');
    const why = PASSING.find(([pattern]) => pattern.test(code))?.[1];
    throw why ? unavailable(why) : error;
  }
}

export function unavailable(why: string): FhirError {
  return new FhirError('unavailable', `The store cannot answer now: ${why}; try again.`, { headers: { 'Retry-After': '5' } });
}
