/**
 * Every interaction that this server offers (https://hl7.org/fhir/R4/http.html#summary), as one table. `http/` makes its
 * routes, 405 and Allow from it, the CapabilityStatement its interactions.
 */
import type { Interaction } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Below the base. `[type]` is a resource type and fills `request.type`, `[id]` `request.id`, `[vid]` `request.versionId`,
   * `[compartment]/[owner]` `request.compartment`; all else, `*` and `$` included, stands for itself. Of two that fit an
   * address, the one further up counts.
   */
  readonly path: string;
  /** R4's name of the interaction, where it has one. */
  readonly interaction: string;
  /** The resource type that the path names, where it names one itself. */
  readonly type?: ResourceType;
  readonly run: Interaction;
}
