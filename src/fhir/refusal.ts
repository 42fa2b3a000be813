/** What a fault says to the caller (https://hl7.org/fhir/R4/http.html#Status-Codes): one table, for answers and for entries of a batch. */
import type { ErrorKind, FhirError } from './error.ts';
import { issue, outcome } from './outcome.ts';
import type { OperationOutcome, OperationOutcomeIssue } from './types.ts';

const table: Readonly<Record<ErrorKind, readonly [status: number, code: OperationOutcomeIssue['code']]>> = {
  structure: [400, 'structure'],
  invalid: [400, 'invalid'],
  'not-supported': [400, 'not-supported'],
  unauthenticated: [401, 'login'],
  forbidden: [403, 'forbidden'],
  'too-costly': [403, 'too-costly'],
  'not-found': [404, 'not-found'],
  'method-not-allowed': [405, 'not-supported'],
  'not-acceptable': [406, 'not-supported'],
  conflict: [409, 'conflict'],
  gone: [410, 'deleted'],
  stale: [412, 'conflict'],
  ambiguous: [412, 'multiple-matches'],
  incomplete: [412, 'required'],
  'too-large': [413, 'too-long'],
  'too-long': [414, 'too-long'],
  'unsupported-media': [415, 'not-supported'],
  misdirected: [421, 'security'],
  unprocessable: [422, 'business-rule'],
  unavailable: [503, 'transient'],
};

export interface Refusal {
  readonly status: number;
  readonly outcome: OperationOutcome;
  readonly headers: Readonly<Record<string, string>>;
}

export function refusalOf(error: FhirError): Refusal {
  const [status] = table[error.kind];
  return { status, outcome: outcome(issuesOf(error)), headers: error.headers };
}

/** The issues of a fault: its own, or the one that its sentence makes. */
export function issuesOf({ kind, message, expression, issues }: FhirError): readonly OperationOutcomeIssue[] {
  return issues?.length ? issues : [issue('error', table[kind][1], message, expression)];
}
