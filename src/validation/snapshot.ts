/** Snapshot of a profile from its differential (https://hl7.org/fhir/R4/profiling.html#snapshot), in memory. */
import { FhirError } from '../fhir/error.ts';
import type { ElementDefinition, StructureDefinition } from '../fhir/types.ts';
import { withIds } from './element-id.ts';
import type { Structures } from './shape.ts';

/** Element definitions by id, in order. */
type Elements = ElementDefinition[];

const MOST_CHANGES = 1000;
const LONGEST_ID = 500;

/** How choices, and extensions, are sliced where nobody says. */
const byType: ElementDefinition['slicing'] = { discriminator: [{ type: 'type', path: '$this' }], rules: 'open', ordered: false };
const byUrl: ElementDefinition['slicing'] = { discriminator: [{ type: 'value', path: 'url' }], rules: 'open', ordered: false };

/**
 * @param base the profile's base, with a snapshot
 * @throws FhirError `unprocessable` naming the element of the differential that has no place in the base
 */
export function generateSnapshot(profile: StructureDefinition, base: StructureDefinition, structures: Structures): StructureDefinition {
  const changes = withIds(profile.differential?.element ?? []);
  if (changes.length > MOST_CHANGES || changes.some(({ id }) => id.length > LONGEST_ID)) {
    throw new FhirError(
      'unprocessable',
      `its differential has more than ${MOST_CHANGES} elements, or ids of more than ${LONGEST_ID} characters`,
    );
  }
  const elements: Elements = (base.snapshot?.element ?? []).map((each) => ({ ...each, base: each.base ?? baseOf(each) }));
  for (const change of changes) apply(change, elements, structures);
  return { ...profile, snapshot: { element: elements.map((each) => withTypesOfSlices(each, elements)) } };
}

/** A choice of which the differential only has single types, as `valueQuantity`, is constrained to these. */
function withTypesOfSlices(element: ElementDefinition, elements: Elements): ElementDefinition {
  if (element.slicing !== byType) return element;
  const type = elements.filter(({ id, sliceName }) => sliceName && id === `${element.id}:${sliceName}`).flatMap((each) => each.type ?? []);
  return { ...element, type };
}

function apply(change: ElementDefinition & { id: string }, elements: Elements, structures: Structures): void {
  const place = (id: string) => find(id, elements, structures) ?? startSlice(id, elements, structures);
  const known = place(change.id) ?? place(spelledOut(change.id, elements, structures));
  if (known === undefined) throw new FhirError('unprocessable', `its differential has ${change.id}, which has no place in its base`);
  elements[known] = merge(elements[known] as ElementDefinition, change);
}

function merge(element: ElementDefinition, { id: _, path: __, constraint, base: ___, ...change }: ElementDefinition): ElementDefinition {
  const constraints = [...(element.constraint ?? []), ...(constraint ?? [])];
  return { ...element, ...change, ...(constraints.length > 0 && { constraint: constraints }) };
}

/** Index of an element; what lies below a data type, a slice or a reference to other content is unfolded on the way. */
function find(id: string, elements: Elements, structures: Structures): number | undefined {
  const at = elements.findIndex((each) => each.id === id);
  if (at >= 0) return at;
  const dot = id.lastIndexOf('.');
  const parent = dot < 0 ? undefined : find(id.slice(0, dot), elements, structures);
  if (parent === undefined) return undefined;
  unfold(parent, elements, structures);
  const now = elements.findIndex((each) => each.id === id);
  return now < 0 ? undefined : now;
}

function unfold(at: number, elements: Elements, structures: Structures): void {
  const parent = elements[at] as ElementDefinition & { id: string };
  if (elements.some(({ id }) => id?.startsWith(`${parent.id}.`))) return;
  const content = parent.contentReference?.split('#')[1] ?? unsliced(parent.id);
  const alike = content && content !== parent.id ? elements.filter(({ id }) => id?.startsWith(`${content}.`)) : [];
  const [type] = parent.type ?? [];
  const [profile] = type?.profile ?? [];
  const definition = alike.length > 0 ? undefined : ((profile ? structures(profile) : undefined) ?? structures(type?.code ?? ''));
  const [root, ...others] = definition?.snapshot?.element ?? [];
  const stem = alike.length > 0 ? String(content) : String(root?.id ?? root?.path);
  const rebased = (alike.length > 0 ? alike : others).map((each) => rebase(each, stem, parent));
  elements.splice(at + 1, 0, ...rebased);
}

function rebase(element: ElementDefinition, stem: string, parent: ElementDefinition & { id: string }): ElementDefinition {
  const rest = (element.id ?? element.path).slice(stem.length);
  const path = `${parent.path}${rest.replace(/:[^.]+/g, '')}`;
  return { ...element, id: `${parent.id}${rest}`, path, base: element.base ?? baseOf(element) };
}

/** A new slice, behind all that belongs to the element that is sliced and its other slices. */
function startSlice(id: string, elements: Elements, structures: Structures): number | undefined {
  const name = id.slice(id.lastIndexOf('.') + 1).split(':')[1];
  if (!name) return undefined;
  const sliced = id.slice(0, id.length - name.length - 1);
  const at = find(sliced, elements, structures);
  if (at === undefined) return undefined;
  const element = elements[at] as ElementDefinition;
  if (!element.slicing) elements[at] = { ...element, slicing: element.path.endsWith('[x]') ? byType : byUrl };
  const last = elements.findLastIndex(
    (each) => each.id === sliced || each.id?.startsWith(`${sliced}.`) || each.id?.startsWith(`${sliced}:`),
  );
  const { slicing: _, sliceName: __, ...rest } = element;
  const type = element.type?.filter(({ code }) => nameOfChoice(element.path, code) === name) ?? [];
  elements.splice(last + 1, 0, { ...rest, id, sliceName: name, min: 0, ...(type.length > 0 && { type }) });
  return last + 1;
}

/** A choice constrained by one of its names, `Observation.valueQuantity`, is the slice of that type. */
function spelledOut(id: string, elements: Elements, structures: Structures): string {
  return id.split('.').reduce((parent, name) => {
    const at = find(parent, elements, structures);
    if (at !== undefined) unfold(at, elements, structures);
    const choice = elements.find(
      (each) => each.id === `${parent}.${nameOf(each.path)}` && each.type?.some(({ code }) => nameOfChoice(each.path, code) === name),
    );
    if (!choice?.path.endsWith('[x]')) return `${parent}.${name}`;
    const slice = `${choice.id}:${name}`;
    if (find(slice, elements, structures) === undefined) startSlice(slice, elements, structures);
    return slice;
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function nameOfChoice(path: string, type: string): string {
  return `${nameOf(path).replace('[x]', '')}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}
function unsliced(id: string): string {
  return id.replace(/:[^.:]+$/, '');
}

function baseOf({ path, min, max }: ElementDefinition): NonNullable<ElementDefinition['base']> {
  return { path, min: min ?? 0, max: max ?? '1' };
}
