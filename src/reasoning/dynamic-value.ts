/** Sets an element by the simple paths of dynamic values (https://hl7.org/fhir/R4/fhirpath.html#simple). */
import r4 from 'fhirpath/fhir-context/r4';

type Element = Record<string, unknown>;

interface Step {
  readonly name: string;
  readonly index?: number;
}

const STEP = /^([A-Za-z][A-Za-z0-9]*)(?:\[(\d{1,2})\])?$/;
const REFUSED = new Set(['__proto__', 'constructor', 'prototype', 'resourceType']);

/**
 * Puts values at a path of a resource; all of them where the element repeats, else the first. A resource becomes a reference to it.
 * @returns what is wrong, as the end of a sentence; undefined = done
 */
export function setPath(target: Element, path: string, values: readonly unknown[]): string | undefined {
  const steps = stepsOf(path);
  if (!steps) return `the path "${path}" is not simple.`;
  const elements = values.map(asElement).filter((value) => value !== undefined);
  if (elements.length === 0) return undefined;
  let element = target;
  let type = String(target.resourceType);
  for (const { name, index } of steps.slice(0, -1)) {
    const next = childOf(element, name, index, isRepeating(type, name));
    if (!next) return `the path "${path}" leaves a gap.`;
    element = next;
    type = typeOf(type, name);
  }
  const last = steps.at(-1);
  if (!last) return `the path "${path}" is empty.`;
  return put(element, last, isRepeating(type, last.name), elements);
}

function stepsOf(path: string): readonly Step[] | undefined {
  const steps = path
    .replace(/^%resource\.|^\$this\./, '')
    .split('.')
    .map((text): Step | undefined => {
      const [, name, index] = STEP.exec(text) ?? [];
      if (!name || REFUSED.has(name)) return undefined;
      return { name, ...(index !== undefined && { index: Number(index) }) };
    });
  return steps.every((step) => step !== undefined) ? steps : undefined;
}

function childOf(element: Element, name: string, index: number | undefined, repeats: boolean): Element | undefined {
  if (!repeats && index === undefined) {
    element[name] ??= {};
    return element[name] as Element;
  }
  const list = listOf(element, name) as Element[];
  const at = index ?? 0;
  if (at > list.length) return undefined;
  list[at] ??= {};
  return list[at];
}

function put(element: Element, { name, index }: Step, repeats: boolean, values: readonly unknown[]): string | undefined {
  if (index !== undefined) {
    const list = listOf(element, name);
    if (index > list.length) return `the path leaves a gap before ${name}[${index}].`;
    list[index] = values[0];
    return undefined;
  }
  element[name] = repeats ? [...values] : values[0];
  return undefined;
}

function listOf(element: Element, name: string): unknown[] {
  element[name] ??= [];
  return element[name] as unknown[];
}

/** Nothing is shared with what was evaluated; a whole resource becomes a reference to it, if it can be referred to. */
function asElement(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { resourceType, id } = value as { resourceType?: unknown; id?: unknown };
  if (typeof resourceType !== 'string') return structuredClone(value);
  return typeof id === 'string' ? { reference: `${resourceType}/${id}` } : undefined;
}

function isRepeating(type: string, name: string): boolean {
  return Object.hasOwn(r4.path2Repeating, `${type}.${name}`);
}

/** Where the children of an element are defined: its type, or its path for a backbone element. */
function typeOf(type: string, name: string): string {
  const path = `${type}.${name}`;
  const found = r4.path2TypeWithoutElements[path];
  return found ?? r4.pathsDefinedElsewhere[path] ?? path;
}
