import type { OperationOutcome, OperationOutcomeIssue } from './types.ts';

/** One issue as R4 wants it (https://hl7.org/fhir/R4/operationoutcome.html): a sentence, and where it holds. */
export function issue(
  severity: OperationOutcomeIssue['severity'],
  code: OperationOutcomeIssue['code'],
  diagnostics: string,
  expression?: string,
): OperationOutcomeIssue {
  return { severity, code, diagnostics, ...(expression && { expression: [expression] }) };
}

export function outcome(issues: readonly OperationOutcomeIssue[]): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [...issues] };
}
