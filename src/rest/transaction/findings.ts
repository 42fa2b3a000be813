/** What criteria find in the store while one Bundle is resolved. */
import type { FhirRequest, QueryParameters } from '../../fhir/request.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { ParameterRegistry } from '../../search/parameters.ts';
import type { Condition } from '../../search/query.ts';
import type { Expectation, Version } from '../../storage/store.ts';
import { criteriaQuery } from '../criteria.ts';
import type { RestDeps } from '../deps.ts';
import { nameOf } from './deeds.ts';

export interface Findings {
  /** What is stored and fits. Each question is put once. @throws FhirError `invalid` for criteria that are not filters alone */
  ask(type: ResourceType, criteria: QueryParameters): Promise<Finding>;
  /** That every answer still holds when the Bundle is written. */
  expectations(): Promise<readonly Expectation[]>;
}

export interface Finding {
  /** The same for criteria that mean the same. */
  readonly key: string;
  readonly where: Condition;
  readonly versions: readonly Version[];
}

/** @param most - rows that an answer may have; more are cut off, so it must be more than what will be tolerated */
export function createFindings(deps: RestDeps, { now }: FhirRequest, most: number): Findings {
  const asked = new Map<string, Promise<{ readonly finding: Finding; readonly expectation: Expectation }>>();
  return {
    async ask(type, criteria) {
      const query = { ...(await criteriaQuery(deps, now, type, criteria)), count: most };
      const key = JSON.stringify([type, query.where]);
      const known = asked.get(key);
      if (known) return (await known).finding;
      const answer = deps.store.search(query).then(({ versions }) => ({
        finding: { key, where: query.where, versions },
        expectation: { query, ids: versions.map(({ id }) => id) },
      }));
      asked.set(key, answer);
      return (await answer).finding;
    },
    expectations: async () => (await Promise.all(asked.values())).map(({ expectation }) => expectation),
  };
}

/** What the steps of one resolution share. */
export interface Parts {
  readonly deps: RestDeps;
  /** The request that brought the Bundle. */
  readonly whole: FhirRequest;
  readonly registry: ParameterRegistry;
  readonly findings: Findings;
  /** Addresses that the Bundle deletes: the first step. */
  readonly deleted: ReadonlySet<string>;
}

/** Stored resources that fit, those that the Bundle deletes or replaces left out. */
export function remaining({ versions }: Finding, gone: ReadonlySet<string>): readonly Version[] {
  return versions.filter((version) => !gone.has(nameOf(version)));
}
