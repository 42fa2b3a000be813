import { FhirError } from '../fhir/error.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { Parameter } from './parameters.ts';
import { checkTarget, kindsOf } from './types/reference.ts';
import { searchType } from './types/types.ts';

/** Parameters that are answered from the row itself, not from its entries. */
export const ROW_PARAMETERS: ReadonlySet<string> = new Set(['_id', '_lastUpdated']);

/** The modifiers that a parameter takes (https://hl7.org/fhir/R4/search.html#modifiers), types of references apart. */
export function modifiersOf(parameter: Parameter): readonly string[] {
  if (parameter.type === 'composite') return [];
  if (parameter.code === '_id') return ['missing', 'not'];
  const all = ['missing', ...(searchType(parameter.type)?.modifiers ?? [])];
  if (parameter.type !== 'reference') return all;
  const { canonical, literal } = kindsOf(parameter);
  return all.filter((modifier) => (modifier === 'below' ? canonical : modifier === 'identifier' ? literal : true));
}

/** @throws FhirError `invalid` for a modifier that the parameter does not take, naming those that it does */
export function checkModifier(parameter: Parameter, modifier: string | undefined): void {
  if (modifier === undefined || modifiersOf(parameter).includes(modifier)) return;
  if (parameter.type === 'reference' && isResourceType(modifier) && kindsOf(parameter).literal) {
    checkTarget(parameter, modifier);
    return;
  }
  const legal = modifiersOf(parameter).map((each) => `:${each}`);
  const types = parameter.type === 'reference' && kindsOf(parameter).literal ? [' and the types that it leads to'] : [];
  const rule = legal.length > 0 ? `it takes ${legal.join(', ')}${types.join('')}` : 'it takes none';
  throw new FhirError(
    'invalid',
    `The modifier ":${modifier.slice(0, 50)}" is not for "${parameter.code}", a parameter of type ${parameter.type}; ${rule}.`,
  );
}
