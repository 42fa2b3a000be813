import type { ResourceType } from '../fhir/types.ts';

/** The nine types of R4 (https://hl7.org/fhir/R4/search.html#ptypes). */
export type ParameterType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special';

/** A SearchParameter made ready for one resource type: expressions compiled, targets and bindings known. */
export interface Parameter {
  readonly code: string;
  readonly type: ParameterType;
  /** Canonical of its SearchParameter. */
  readonly url: string;
  readonly documentation?: string;
  /** FHIRPath, as the SearchParameter has it, narrowed to the resource type. */
  readonly expression: string;
  /** Types that a reference may lead to. */
  readonly targets: readonly ResourceType[];
  /** Parts of a composite, in order. */
  readonly components: readonly { readonly parameter: Parameter; readonly expression: string }[];
  /** Modifiers declared by the SearchParameter beyond those that its type always has (`above` and `below` of hierarchies). */
  readonly modifiers: readonly string[];
}

/** All search parameters in force: what routes, index and CapabilityStatement are made from. Immutable; a change makes a new one. */
export interface ParameterRegistry {
  /** A parameter of a type by code, those common to all types (`_id`, `_lastUpdated`, `_tag` …) included. */
  get(type: ResourceType, code: string): Parameter | undefined;
  /** All parameters of a type, the common ones included, sorted by code. */
  of(type: ResourceType): readonly Parameter[];
  /** Parameters that every type has. */
  common(): readonly Parameter[];
  /** SHA-256 over what the entries of this type depend on: its parameters and the version of the index code. */
  hash(type: ResourceType): string;
}
