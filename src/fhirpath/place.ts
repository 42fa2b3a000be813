/** Where a result of FHIRPath stands in the JSON of its resource. */
import { isLosslessObject, type Lossless } from '../fhir/json.ts';

/** A node of the engine, as far as its place is concerned. */
export interface PlacedNode {
  /** `Patient.contact[0].name`; a choice by its element's name. */
  fullPropertyName(): string;
  /** Type of the element, or its path where it has no type of its own: `HumanName`, `Patient.contact`. */
  readonly path: string | null;
}

export function isPlaced(value: unknown): value is PlacedNode {
  return typeof value === 'object' && value !== null && 'fullPropertyName' in value && 'path' in value;
}

/** Members and positions from the resource down to the node: `['contact', 0, 'name']`; below a primitive, `['_birthDate', 'extension', 0]`. */
export function stepsTo(node: PlacedNode, resource: Lossless): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  let at: unknown = resource;
  for (const [, name = '', index] of node.fullPropertyName().matchAll(/\.([^.[]+)(?:\[(\d+)\])?/g)) {
    if (!isLosslessObject(at as Lossless | undefined)) {
      if (name === 'value') continue; // a primitive's value is the primitive
      const place = steps.length - (typeof steps.at(-1) === 'number' ? 2 : 1);
      steps[place] = `_${steps[place]}`;
      at = steps.reduce<unknown>(step, resource);
    }
    const member = memberName(at, name);
    steps.push(member, ...(index === undefined ? [] : [Number(index)]));
    at = step(at, member);
    if (index !== undefined) at = step(at, Number(index));
  }
  return steps;
}

/** The member that holds an element: itself, or the one of a choice (`value` → `valueQuantity`). */
export function memberName(parent: unknown, element: string): string {
  if (typeof parent !== 'object' || parent === null) return element;
  const members = Object.keys(parent).map((member) => member.replace(/^_/, ''));
  if (members.includes(element)) return element;
  return members.find((member) => member.startsWith(element) && /^[A-Z]/.test(member.slice(element.length))) ?? element;
}

export function step(at: unknown, name: string | number): unknown {
  return (at as Record<string | number, unknown> | undefined)?.[name];
}
