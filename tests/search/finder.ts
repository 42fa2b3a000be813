import { FhirError } from '../../src/fhir/error.ts';
import type { QueryParameters } from '../../src/fhir/request.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { indexEntries } from '../../src/search/index-entries.ts';
import { matches, type Row } from '../../src/search/matches.ts';
import type { ParameterRegistry } from '../../src/search/parameters.ts';
import { type ParsedSearch, parseQuery } from '../../src/search/parse-query.ts';

export const NOW = new Date('2026-03-14T09:00:00Z');
export const WRITTEN = '2026-03-01T10:20:30.123Z';

/** Names and values of a query as a person writes them: nothing is %-encoded. */
export function parameters(query: string): QueryParameters {
  return query.split('&').map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)] as const);
}

export function parse(type: ResourceType | undefined, query: string, registry: ParameterRegistry, lenient = false): ParsedSearch {
  return parseQuery({ types: type ? [type] : [], query: parameters(query), registry, now: NOW, lenient });
}

export function rowOf(resource: FhirResource, registry: ParameterRegistry, lastUpdated = WRITTEN): Row {
  return { type: resource.resourceType, id: resource.id ?? '', lastUpdated, entries: indexEntries(resource, registry) };
}

/** Whether a query on the resource's type finds it; `others` are the rows that chains lead to. */
export function finds(resource: FhirResource, query: string, registry: ParameterRegistry, others: readonly FhirResource[] = []): boolean {
  const rows = [resource, ...others].map((each) => rowOf(each, registry));
  const [row] = rows;
  const { query: parsed } = parse(resource.resourceType, query, registry);
  return row !== undefined && matches(parsed.where, row, (type) => rows.filter((each) => each.type === type));
}

/** The error that a call is refused with. */
export function refused(run: () => unknown): FhirError {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
