import type { Interaction } from './request.ts';
import type { OperationDefinition } from './types.ts';

/**
 * An operation is a value: its definition and its code (https://hl7.org/fhir/R4/operations.html).
 * Routes, levels and the CapabilityStatement follow from the definition.
 */
export interface Operation {
  readonly definition: OperationDefinition;
  readonly run: Interaction;
}
