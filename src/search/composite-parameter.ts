import { FhirError } from '../fhir/error.ts';
import type { SearchParameter } from '../fhir/types.ts';
import { createExtractor, type Extractor } from './extractor.ts';
import { type Found, membersOf } from './found.ts';
import type { Parameter, ParameterType, Setting } from './parameters.ts';
import { isJoinable } from './types/composite.ts';

type ByUrl = ReadonlyMap<string, SearchParameter>;

/**
 * A composite for one resource type (https://hl7.org/fhir/R4/searchparameter-definitions.html#SearchParameter.component); none
 * where its parts cannot be looked for together, as two numbers cannot.
 * @throws FhirError `invalid` where a part is not defined
 */
export function createComposite(given: SearchParameter, type: string, byUrl: ByUrl, setting: Setting): readonly Parameter[] {
  const { expression, elements, extract } = createExtractor(given.expression ?? '', type, given.code);
  if (!expression) return [];
  const parts = (given.component ?? []).map((part) => ({ part, definition: definitionOf(part.definition, given, byUrl) }));
  const components = parts.map(({ part, definition }) => ({
    expression: part.expression,
    parameter: createPart(part.expression, definition, elements, setting),
  }));
  if (!isJoinable(components.map(({ parameter }) => parameter.type)) || parts.some(({ part }) => part.expression.startsWith('%')))
    return [];
  return [
    {
      code: given.code,
      type: 'composite',
      url: given.url,
      ...(given.description && { documentation: given.description }),
      expression,
      targets: [],
      components,
      modifiers: [],
      elements,
      setting,
      extract: ({ value }, root) => extract(membersOf(value), root),
    },
  ];
}

function definitionOf(canonical: string, { code }: SearchParameter, byUrl: ByUrl): SearchParameter {
  const definition = byUrl.get(canonical);
  if (definition) return definition;
  throw new FhirError('invalid', `The composite search parameter "${code}" has the part ${canonical}, which is not defined.`);
}

/** A part is read from each kind of element that the composite stands on. */
function createPart(expression: string, definition: SearchParameter, owners: Parameter['elements'], setting: Setting): Parameter {
  const byOwner = new Map(
    owners.map((owner): [string, Extractor] => [owner.path, createExtractor(expression, startOf(owner), definition.code)]),
  );
  const elements = [...byOwner.values()].flatMap((each) => each.elements);
  return {
    code: definition.code,
    type: fitting(definition.type as ParameterType, elements),
    url: definition.url,
    expression,
    targets: (definition.target ?? []) as Parameter['targets'],
    components: [],
    modifiers: [],
    elements,
    setting,
    extract: ({ path, value }: Found, root) => byOwner.get(path)?.extract(membersOf(value), root) ?? [],
  };
}

function startOf({ type, path }: Parameter['elements'][number]): string {
  return type === 'BackboneElement' || type === 'Element' ? path : type;
}

/** R4 has the parts of `DocumentReference?relationship` the wrong way round: what stands in the element decides. */
function fitting(stated: ParameterType, elements: Parameter['elements']): ParameterType {
  const types = elements.map(({ type }) => type);
  if (stated === 'reference' && types.every((type) => type === 'code')) return 'token';
  if (stated === 'token' && types.length > 0 && types.every((type) => type === 'Reference')) return 'reference';
  return stated;
}
