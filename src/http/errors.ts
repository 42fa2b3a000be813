/**
 * From what went wrong to what the caller is told (https://hl7.org/fhir/R4/http.html#Status-Codes): one table.
 * Whatever is not a FhirError is a fault of this program: 500, logged, counted, its text never sent.
 */
import type { Response } from 'express';
import { type ErrorKind, FhirError } from '../fhir/error.ts';
import { issue, outcome } from '../fhir/outcome.ts';
import type { OperationOutcome, OperationOutcomeIssue } from '../fhir/types.ts';
import type { RequestLog } from './request-log.ts';
import type { Send } from './send.ts';

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

const UNEXPECTED = outcome([
  issue(
    'fatal',
    'exception',
    'The server met a fault of its own; the request may not have been carried out. Tell its operator the X-Request-Id.',
  ),
]);

interface Refusal {
  readonly status: number;
  readonly outcome: OperationOutcome;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a FhirError says to the caller. */
function refusalOf(error: FhirError): Refusal {
  const [status, code] = table[error.kind];
  const issues = error.issues?.length ? error.issues : [issue('error', code, error.message, error.expression)];
  return { status, outcome: outcome(issues), headers: error.headers };
}

export interface Faults {
  /** Answers with what went wrong, unless the answer has begun already. */
  answer(response: Response, error: unknown): void;
  /** How many errors were none of the caller's. */
  unexpected(): number;
}

/** The OperationOutcome is sent under the Content-Type that the response has already, or under FHIR's. */
export function createFaults(log: RequestLog, send: Send): Faults {
  let count = 0;
  const refuse = (error: unknown): Refusal => {
    const fault = asFhirError(error);
    if (fault) return refusalOf(fault);
    count++;
    log.error('unexpected error', error);
    return { status: 500, outcome: UNEXPECTED, headers: {} };
  };
  return {
    unexpected: () => count,
    answer(response, error) {
      const refusal = refuse(error);
      if (response.headersSent) return;
      for (const [name, value] of Object.entries(refusal.headers)) response.setHeader(name, value);
      if (!response.hasHeader('Content-Type')) response.setHeader('Content-Type', 'application/fhir+json; charset=utf-8');
      response.statusCode = refusal.status;
      send(response, Buffer.from(JSON.stringify(refusal.outcome)));
    },
  };
}

/** Express throws errors of its own when it cannot decode an address; all else that is no FhirError is unexpected. */
function asFhirError(error: unknown): FhirError | undefined {
  if (error instanceof FhirError) return error;
  const isDecoding = error instanceof URIError && (error as { status?: unknown }).status === 400;
  return isDecoding
    ? new FhirError('invalid', 'The address holds a % that begins no escape of UTF-8; write the sign % itself as %25.')
    : undefined;
}
