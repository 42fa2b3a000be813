/** Which elements of a resource type are summary, mandatory or modifier (https://hl7.org/fhir/R4/search.html#summary). */
export interface Summary {
  /** JSON paths below the resource that `_summary=true` keeps, `title` or `link.other`; what lies below a data type is kept whole. */
  readonly summary: ReadonlySet<string>;
  /** JSON paths with a minimum of one. */
  readonly mandatory: ReadonlySet<string>;
  /** JSON paths of modifier elements. */
  readonly modifier: ReadonlySet<string>;
  /** Top-level JSON members, each of a choice on its own (`effectiveDateTime`). */
  readonly elements: ReadonlySet<string>;
  /** Top-level choices by element name: `effective` → `effectiveDateTime`, `effectivePeriod`. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

/** The same as plain JSON. */
export interface StoredSummary {
  readonly summary: readonly string[];
  readonly mandatory: readonly string[];
  readonly modifier: readonly string[];
  readonly elements: readonly string[];
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

export function toSummary(stored: StoredSummary): Summary {
  return {
    summary: new Set(stored.summary),
    mandatory: new Set(stored.mandatory),
    modifier: new Set(stored.modifier),
    elements: new Set(stored.elements),
    choices: new Map(Object.entries(stored.choices)),
  };
}
