import type { ErrorKind } from '../fhir/error.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';

/** Codes of faults against base R4 (see Validator). */
const base: ReadonlySet<string> = new Set(['structure', 'value', 'required', 'invariant']);

/**
 * What issues amount to: `invalid` (400) where base R4 is broken, `unprocessable` (422) where a profile or a rule is,
 * undefined where there is no error.
 */
export function verdict(issues: readonly OperationOutcomeIssue[]): Extract<ErrorKind, 'invalid' | 'unprocessable'> | undefined {
  const errors = issues.filter(({ severity }) => severity === 'error' || severity === 'fatal');
  if (errors.length === 0) return undefined;
  return errors.some(({ code }) => base.has(code)) ? 'invalid' : 'unprocessable';
}

const ranks: readonly string[] = ['fatal', 'error', 'warning', 'information'];

/** Worst first; of one rank, in the order given. */
export function worstFirst(issues: readonly OperationOutcomeIssue[]): readonly OperationOutcomeIssue[] {
  return [...issues].sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
}
