/** What the driver throws, in the port's terms. Texts of the driver are never passed on: they may name hosts and values. */
import { MongoError, MongoErrorLabel, MongoServerError } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';

const DUPLICATE_KEY = 11000;
const TIME_LIMIT = 50; // MaxTimeMSExpired
const TOO_LARGE = new Set([10334, 17419, 17420]); // BSONObjectTooLarge and its kin
const NO_TRANSACTIONS = new Set([20, 263]); // IllegalOperation, OperationNotSupportedInTransaction
const NOT_LET_IN = new Set([13, 18, 8000]); // Unauthorized, AuthenticationFailed, the same of a hosted cluster

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether the server said that it knows no transactions. */
export function refusesTransactions(error: unknown): boolean {
  return error instanceof MongoServerError && NO_TRANSACTIONS.has(Number(error.code));
}

/** Whether the server does not take the user of the address. */
export function refusesUser(error: unknown): boolean {
  return error instanceof MongoServerError && NOT_LET_IN.has(Number(error.code));
}

/** Whether the whole unit may be run again: nothing of it was kept. */
export function isTransient(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError);
}

/** Whether a commit may have been carried out or not. */
export function isUnknown(error: unknown): boolean {
  return error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult);
}

/** A fault of the database as a FhirError; what is none stays as it is. */
export function inOurTerms(error: unknown): unknown {
  if (isTooLarge(error)) {
    return new FhirError('too-large', 'The resource with its index is larger than the database keeps in one document (16 MB); split it.');
  }
  if (!(error instanceof MongoError)) return error;
  if (error instanceof MongoServerError && error.code === TIME_LIMIT) {
    return new FhirError('too-costly', 'The search takes longer than the server lets one search take; narrow it by another parameter.');
  }
  return isUnknown(error)
    ? unavailable('did not say whether the change was kept; read the resource before you try again', error)
    : unavailable('does not answer at present; try again in a moment', error);
}

/** The server says so, or the driver has no room to write it: then it throws a RangeError. */
function isTooLarge(error: unknown): boolean {
  return (error instanceof MongoServerError && TOO_LARGE.has(Number(error.code))) || error instanceof RangeError;
}

export function unavailable(what: string, cause?: unknown): FhirError {
  const error = new FhirError('unavailable', `The database ${what}.`, { headers: { 'Retry-After': '2' } });
  error.cause = cause;
  return error;
}
