/**
 * A search in steps: no statement looks at more rows than one stretch holds, so that a search which finds little does
 * not hold up everything else. The same search runs at once inside a unit, and with pauses for a request.
 */
import { setImmediate } from 'node:timers/promises';
import { FhirError } from '../../../fhir/error.ts';
import type { Connection } from '../connection.ts';
import { raw } from '../fragment.ts';

export type Steps<T> = Generator<undefined, T, undefined>;

/** Rows that one search may look at altogether. */
const MOST_ROWS = 1_000_000;

/** Counts what a search has looked at. @throws FhirError `too-costly` when it is too much */
export function* paused(budget: Budget, rows: number): Steps<void> {
  budget.rows += rows;
  if (budget.rows > MOST_ROWS) {
    throw new FhirError('too-costly', `The search looked at ${MOST_ROWS} rows without an end; add a criterion that finds fewer.`);
  }
  yield;
}

export interface Budget {
  rows: number;
}

export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * Answers without waiting where one step is enough; lets others run between steps. The statements of one step see one state of
 * the file: else what somebody commits between two of them shifts the place that the second one counts to. No state is held over
 * a pause, so the log can be copied into the file.
 */
export async function withPauses<T>(connection: Connection, steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = inOneState(connection, () => steps.next());
    if (step.done) return step.value;
    await setImmediate();
  }
}

function inOneState<T>(connection: Connection, read: () => T): T {
  connection.run(BEGIN);
  try {
    return read();
  } finally {
    if (connection.inTransaction) connection.run(END); // a fault of the disk ends it by itself
  }
}

const BEGIN = raw('BEGIN');
const END = raw('COMMIT');
