/**
 * The elements of a resource with their R4 types (https://hl7.org/fhir/R4/datatypes.html), so that whatever depends on
 * a type, a canonical link or an expression, is found wherever it stands, extensions and contained resources included.
 */
import model from 'fhirpath/fhir-context/r4';
import type { FhirResource } from '../fhir/types.ts';

export interface TypedElement {
  /** Where it stands: `PlanDefinition.action[2].definitionCanonical`. */
  readonly expression: string;
  /** R4 type (`canonical`, `Expression`, `BackboneElement`); undefined for a member that R4 does not know. */
  readonly type: string | undefined;
  readonly value: unknown;
}

const STRUCTURES = new Set(['BackboneElement', 'Element']);

/** All elements below a resource, in document order. */
export function* typedElements(resource: FhirResource): Generator<TypedElement> {
  yield* below(resource, resource.resourceType, resource.resourceType);
}

function* below(parent: object, definition: string, place: string): Generator<TypedElement> {
  for (const [member, value] of Object.entries(parent)) {
    if (member === 'resourceType') continue;
    const name = member.startsWith('_') ? member.slice(1) : member;
    const path = model.pathsDefinedElsewhere[`${definition}.${name}`] ?? `${definition}.${name}`;
    const items = Array.isArray(value) ? value.map((item, i) => [item, `[${i}]`] as const) : [[value, ''] as const];
    for (const [item, index] of items) yield* element(item, path, `${place}.${name}${index}`, member !== name);
  }
}

function* element(value: unknown, path: string, expression: string, shadow: boolean): Generator<TypedElement> {
  const type = shadow ? 'Element' : typeOf(value, path);
  if (!shadow) yield { expression, type, value };
  if (typeof value !== 'object' || value === null || type === undefined) return;
  yield* below(value, STRUCTURES.has(type) && !shadow ? path : type, expression);
}

/** A resource inside a resource tells its type itself. */
function typeOf(value: unknown, path: string): string | undefined {
  const type: string | undefined = model.path2Type[path];
  if (type !== 'Resource') return type;
  const own = (value as { resourceType?: unknown } | null)?.resourceType;
  return typeof own === 'string' ? own : undefined;
}
