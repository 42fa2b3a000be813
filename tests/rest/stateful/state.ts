/** What a server should hold: versions by address, in plain maps. */

export type Resource = { readonly [member: string]: unknown } & { readonly resourceType: string; readonly id?: string };

export interface ModelVersion {
  readonly method: 'POST' | 'PUT' | 'DELETE';
  /** Without meta; absent for a deletion. */
  readonly resource?: Resource;
}

/** By `Type/id`, all versions, the oldest first. */
export type State = Map<string, ModelVersion[]>;

export const TYPES = ['Patient', 'Practitioner'] as const;
export type Type = (typeof TYPES)[number];

export function versionsOf(state: State, name: string): readonly ModelVersion[] {
  return state.get(name) ?? [];
}

/** The resource as it is now; undefined where it never was or is deleted. */
export function current(state: State, name: string): Resource | undefined {
  return versionsOf(state, name).at(-1)?.resource;
}

export function append(state: State, name: string, version: ModelVersion): void {
  state.set(name, [...versionsOf(state, name), version]);
}

/** Addresses of a type, those of deleted ones too. */
export function namesOf(state: State, type: Type): readonly string[] {
  return [...state.keys()].filter((name) => name.startsWith(`${type}/`));
}

/** Addresses of what has an identifier now. */
export function withIdentifier(state: State, type: Type, value: string): readonly string[] {
  return namesOf(state, type)
    .filter((name) => identifiers(current(state, name)).includes(value))
    .sort();
}

export function identifiers(resource: Resource | undefined): readonly string[] {
  const given = (resource?.identifier ?? []) as readonly { value: string }[];
  return given.map(({ value }) => value);
}

export function copyOf(state: State): State {
  return new Map([...state].map(([name, versions]) => [name, [...versions]]));
}

/** The condition of a write: that this version is current, that anything is there ('*'), or that nothing is ('none'). */
export type Bound = number | '*' | 'none' | undefined;

/** Whether a bound write may go on. */
export function holds(bound: Bound, state: State, name: string | undefined): boolean {
  const exists = name !== undefined && current(state, name) !== undefined;
  if (typeof bound === 'number') return exists && versionsOf(state, name).length === bound;
  if (bound === '*') return exists;
  return bound === undefined || !exists;
}

/** The same as headers of a request, or as members of an entry. */
export function boundHeaders(bound: Bound): { ifMatch?: string; ifNoneMatch?: string } {
  if (bound === undefined) return {};
  if (bound === 'none') return { ifNoneMatch: '*' };
  return { ifMatch: bound === '*' ? '*' : `W/"${bound}"` };
}
