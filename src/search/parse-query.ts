/** Query strings of searches (https://hl7.org/fhir/R4/search.html). */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { QueryParameters } from '../fhir/request.ts';
import { isResourceType, resourceTypes } from '../fhir/resource-types.ts';
import type { OperationOutcomeIssue, ResourceType } from '../fhir/types.ts';
import { type ContainedSearch, checkContained, parseContained } from './contained-parameters.ts';
import { CURSOR, decodeCursor } from './cursor.ts';
import { parseFilters, withValues } from './filters.ts';
import { type Include, parseInclude } from './includes.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { SearchQuery, SortKey } from './query.ts';
import { isShape, parseCount, parseElements, parseSort, parseSummary, parseTotal, type Summary } from './result-parameters.ts';
import { refused } from './types/values.ts';

export interface SearchInput {
  /** One for a type-level search; empty for all types, which `_type` may narrow. */
  readonly types: readonly ResourceType[];
  readonly query: QueryParameters;
  readonly registry: ParameterRegistry;
  /** The clock of the request. */
  readonly now: Date;
  /** Unknown parameters are left out and told of, instead of refused (`Prefer: handling=lenient`). */
  readonly lenient?: boolean;
}

export interface ParsedSearch {
  readonly query: SearchQuery;
  readonly includes: readonly Include[];
  readonly revincludes: readonly Include[];
  readonly elements?: readonly string[];
  readonly summary?: Summary;
  /** Contained resources are searched too, or alone. */
  readonly contained?: ContainedSearch;
  /** What was really used, with the effective `_count`, without the paging token: the self link. */
  readonly used: QueryParameters;
  /** Parameters that were left out, one issue each. */
  readonly ignored: readonly OperationOutcomeIssue[];
  /** What a paging token is bound to: types, filters, sort, and whether contained resources are searched. */
  readonly fingerprint: string;
}

/** @throws FhirError `invalid`, `not-supported`, `too-costly`: the parameter, the rule, what to do */
export function parseQuery({ types: searched, query, registry, now, lenient = false }: SearchInput): ParsedSearch {
  const given = withValues(query);
  const types = typesOf(searched, valuesOf(given, '_type'));
  const { conditions, ignored, names } = parseFilters(given, { types, registry, now, lenient });
  const shape = shapeOf(given, types, registry);
  const used = given.filter(([name]) => (isShape(name) && name !== CURSOR && name !== '_count') || names.has(name));
  const fingerprint = fingerprintOf(types, used);
  const token = single(given, CURSOR);
  const after = token === undefined ? {} : { after: decodeCursor(token, fingerprint) };
  const { sort, count, total, ...rest } = shape;
  const parsed: ParsedSearch = {
    query: { types, where: { kind: 'and', conditions }, sort, count, ...after, ...(total && { total }) },
    ...rest,
    used: [...used, ['_count', String(count)]],
    ignored,
    fingerprint,
  };
  if (parsed.contained) checkContained(parsed, registry);
  return parsed;
}

/** What shapes the answer. */
interface Shape extends Pick<ParsedSearch, 'includes' | 'revincludes' | 'elements' | 'summary' | 'contained'> {
  readonly sort: readonly SortKey[];
  readonly count: number;
  readonly total: boolean;
}

function shapeOf(given: QueryParameters, types: readonly ResourceType[], registry: ParameterRegistry): Shape {
  const summary = parseSummary(single(given, '_summary'));
  const count = Math.min(parseCount(single(given, '_count')), summary === 'count' ? 0 : Number.POSITIVE_INFINITY);
  const contained = parseContained(single(given, '_contained'), single(given, '_containedType'));
  const elements = parseElements(valuesOf(given, '_elements'), contained?.as === 'container' ? resourceTypes : types);
  const includes = includesOf(given, '_include', registry);
  const revincludes = includesOf(given, '_revinclude', registry);
  if (summary === 'text' && includes.length + revincludes.length > 0) {
    throw refused('_summary', 'text', 'it does not go with _include or _revinclude');
  }
  return {
    sort: parseSort(valuesOf(given, '_sort'), types, registry),
    count,
    total: parseTotal(single(given, '_total')) || count === 0,
    includes,
    revincludes,
    ...(elements && { elements }),
    ...(summary && { summary }),
    ...(contained && { contained }),
  };
}

function typesOf(types: readonly ResourceType[], asked: readonly string[]): readonly ResourceType[] {
  if (asked.length === 0) return types;
  if (types.length === 1) {
    throw new FhirError('invalid', 'The parameter "_type" belongs to a search over several types; here the address names the type.');
  }
  const names = [...new Set(asked.flatMap((value) => value.split(',')).filter(Boolean))];
  return names.map((name) => {
    if (isResourceType(name) && (types.length === 0 || types.includes(name))) return name;
    throw refused('_type', name, 'it is no resource type that is searched here');
  });
}

function includesOf(given: QueryParameters, kind: string, registry: ParameterRegistry): readonly Include[] {
  return given.filter(([name]) => name === kind || name.startsWith(`${kind}:`)).map(([name, value]) => parseInclude(name, value, registry));
}

function valuesOf(given: QueryParameters, name: string): readonly string[] {
  return given.filter(([each]) => each === name).map(([, value]) => value);
}

function single(given: QueryParameters, name: string): string | undefined {
  const [value, ...more] = valuesOf(given, name);
  if (more.length > 0) throw new FhirError('invalid', `The parameter "${name}" stands ${more.length + 1} times; give it once.`);
  return value;
}

const BOUND: ReadonlySet<string> = new Set(['_sort', '_contained', '_containedType']);

function fingerprintOf(types: readonly ResourceType[], used: QueryParameters): string {
  const bound = used.filter(([name]) => BOUND.has(name) || !isShape(name));
  return createHash('sha256')
    .update(JSON.stringify([types, bound]))
    .digest('base64url')
    .slice(0, 16);
}
