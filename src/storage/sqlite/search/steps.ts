/**
 * A search in steps: no statement looks at more rows than one stretch holds, so that a search which finds little does
 * not hold up everything else. The same search runs at once inside a unit, and with pauses for a request.
 */
import { setImmediate } from 'node:timers/promises';
import { FhirError } from '../../../fhir/error.ts';

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

/** Answers without waiting where one step is enough; lets others run between steps. */
export async function withPauses<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await setImmediate();
  }
}
