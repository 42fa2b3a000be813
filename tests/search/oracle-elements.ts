import type { FhirResource, SearchParameter } from '../../src/fhir/types.ts';
import { compile, evaluate } from '../../src/fhirpath/expression.ts';
import { plain, typeOfKept } from '../../src/fhirpath/values.ts';
import { coreParameters } from './core-registry.ts';

export interface Typed {
  readonly type: string;
  readonly data: unknown;
  /** The node itself, to evaluate on. */
  readonly node?: unknown;
  /** The expression that found it. */
  readonly expression?: string;
}

export interface Finder {
  /** The type of a parameter, and the elements with a value that it looks at. */
  find(resource: FhirResource, code: string): { readonly type: string; readonly elements: readonly Typed[] };
  definition(resourceType: string, code: string): SearchParameter;
}

export function createFinder(): Finder {
  const cache = new Map<FhirResource, Map<string, ReturnType<Finder['find']>>>();
  const definition = (resourceType: string, code: string): SearchParameter => {
    const found = coreParameters.find(
      (each) => each.code === code && (each.base as string[]).some((base) => base === resourceType || base === 'Resource'),
    );
    if (!found) throw new Error(`no parameter ${code} of ${resourceType}`);
    return found;
  };
  return {
    definition,
    find(resource, code) {
      const known = cache.get(resource)?.get(code);
      if (known) return known;
      const { type, expression = '' } = definition(resource.resourceType, code);
      const elements = expression
        .split(' | ')
        .filter((part) => /^\(?(Resource|[A-Z]\w*)/.exec(part)?.[1] === resource.resourceType || part.startsWith('Resource.'))
        .flatMap((part) => elementsOf(part, resource, resource));
      const made = { type, elements };
      cache.set(resource, (cache.get(resource) ?? new Map()).set(code, made));
      return made;
    },
  };
}

/** What one part of an expression finds on a resource or element, with a value. */
export function elementsOf(expression: string, start: unknown, root: FhirResource): readonly Typed[] {
  const [, path = expression, target] = /^(.*)\.where\(resolve\(\) is (\w+)\)$/.exec(expression) ?? [];
  const text = path
    .replace(/\bas\(DateTime\)/, 'as(dateTime)')
    .replace(/\bas\(/g, 'ofType(')
    .replace(/\((\S+) as (\w+)\)/, '$1.ofType($2)');
  return evaluate(compile(text), start, { keepTypes: true })
    .map((node) => ({ type: typeOfKept(node) ?? '', data: plain(node), node, expression: path }))
    .filter(({ data }) => isFilled(data))
    .filter(({ data }) => target === undefined || isOf(data as Record<string, unknown>, target, root));
}

function isFilled(data: unknown): boolean {
  if (data === null || data === undefined || data === '') return false;
  return typeof data !== 'object' || Object.keys(data).some((name) => !/^(id|extension|_.*)$/.test(name));
}

function isOf({ reference, type }: Record<string, unknown>, target: string, root: FhirResource): boolean {
  if (typeof reference !== 'string') return type === target;
  if (reference.startsWith('#')) {
    const { contained = [] } = root as { contained?: FhirResource[] };
    return contained.some((each) => `#${each.id}` === reference && each.resourceType === target);
  }
  return new RegExp(`(^|/)${target}/[^/]+(/_history/[^/]+)?$`).test(reference);
}
