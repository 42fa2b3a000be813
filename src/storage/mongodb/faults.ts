/** What the driver throws, in the port's terms. Texts of the driver are never passed on: they may name hosts and values. */
import { MongoError, MongoErrorLabel, MongoNetworkError, MongoServerError, MongoServerSelectionError } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';

const DUPLICATE_KEY = 11000;
const TIME_LIMIT = 50; // MaxTimeMSExpired
/** Shutting down, stepped down, not primary, recovering: codes that may come without the label that belongs to them. */
const NOT_PRIMARY = new Set([91, 189, 10058, 10107, 11600, 11602, 13435, 13436]);
const NO_TRANSACTIONS = new Set([20, 263]); // IllegalOperation, OperationNotSupportedInTransaction
const NOT_LET_IN = new Set([13, 18, 8000]); // Unauthorized, AuthenticationFailed, the same of a hosted cluster

/** Whether the `_id` is there already. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether the server said that it knows no transactions; the driver takes that for something else and puts its own error around it. */
export function refusesTransactions(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  return NO_TRANSACTIONS.has(Number(error.code)) || refusesTransactions(error.originalError);
}

/** Whether the server does not take the user of the address. */
export function refusesUser(error: unknown): boolean {
  return error instanceof MongoServerError && NOT_LET_IN.has(Number(error.code));
}

/**
 * Whether nothing of the unit was kept, so that all of it may be run again: the server says so, another one is primary now, or
 * an insert met a row that was committed after the unit's snapshot and will be seen by the next.
 */
export function isAgain(error: unknown): boolean {
  return hasLabel(error, MongoErrorLabel.TransientTransactionError) || isElsewhere(error) || isDuplicateKey(error);
}

/** Whether a commit that failed so may have been carried out all the same. */
export function mayBeCommitted(error: unknown): boolean {
  return hasLabel(error, MongoErrorLabel.UnknownTransactionCommitResult) || isElsewhere(error);
}

function hasLabel(error: unknown, label: string): boolean {
  return error instanceof MongoError && error.hasErrorLabel(label);
}

/** Whether the server is away or another one is primary, which the server or the driver says with or without a label. */
function isElsewhere(error: unknown): boolean {
  if (error instanceof MongoNetworkError || error instanceof MongoServerSelectionError) return true;
  return error instanceof MongoServerError && NOT_PRIMARY.has(Number(error.code));
}

/** A fault of the database as a FhirError; what is none stays as it is. */
export function inOurTerms(error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  if (error instanceof MongoServerError && error.code === TIME_LIMIT) {
    return new FhirError('too-costly', 'The search takes longer than the server lets one search take; narrow it by another parameter.');
  }
  return unavailable('does not answer at present; try again in a moment', error);
}

export function unavailable(what: string, cause?: unknown): FhirError {
  const error = new FhirError('unavailable', `The database ${what}.`, { headers: { 'Retry-After': '2' } });
  error.cause = cause;
  return error;
}
