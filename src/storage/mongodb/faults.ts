/** What the driver throws, in the port's terms. Texts of the driver are never passed on: they may name hosts and values. */
import { MongoError, MongoServerError } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';

const DUPLICATE_KEY = 11000;
const TOO_LARGE = new Set([10334, 17419, 17420]); // BSONObjectTooLarge and its kin
const NO_TRANSACTIONS = new Set([20, 263]); // IllegalOperation, OperationNotSupportedInTransaction

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE_KEY;
}

/** Whether the server said that it knows no transactions. */
export function refusesTransactions(error: unknown): boolean {
  return error instanceof MongoServerError && NO_TRANSACTIONS.has(Number(error.code));
}

/** Runs a call of the driver; a fault of the database becomes `unavailable` (to be tried again), one that is too large `too-large`. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof MongoError)) throw error;
    if (error instanceof MongoServerError && TOO_LARGE.has(Number(error.code))) {
      throw new FhirError('too-large', 'The resource with its index is larger than the database keeps in one document (16 MB); split it.');
    }
    throw unavailable(error);
  }
}

export function unavailable(cause?: unknown): FhirError {
  const error = new FhirError('unavailable', 'The database does not answer at present; try again in a moment.', {
    headers: { 'Retry-After': '2' },
  });
  error.cause = cause;
  return error;
}
