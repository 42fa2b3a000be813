/** Which of the stored SearchParameters are searched by: the same choice in every process that sees the same ones. */
import { latest } from '../definitions/latest.ts';
import type { SearchParameter } from '../fhir/types.ts';
import { parameterFaults } from './parameter-faults.ts';

export interface InForce {
  /** Those to index with, in the order of their ids. */
  readonly definitions: readonly SearchParameter[];
  /** By id, the sentence that says why one is not among them. */
  readonly idle: ReadonlyMap<string, string>;
}

/**
 * Active ones without a fault; of several versions of one url the latest. A draft is stored and no more, so that it can be prepared.
 * @param fixed R4's own and those of the profiles folder
 */
export function parametersInForce(stored: readonly SearchParameter[], fixed: readonly SearchParameter[]): InForce {
  const idle = new Map<string, string>();
  const chosen: SearchParameter[] = [];
  // what composites are made of comes first; of two with one code the smaller id counts
  for (const each of [...stored].sort((a, b) => compositesLast(a, b) || (idOf(a) < idOf(b) ? -1 : 1))) {
    const reason = inactive(each) ?? outdated(each, stored) ?? parameterFaults(each, { fixed, others: chosen })[0]?.sentence;
    if (reason === undefined) chosen.push(each);
    else idle.set(idOf(each), reason);
  }
  return { definitions: chosen.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)), idle };
}

export function isActive({ status }: SearchParameter): boolean {
  return status === 'active';
}

function inactive(given: SearchParameter): string | undefined {
  return isActive(given) ? undefined : `Its status is ${given.status}; only active ones are searched by.`;
}

function outdated(given: SearchParameter, stored: readonly SearchParameter[]): string | undefined {
  const newest = latest(stored.filter((each) => isActive(each) && each.url === given.url));
  if (!newest || newest.id === given.id) return undefined;
  return `SearchParameter/${newest.id} is the latest active version of ${given.url}, and only that one counts.`;
}

function compositesLast(a: SearchParameter, b: SearchParameter): number {
  return Number(a.type === 'composite') - Number(b.type === 'composite');
}

function idOf({ id = '' }: SearchParameter): string {
  return id;
}
