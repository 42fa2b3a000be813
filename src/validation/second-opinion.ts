/** Holds an invariant that is said to be broken against a second FHIRPath engine, so that valid content is not refused for an engine's gap. */
import { compile, evaluate } from '../fhirpath/expression.ts';
import { isObject, type Json } from './findings.ts';

/**
 * Whether the elements at a place keep the rule; undefined where that cannot be told.
 * @param expression place in the resource: `Bundle.entry[0].resource.name[1].period`
 * @param stands whether the rule is that of the type found there, or of the element that holds it: what `%resource` is, if a resource is found
 */
export function keepsRule(
  rootResource: Json,
  expression: string,
  rule: string,
  stands: 'in-type' | 'in-element' = 'in-type',
): boolean | undefined {
  const [, ...names] = expression.split('.');
  const resource = nearestResource(rootResource, stands === 'in-type' ? names : names.slice(0, -1));
  try {
    const compiled = compile(rule);
    const elements = evaluate(compile(['%rootResource', ...names].join('.')), rootResource, { keepTypes: true });
    return elements.every((context) => evaluate(compiled, context, { environment: { rootResource, resource, context } })[0] === true);
  } catch {
    return undefined;
  }
}

/** The innermost resource on the way to a place. */
function nearestResource(root: Json, names: readonly string[]): Json {
  let nearest = root;
  let value: unknown = root;
  for (const name of names) {
    const [, property = '', index] = /^(\w+)(?:\[(\d+)\])?$/.exec(name) ?? [];
    const next: unknown = isObject(value) ? value[property] : undefined;
    value = Array.isArray(next) ? next[Number(index ?? 0)] : next;
    if (isObject(value) && typeof value.resourceType === 'string') nearest = value;
  }
  return nearest;
}
