import type { OperationOutcomeIssue } from '../fhir/types.ts';

/** Holds a resource against R4 and profiles (https://hl7.org/fhir/R4/validation.html). The face of this room. */
export interface Validator {
  /**
   * All that is wrong, worst first; empty = valid. Each issue has a sentence and, where there is a place, its `expression`.
   * Structure, primitives, invariants, the profiles of `meta.profile` and those given.
   * `code` tells the rank of a fault: `structure` and `value` are faults against base R4 (400), others against a profile or rule (422).
   */
  validate(resource: unknown, options?: { readonly profiles?: readonly string[] }): Promise<readonly OperationOutcomeIssue[]>;
}
