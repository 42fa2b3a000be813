/** https://hl7.org/fhir/R4/http.html#ccreate */
import { FhirError } from '../fhir/error.ts';
import type { QueryParameters } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import { parseFilters, withValues } from './filters.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { SearchQuery } from './query.ts';
import { isShape } from './result-parameters.ts';

export interface CriteriaInput {
  readonly type: ResourceType;
  readonly query: QueryParameters;
  readonly registry: ParameterRegistry;
  /** The clock of the request. */
  readonly now: Date;
}

/**
 * The criteria of a conditional interaction: filters alone, evaluated strictly whatever the caller prefers, since leaving one
 * out would widen a write. The query asks for two rows: enough to tell none, one and several.
 * @throws FhirError `invalid` for anything else, or where no filter is left
 */
export function parseCriteria({ type, query, registry, now }: CriteriaInput): SearchQuery {
  const given = withValues(query);
  const shape = given.find(([name]) => isShape(name));
  if (shape) throw new FhirError('invalid', `The criteria hold "${shape[0]}", which filters nothing; leave it out.`);
  const { conditions } = parseFilters(given, { types: [type], registry, now });
  if (conditions.length === 0)
    throw new FhirError('invalid', `The criteria single out no ${type}: they hold no search parameter with a value.`);
  return { types: [type], where: { kind: 'and', conditions }, sort: [], count: 2 };
}
