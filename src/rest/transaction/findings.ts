/** What criteria find while one Bundle is resolved: in the store, and in what the Bundle itself writes. */
import type { FhirRequest, QueryParameters } from '../../fhir/request.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { indexEntries } from '../../search/index-entries.ts';
import { matches, type Row } from '../../search/matches.ts';
import type { ParameterRegistry } from '../../search/parameters.ts';
import type { Condition } from '../../search/query.ts';
import type { Expectation, Version } from '../../storage/store.ts';
import { criteriaQuery } from '../criteria.ts';
import type { RestDeps } from '../deps.ts';
import { nameOf, type Writing } from './deeds.ts';

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

/** A resource that the Bundle writes, as a search would see it. */
export interface BundledRow extends Row {
  readonly writing: Writing;
}

/** Its index is made when it is first looked at. @param value - the resource as it will be written */
export function bundledRow(writing: Writing, { registry, whole }: Pick<Parts, 'registry' | 'whole'>, value = writing.value): BundledRow {
  let entries: Row['entries'] | undefined;
  const { type, id } = writing.target;
  return {
    ...{ type, id, lastUpdated: whole.now.toISOString(), writing },
    get entries() {
      entries ??= indexEntries({ ...value, id }, registry);
      return entries;
    },
  };
}

/** Rows of the Bundle that fit; chains are followed inside the Bundle. */
export function fitting(type: ResourceType, where: Condition, rows: readonly BundledRow[]): readonly BundledRow[] {
  const ofType = (each: ResourceType) => rows.filter((row) => row.type === each);
  return ofType(type).filter((row) => matches(where, row, ofType));
}

/** Stored resources that fit, those that the Bundle deletes or replaces left out. */
export function remaining({ versions }: Finding, gone: ReadonlySet<string>): readonly Version[] {
  return versions.filter((version) => !gone.has(nameOf(version)));
}
