/** What a code means (https://hl7.org/fhir/R4/terminology-service.html). The face of this room. */
export interface Terminology {
  /**
   * The codes of a value set (`url` or `url|version`).
   * @throws FhirError `invalid` where it is unknown, or has a part that cannot be enumerated here; the message names the part.
   */
  expand(valueSet: string): Promise<readonly Concept[]>;
  /** Whether a code is in a value set; undefined where that cannot be told (an unknown system, a filter that is not understood). */
  contains(valueSet: string, code: Concept): Promise<boolean | undefined>;
  /** The code itself and all that subsume it (`above`) or are subsumed by it (`below`). @throws FhirError `invalid` for an unknown system or code */
  related(concept: Concept, relation: 'above' | 'below'): Promise<readonly Concept[]>;
}

export interface Concept {
  readonly system?: string;
  readonly code: string;
  readonly display?: string;
}
