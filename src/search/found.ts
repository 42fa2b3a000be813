/** A value that a search expression finds in a resource. */
export interface Found {
  /** R4's name of its type: `CodeableConcept`, `dateTime`, `boolean`. */
  readonly type: string;
  /** Where the element is defined (`PlanDefinition.status`, `HumanName.family`); empty where that is not known. */
  readonly path: string;
  readonly value: unknown;
}

/** A complex value, to be read member by member. */
export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}

/** The members of an array, or the one value; none for what is absent. */
export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.filter((each) => each !== null && each !== undefined);
  return value === null || value === undefined ? [] : [value];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether an element has a value: extensions and an id alone are none (https://hl7.org/fhir/R4/search.html#missing). */
export function hasValue(value: unknown): boolean {
  if (!isMembers(value)) return value !== null && value !== undefined && value !== '';
  return Object.keys(value).some((name) => name !== 'id' && name !== 'extension' && name !== 'modifierExtension' && !name.startsWith('_'));
}
