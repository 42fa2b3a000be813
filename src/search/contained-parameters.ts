/** `_contained` and `_containedType` (https://hl7.org/fhir/R4/search.html#contained). */
import { FhirError } from '../fhir/error.ts';
import { resourceTypes } from '../fhir/resource-types.ts';
import { CONTAINED, canContain } from './contained.ts';
import type { Include } from './includes.ts';
import { refusePending } from './parameter-name.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { Condition, SearchQuery } from './query.ts';
import { refused } from './types/values.ts';

/** That contained resources are searched. */
export interface ContainedSearch {
  /** Whether resources that are not contained are searched with them. */
  readonly withRows: boolean;
  /** What stands for a match: the resource that contains it, or the match alone. */
  readonly as: 'container' | 'contained';
}

/** Undefined where contained resources are left alone. @throws FhirError `invalid` */
export function parseContained(contained = 'false', type?: string): ContainedSearch | undefined {
  if (contained !== 'true' && contained !== 'both' && contained !== 'false')
    throw refused('_contained', contained, 'it is true, false or both');
  if (type !== undefined && type !== 'container' && type !== 'contained')
    throw refused('_containedType', type, 'it is container or contained');
  if (contained !== 'false') return { withRows: contained === 'both', as: type ?? 'container' };
  if (type !== undefined)
    throw refused('_containedType', type, 'it says how contained resources are answered, so it goes with _contained=true or both');
  return undefined;
}

interface Asked {
  readonly query: Pick<SearchQuery, 'types' | 'where' | 'sort'>;
  readonly includes: readonly Include[];
  readonly revincludes: readonly Include[];
}

/**
 * What cannot be asked of contained resources, since they are found with their container: other orders, and what leads beyond it.
 * @throws FhirError `invalid`; `not-supported` while rows are not indexed for it
 */
export function checkContained({ query, includes, revincludes }: Asked, registry: ParameterRegistry): void {
  const rule = 'goes with "_contained"; ask in two requests';
  if (query.types.length !== 1)
    throw new FhirError('invalid', 'Contained resources are searched one type at a time: name it in the address.');
  if (query.sort.some(({ parameter, descending }) => parameter !== '_lastUpdated' || !descending))
    throw new FhirError('invalid', 'No "_sort" goes with "_contained": what contains the matches comes newest first.');
  if (includes.length + revincludes.length > 0) throw new FhirError('invalid', `No "_include" and no "_revinclude" ${rule}.`);
  if (leadsBeyond(query.where)) throw new FhirError('invalid', `No chain, no "_has" and no "_list" ${rule}.`);
  refusePending(CONTAINED, resourceTypes.filter(canContain), registry);
}

function leadsBeyond(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.some(leadsBeyond);
    case 'not':
      return leadsBeyond(condition.condition);
    default:
      return condition.kind === 'refers' || condition.kind === 'referred';
  }
}
