import type { OperationOutcomeIssue } from './types.ts';

/**
 * What can go wrong, in the caller's terms. `refusal.ts` maps each kind to its HTTP status and issue code
 * (https://hl7.org/fhir/R4/http.html#Status-Codes, https://hl7.org/fhir/R4/valueset-issue-type.html).
 */
export type ErrorKind =
  | 'structure' // 400: not parsable, or not this resource's shape
  | 'invalid' // 400: a value or parameter that R4 does not allow
  | 'not-supported' // 400: legal, but not offered here
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'too-costly' // 403
  | 'not-found' // 404
  | 'method-not-allowed' // 405
  | 'not-acceptable' // 406
  | 'conflict' // 409: lost a race, or an identity is taken
  | 'gone' // 410
  | 'stale' // 412: If-Match and its like do not hold
  | 'ambiguous' // 412: criteria found several
  | 'incomplete' // 412: required data was neither given nor could be fetched
  | 'too-large' // 413
  | 'too-long' // 414: the address
  | 'unsupported-media' // 415
  | 'misdirected' // 421: the Host header names another server
  | 'unprocessable' // 422: well formed, but against a profile or a rule
  | 'unavailable'; // 503, to be tried again

/**
 * A fault that the caller is told about. The message is one sentence: the thing, the place, the rule, what to do.
 * `issues` replaces the one issue made from the message where there are several.
 */
export class FhirError extends Error {
  readonly kind: ErrorKind;
  readonly issues: readonly OperationOutcomeIssue[] | undefined;
  /** Extra response headers that belong to this fault (`Allow`, `Accept-Patch`, `ETag`, `Retry-After`). */
  readonly headers: Readonly<Record<string, string>>;
  /** FHIRPath of the element at fault, if there is one. */
  readonly expression: string | undefined;
  /** Of a conflict: that trying again cannot help, whatever others do. */
  readonly isLasting: boolean;

  constructor(
    kind: ErrorKind,
    message: string,
    options: {
      issues?: readonly OperationOutcomeIssue[];
      headers?: Readonly<Record<string, string>>;
      expression?: string;
      isLasting?: boolean;
    } = {},
  ) {
    super(message);
    this.name = 'FhirError';
    this.kind = kind;
    this.issues = options.issues;
    this.headers = options.headers ?? {};
    this.expression = options.expression;
    this.isLasting = options.isLasting ?? false;
  }
}
