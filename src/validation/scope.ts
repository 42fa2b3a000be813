/** References of one resource and its contained ones (https://hl7.org/fhir/R4/references.html). */
import { parseReference } from '../fhir/reference.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import { type Findings, report } from './findings.ts';

interface FoundReference {
  readonly value: Readonly<Record<string, unknown>>;
  readonly place: string;
  readonly targets: ReadonlySet<string> | undefined;
}

export interface Scope {
  readonly expression: string;
  /** Whether the resource stands in a Bundle, whose references may be criteria. */
  readonly isEntry: boolean;
  /** Type of each contained resource by id. */
  readonly contained: ReadonlyMap<string, string>;
  readonly references: FoundReference[];
  /** Ids that canonicals and uris with # lead to. */
  readonly fragments: Set<string>;
  readonly duplicates: readonly string[];
  /** Contained resources that refer to their container, and so need nobody who refers to them. */
  readonly looseEnds: ReadonlySet<string>;
}

export function openScope(resource: Readonly<Record<string, unknown>>, expression: string, isEntry: boolean): Scope {
  const contained = new Map<string, string>();
  const duplicates: string[] = [];
  const looseEnds = new Set<string>();
  const inside = Array.isArray(resource.contained) ? (resource.contained as unknown[]) : [];
  inside.forEach((each, index) => {
    const { id, resourceType } = (each ?? {}) as { id?: unknown; resourceType?: unknown };
    if (typeof id !== 'string') return;
    if (contained.has(id)) duplicates.push(`${expression}.contained[${index}].id`);
    contained.set(id, String(resourceType));
    if (mentionsContainer(each)) looseEnds.add(id);
  });
  return { expression, isEntry, contained, references: [], fragments: new Set(), duplicates, looseEnds };
}

/** Judges what was collected, once the whole resource has been seen. */
export function closeScope(scope: Scope, findings: Findings): void {
  for (const place of scope.duplicates)
    report(findings, 'value', place, `${place} stands twice among the contained resources; make the ids different.`);
  for (const reference of scope.references) checkReference(reference, scope, findings);
  const used = new Set([...scope.fragments, ...scope.references.map(({ value }) => String(value.reference ?? '').replace(/^#/, ''))]);
  let index = 0;
  for (const id of scope.contained.keys()) {
    const place = `${scope.expression}.contained[${index++}]`;
    if (used.has(id) || scope.looseEnds.has(id)) continue;
    report(
      findings,
      'invariant',
      place,
      `${place} is referred to from nowhere in its resource; refer to it by # and its id, or remove it (dom-3).`,
    );
  }
}

function checkReference({ value, place, targets }: FoundReference, scope: Scope, findings: Findings): void {
  const { reference, type } = value;
  const at = `${place}.reference`;
  const target = typeof reference === 'string' ? targetType(reference, scope, at, findings) : undefined;
  const named = typeof type === 'string' && isResourceType(type) ? type : undefined;
  if (target && named && target !== named) {
    report(findings, 'value', place, `${place}.type names another resource type than its reference leads to; make them agree.`);
  }
  const found = target ?? named;
  if (found && targets && !targets.has(found)) {
    report(findings, 'value', place, `${place} leads to a resource of type ${found}; allowed are ${[...targets].join(', ')}.`);
  }
}

/** The type that a reference leads to, where its text tells. */
function targetType(text: string, scope: Scope, place: string, findings: Findings): string | undefined {
  if (text === '#') return undefined;
  if (text.startsWith('#')) {
    const type = scope.contained.get(text.slice(1));
    if (!type)
      report(findings, 'invariant', place, `${place} leads to no contained resource; contain it, or correct the id behind # (ref-1).`);
    return type;
  }
  const literal = parseReference(text);
  if (literal) return literal.type;
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(text)) return undefined;
  const criteria = scope.isEntry ? /^([A-Za-z]+)\?\S+$/.exec(text)?.[1] : undefined;
  if (criteria && isResourceType(criteria)) return criteria;
  report(
    findings,
    'value',
    place,
    `${place} must be Type/id of an R4 type, an absolute URL, or # with the id of a contained resource; correct it.`,
  );
  return undefined;
}

function mentionsContainer(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, each]) => (name === 'reference' && each === '#') || mentionsContainer(each));
}
