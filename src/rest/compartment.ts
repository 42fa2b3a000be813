/** https://hl7.org/fhir/R4/compartmentdefinition.html */
import { FhirError } from '../fhir/error.ts';
import { isId } from '../fhir/id.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { linkKeys } from '../search/links.ts';
import type { Condition } from '../search/query.ts';
import type { CoreFacts } from './deps.ts';

/**
 * What makes a resource part of the compartment that a request names: it refers to the owner by one of the parameters of the
 * definition. @throws FhirError `not-found` for what owns no compartment, `invalid` for a type that is never part of it
 */
export function compartmentCondition({ compartment, type }: FhirRequest, core: CoreFacts): Condition | undefined {
  if (!compartment) return undefined;
  const definition = core.compartment(compartment.type);
  if (!definition || !isId(compartment.id)) {
    throw new FhirError(
      'not-found',
      `${compartment.type}/${compartment.id.slice(0, 64)} owns no compartment; Patient and Encounter do, for instance.`,
    );
  }
  const parameters = definition.resource?.find(({ code }) => code === type)?.param ?? [];
  if (!type || parameters.length === 0) {
    throw new FhirError('invalid', `${type} is never part of the compartment of a ${compartment.type}; search it at /${type}.`);
  }
  return { kind: 'or', conditions: parameters.map((parameter) => partOf(parameter, compartment)) };
}

/** `{def}` stands for the owner itself. */
function partOf(parameter: string, owner: { readonly type: ResourceType; readonly id: string }): Condition {
  if (parameter === '{def}') return { kind: 'id', ids: [owner.id] };
  return { kind: 'key', keys: linkKeys(parameter, { ...owner, entries: { keys: [] } }) };
}
