import type { CoreDefinitions } from '../definitions/core.ts';
import type { Operation } from '../fhir/operation.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import type { Ledger } from '../storage/ledger.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { Terminology } from '../terminology/terminology.ts';

/** Who may call: told in the CapabilityStatement and in OpenAPI, held by the doors before. */
export interface Access {
  /** A bearer token is asked for, but for what tells of the server. */
  readonly token: boolean;
  /** Pages of other origins may call, those of a list. */
  readonly cors: boolean;
}

/** What the interactions are given, once. */
export interface RestDeps {
  readonly store: ResourceStore;
  readonly ledger: Ledger;
  /** The search parameters in force now; a change makes another registry. */
  readonly parameters: () => ParameterRegistry;
  readonly terminology: Terminology;
  readonly core: CoreFacts;
  readonly check: WriteCheck;
  readonly operations: readonly Operation[];
  readonly software: { readonly name: string; readonly version: string };
  /** What callers meet before the interactions; absent: nothing. */
  readonly access?: Access;
  /** No writes over REST. */
  readonly readOnly?: boolean;
  /** Whether a conditional delete that finds several deletes them all. */
  readonly deleteSeveral?: boolean;
}

/**
 * Holds a resource against R4 and profiles before it is written. Gives remarks that do not prevent the write.
 * @throws FhirError `structure`, `invalid` (400) or `unprocessable` (422) with the issues
 */
export type WriteCheck = (resource: unknown, request: FhirRequest) => Promise<readonly OperationOutcomeIssue[]>;

/** What is asked of R4's own definitions. */
export type CoreFacts = Pick<CoreDefinitions, 'summary' | 'compartment' | 'structure'>;
