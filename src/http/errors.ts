/**
 * From what went wrong to an answer; status and issue code are those of `fhir/refusal.ts`.
 * Whatever is not a FhirError is a fault of this program: 500, logged, counted, its text never sent.
 */
import type { ServerResponse } from 'node:http';
import { FhirError } from '../fhir/error.ts';
import { issue, outcome } from '../fhir/outcome.ts';
import { type Refusal, refusalOf } from '../fhir/refusal.ts';
import type { RequestLog } from './request-log.ts';
import type { Send } from './send.ts';

const UNEXPECTED = outcome([
  issue(
    'fatal',
    'exception',
    'The server met a fault of its own; the request may not have been carried out. Tell its operator the X-Request-Id.',
  ),
]);

export interface Faults {
  /** Answers with what went wrong, unless the answer has begun already. */
  answer(response: ServerResponse, error: unknown): void;
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
      response.setHeader('Cache-Control', 'no-store'); // caches may keep a 404 or a 410 otherwise
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
