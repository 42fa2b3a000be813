/**
 * The elements of a resource with their R4 types (https://hl7.org/fhir/R4/datatypes.html), so that whatever depends on
 * a type, a canonical link or an expression, is found wherever it stands, extensions and contained resources included.
 */
import model from 'fhirpath/fhir-context/r4';

export interface TypedElement {
  /** Where it stands: `PlanDefinition.action[2].definitionCanonical`. */
  readonly expression: string;
  /** Where R4 defines it, by the type it is a part of: `Reference.reference`, `PlanDefinition.action.title`. */
  readonly path: string;
  /** R4 type (`canonical`, `Expression`, `BackboneElement`); undefined for a member that R4 does not know. */
  readonly type: string | undefined;
  readonly value: unknown;
  /** The object or array that holds it, and under which name or position. */
  readonly holder: object;
  readonly key: string | number;
}

const STRUCTURES = new Set(['BackboneElement', 'Element']);

/** All elements below a resource, in document order; numbers may be plain or lossless. */
export function* typedElements(resource: object): Generator<TypedElement> {
  const { resourceType } = resource as { readonly resourceType?: unknown };
  yield* below(resource, String(resourceType), String(resourceType));
}

function* below(parent: object, definition: string, place: string): Generator<TypedElement> {
  for (const [member, value] of Object.entries(parent)) {
    if (member === 'resourceType') continue;
    const name = member.startsWith('_') ? member.slice(1) : member;
    const path = model.pathsDefinedElsewhere[`${definition}.${name}`] ?? `${definition}.${name}`;
    const at = { path, expression: `${place}.${name}` };
    if (!Array.isArray(value)) yield* element(value, { ...at, holder: parent, key: member }, member !== name);
    else
      for (const [i, item] of value.entries())
        yield* element(item, { path, expression: `${at.expression}[${i}]`, holder: value, key: i }, member !== name);
  }
}

function* element(value: unknown, at: Omit<TypedElement, 'type' | 'value'>, shadow: boolean): Generator<TypedElement> {
  const type = shadow ? 'Element' : typeOf(value, at.path);
  if (!shadow) yield { ...at, type, value };
  if (typeof value !== 'object' || value === null || type === undefined || isPrimitive(type)) return;
  yield* below(value, STRUCTURES.has(type) && !shadow ? at.path : type, at.expression);
}

function isPrimitive(type: string): boolean {
  return /^(?:[a-z]|System\.)/.test(type);
}

/** A resource inside a resource tells its type itself. */
function typeOf(value: unknown, path: string): string | undefined {
  const type: string | undefined = model.path2Type[path];
  if (type !== 'Resource') return type;
  const own = (value as { resourceType?: unknown } | null)?.resourceType;
  return typeof own === 'string' ? own : undefined;
}
