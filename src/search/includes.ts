/** https://hl7.org/fhir/R4/search.html#include */
import { FhirError } from '../fhir/error.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { ParameterRegistry } from './parameters.ts';
import { checkTarget } from './types/reference.ts';

/** One `_include` or `_revinclude`. */
export interface Include {
  /** Type of the resource that has the reference; `*` = any. */
  readonly source: ResourceType | '*';
  /** Code of the reference parameter; `*` = all of the source. */
  readonly parameter: string;
  /** Only targets of this type. */
  readonly target?: ResourceType;
  /** Also from resources that were included themselves. */
  readonly iterate: boolean;
}

/**
 * @param name - `_include` or `_revinclude`, with its modifier or not
 * @throws FhirError `invalid` for a type, parameter or target that is not known
 */
export function parseInclude(name: string, value: string, registry: ParameterRegistry): Include {
  const [kind = '', modifier, ...rest] = name.split(':');
  if (rest.length > 0 || (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse')) {
    throw new FhirError('invalid', `The parameter "${name}" has a modifier that is not known; "${kind}" takes :iterate.`);
  }
  const iterate = modifier !== undefined;
  if (value === '*' && kind === '_include') return { source: '*', parameter: '*', iterate };
  const [source = '', code = '', target, ...more] = value.split(':');
  if (!isResourceType(source) || !code || more.length > 0) {
    throw new FhirError(
      'invalid',
      `The value "${value.slice(0, 100)}" of "${kind}" is not of the form Type:parameter or Type:parameter:Target with a type of R4.`,
    );
  }
  if (target !== undefined && !isResourceType(target))
    throw new FhirError('invalid', `The value "${value}" of "${kind}" names a target that is no type of R4.`);
  if (code !== '*') checkReference(kind, source, code, target, registry);
  return { source, parameter: code, ...(target !== undefined && { target }), iterate };
}

function checkReference(
  kind: string,
  source: ResourceType,
  code: string,
  target: ResourceType | undefined,
  registry: ParameterRegistry,
): void {
  const parameter = registry.get(source, code);
  if (parameter?.type !== 'reference') {
    const references = registry
      .of(source)
      .filter(({ type }) => type === 'reference')
      .map((each) => each.code);
    throw new FhirError(
      'invalid',
      `"${code}" of "${kind}" is no reference parameter of ${source}; there are ${references.join(', ') || 'none'}.`,
    );
  }
  if (registry.pending(source).has(code))
    throw new FhirError('not-supported', `The search parameter "${code}" of ${source} is being indexed; it can be used when that is done.`);
  if (target !== undefined) checkTarget(parameter, target);
}
