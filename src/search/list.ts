/** https://hl7.org/fhir/R4/search.html#list */
import { isId } from '../fhir/id.ts';
import type { Condition } from './query.ts';
import { refused, split } from './types/values.ts';

/** The members of a List by its id: what its items refer to. @throws FhirError `invalid` */
export function listCondition(value: string): Condition | undefined {
  const ids = split(value, ',').filter((each) => each !== '');
  const bad = ids.find((each) => !isId(each));
  if (bad !== undefined) throw refused('_list', bad, 'it is the id of a List; lists like $current-problems are not kept here');
  return ids.length > 0 ? { kind: 'referred', type: 'List', parameter: 'item', where: { kind: 'id', ids } } : undefined;
}
