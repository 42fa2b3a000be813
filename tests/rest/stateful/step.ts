/** One interaction: what it does to the model, and what the server should answer. */

import type { ModelPatch } from './patches.ts';
import { append, type Bound, current, holds, namesOf, type Resource, type State, type Type, versionsOf, withIdentifier } from './state.ts';

/** What is meant: an address, or whatever has an identifier. */
export type Target = { readonly type: Type; readonly id: string } | { readonly type: Type; readonly identifier: string };

export type Step =
  | { readonly kind: 'create'; readonly type: Type; readonly body: Resource; readonly ifNoneExist?: string }
  | { readonly kind: 'update'; readonly target: Target; readonly body: Resource; readonly bound: Bound }
  | { readonly kind: 'patch'; readonly target: Target; readonly patch: ModelPatch; readonly bound: Bound }
  | { readonly kind: 'delete'; readonly target: Target; readonly bound: Bound }
  | { readonly kind: 'read'; readonly target: Target };

/** What should come of a step. `name` is missing where the server gives a new id: then `apply` is told it. */
export interface Expected {
  readonly status: number;
  /** The resource that is answered for, once it has an address. */
  readonly name?: string;
  /** Changes the model. @param name - the address that the server gave */
  readonly apply?: (state: State, name: string) => void;
}

export function expected(state: State, step: Step): Expected {
  switch (step.kind) {
    case 'create':
      return creation(state, step);
    case 'update':
      return update(state, step);
    case 'patch':
      return patching(state, step);
    case 'delete':
      return deletion(state, step);
    case 'read':
      return reading(state, step);
  }
}

/** Addresses that a target means now. */
export function meant(state: State, target: Target): readonly string[] {
  return 'id' in target ? [`${target.type}/${target.id}`] : withIdentifier(state, target.type, target.identifier);
}

function creation(state: State, { type, body, ifNoneExist }: Step & { kind: 'create' }): Expected {
  const found = ifNoneExist === undefined ? [] : withIdentifier(state, type, ifNoneExist);
  if (found.length > 1) return { status: 412 };
  if (found[0]) return { status: 200, name: found[0] };
  return { status: 201, apply: (changed, name) => append(changed, name, { method: 'POST', resource: withId(body, name) }) };
}

function update(state: State, { target, body, bound }: Step & { kind: 'update' }): Expected {
  const found = meant(state, target);
  if (found.length > 1) return { status: 412 };
  const [name] = found;
  if (!('id' in target) && name !== undefined && body.id !== undefined && name !== `${target.type}/${body.id}`) return { status: 400 };
  if (!holds(bound, state, name)) return { status: 412 };
  const given = name ?? (body.id === undefined ? undefined : `${target.type}/${body.id}`);
  if (name === undefined && given !== undefined && current(state, given)) return { status: 409 };
  const status = given !== undefined && current(state, given) ? 200 : 201;
  const apply = (changed: State, address: string) => append(changed, address, { method: 'PUT', resource: withId(body, address) });
  return { status, ...(given !== undefined && { name: given }), apply };
}

function patching(state: State, { target, patch, bound }: Step & { kind: 'patch' }): Expected {
  const found = meant(state, target);
  if (found.length > 1) return { status: 412 };
  const [name] = found;
  if (name === undefined || versionsOf(state, name).length === 0) return { status: 404 };
  const before = current(state, name);
  if (!before) return { status: 410 };
  if (!holds(bound, state, name)) return { status: 412 };
  const resource = patch.apply(before);
  if (!resource) return { status: 422 };
  return { status: 200, name, apply: (changed) => append(changed, name, { method: 'PUT', resource }) };
}

function deletion(state: State, { target, bound }: Step & { kind: 'delete' }): Expected {
  const found = meant(state, target);
  if (found.length > 1) return { status: 412 };
  const [name] = found;
  if (!holds(bound, state, name)) return { status: 412 };
  if (name === undefined || !current(state, name)) return { status: 204 };
  return { status: 204, name, apply: (changed) => append(changed, name, { method: 'DELETE' }) };
}

function reading(state: State, { target }: Step & { kind: 'read' }): Expected {
  const [name = ''] = meant(state, target);
  if (versionsOf(state, name).length === 0) return { status: 404 };
  return current(state, name) ? { status: 200, name } : { status: 410 };
}

/** With the id of its address. */
export function withId(body: Resource, name: string): Resource {
  return { ...body, id: name.slice(name.indexOf('/') + 1) };
}

/** A known address of a type, whatever the number; a fixed one where none is known. */
export function pick(state: State, type: Type, number: number): string {
  const names = namesOf(state, type);
  return names.length === 0 ? 'a' : (names[number % names.length] ?? '').slice(type.length + 1);
}
