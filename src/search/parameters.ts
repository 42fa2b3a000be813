import type { ResourceType } from '../fhir/types.ts';
import type { Found, Members } from './found.ts';

/** The nine types of R4 (https://hl7.org/fhir/R4/search.html#ptypes). */
export type ParameterType = 'number' | 'date' | 'string' | 'token' | 'reference' | 'composite' | 'quantity' | 'uri' | 'special';

/** What index and query need to know about the server. */
export interface Setting {
  /** Base of the server's own addresses, without trailing slash. */
  readonly baseUrl: string;
  /** Path of a `code` element (`PlanDefinition.status`) → the system of its required binding. */
  readonly codeSystems: ReadonlyMap<string, string>;
}

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
  /** Parts of a composite, in order; each is a parameter over the elements that the composite finds. */
  readonly components: readonly { readonly parameter: Parameter; readonly expression: string }[];
  /** Modifiers declared by the SearchParameter beyond those that its type always has (`above` and `below` of hierarchies). */
  readonly modifiers: readonly string[];
  /** Types and paths of what it can find, as far as they are known without a resource. */
  readonly elements: readonly { readonly type: string; readonly path: string }[];
  readonly setting: Setting;
  /** What it finds that has a value. @param root - the resource that contained ones are looked up in */
  readonly extract: (from: Found, root: Members) => readonly Found[];
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
  /** The same for each parameter by code, and for `_contained`: one that is new or differs from what the rows were indexed with has to be indexed again. */
  fingerprints(type: ResourceType): Readonly<Record<string, string>>;
  /** Parameters whose index is not complete yet: searched with 400, not advertised. */
  pending(type: ResourceType): ReadonlySet<string>;
}
