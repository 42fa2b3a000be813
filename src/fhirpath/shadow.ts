/** Id and extensions of a primitive stand in a member beside it: `_birthDate`, `_given` (https://hl7.org/fhir/R4/json.html#primitive). */
import { isLosslessObject, type Lossless, type LosslessObject as Members } from '../fhir/json.ts';

export type Steps = readonly (string | number)[];

/** The values of a list; null for one that has id or extensions alone. */
export function listIn(parent: Members, member: string): readonly Lossless[] {
  const values = itemsOf(parent[member]);
  return padded(values, Math.max(values.length, itemsOf(parent[`_${member}`]).length));
}

function itemsOf(value: Lossless | undefined): readonly Lossless[] {
  return Array.isArray(value) ? (value as readonly Lossless[]) : [];
}

function padded(items: readonly Lossless[], length: number): readonly Lossless[] {
  return [...items, ...Array<Lossless>(length - items.length).fill(null)];
}

/**
 * Changes a list, and the list beside it alike; one that holds nothing any more goes.
 * @param change - given what is to be put in: the value for the one list, null for the other
 */
export function setList(
  parent: Members,
  member: string,
  change: (items: readonly Lossless[], added: Lossless) => readonly Lossless[],
  value: Lossless = null,
): void {
  const items = listIn(parent, member);
  const shadow = parent[`_${member}`];
  if (Array.isArray(shadow)) setOrDrop(parent, `_${member}`, change(padded(shadow as readonly Lossless[], items.length), null));
  setOrDrop(parent, member, change(items, value));
}

function setOrDrop(parent: Members, member: string, items: readonly Lossless[]): void {
  if (items.every((item) => item === null)) delete parent[member];
  else parent[member] = items;
}

/** The object of id and extensions beside the primitive at some steps, made where there is none; what is no object is left as it is. */
export function shadowAt(resource: Lossless, steps: Steps): Lossless {
  const last = steps.at(-1);
  const isItem = typeof last === 'number';
  const parent = steps.slice(0, isItem ? -2 : -1).reduce<unknown>((at, name) => (at as Members)[name], resource) as Members;
  const member = `_${String(isItem ? steps.at(-2) : last)}`;
  if (!isItem) {
    parent[member] ??= {};
    return parent[member];
  }
  const items = [...padded(itemsOf(parent[member]), listIn(parent, member.slice(1)).length)];
  items[last] ??= {};
  parent[member] = items;
  return items[last];
}

/** Takes away what a deletion left empty beside a primitive. */
export function dropEmptyShadow(resource: Lossless, steps: Steps): void {
  const place = steps.findIndex((name) => typeof name === 'string' && name.startsWith('_'));
  if (place < 0) return;
  const parent = steps.slice(0, place).reduce<unknown>((at, name) => (at as Members)[name], resource) as Members;
  const member = String(steps[place]);
  const shadow = parent[member];
  const emptied = (item: Lossless) => (isLosslessObject(item) && Object.keys(item).length === 0 ? null : item);
  if (Array.isArray(shadow)) setOrDrop(parent, member, (shadow as readonly Lossless[]).map(emptied));
  else if (shadow !== undefined && emptied(shadow) === null) delete parent[member];
}
