/** Query strings of searches (https://hl7.org/fhir/R4/search.html). */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { issue } from '../fhir/outcome.ts';
import type { QueryParameters } from '../fhir/request.ts';
import { isResourceType } from '../fhir/resource-types.ts';
import type { OperationOutcomeIssue, ResourceType } from '../fhir/types.ts';
import { CURSOR, decodeCursor } from './cursor.ts';
import { conditionOf } from './filter.ts';
import { type Include, parseInclude } from './includes.ts';
import { listCondition } from './list.ts';
import { nearNames } from './near-names.ts';
import { type NameContext, resolveName } from './parameter-name.ts';
import type { ParameterRegistry } from './parameters.ts';
import type { Condition, SearchQuery } from './query.ts';
import { parseCount, parseElements, parseSort, parseSummary, parseTotal, refuseContained, type Summary } from './result-parameters.ts';
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
  /** What was really used, with the effective `_count`: the self link. */
  readonly used: QueryParameters;
  /** Parameters that were left out, one issue each. */
  readonly ignored: readonly OperationOutcomeIssue[];
  /** What a paging token is bound to: types, filters and sort. */
  readonly fingerprint: string;
}

const MOST_PARAMETERS = 64;
/** Parameters of the answer's form; read by others, kept in links. */
const FORM: ReadonlySet<string> = new Set(['_format', '_pretty']);
const RESULT = [
  '_sort',
  '_count',
  '_total',
  '_include',
  '_revinclude',
  '_summary',
  '_elements',
  '_contained',
  '_containedType',
  '_type',
  CURSOR,
];

/** @throws FhirError `invalid`, `not-supported`, `too-costly`: the parameter, the rule, what to do */
export function parseQuery(input: SearchInput): ParsedSearch {
  const given = filled(input.query);
  const types = typesOf(input.types, valuesOf(given, '_type'));
  const { filters, ignored, names } = parseFilters(given, { ...input, types });
  const sort = parseSort(valuesOf(given, '_sort'), types, input.registry);
  const used = given.filter(([name]) => isResult(name) || FORM.has(name) || names.has(name)).filter(([name]) => name !== CURSOR);
  const fingerprint = fingerprintOf(types, used);
  const summary = parseSummary(single(given, '_summary'));
  const asked = parseCount(single(given, '_count'));
  const count = summary === 'count' ? 0 : asked;
  const includes = includesOf(given, '_include', input.registry);
  const revincludes = includesOf(given, '_revinclude', input.registry);
  if (summary === 'text' && includes.length + revincludes.length > 0)
    throw refused('_summary', 'text', 'it does not go with _include or _revinclude');
  for (const name of ['_contained', '_containedType']) for (const value of valuesOf(given, name)) refuseContained(name, value);
  const token = single(given, CURSOR);
  const elements = parseElements(valuesOf(given, '_elements'), types);
  return {
    query: {
      types,
      where: { kind: 'and', conditions: filters },
      sort,
      count,
      ...(token !== undefined && { after: decodeCursor(token, fingerprint) }),
      ...((parseTotal(single(given, '_total')) || count === 0) && { total: true }),
    },
    includes,
    revincludes,
    ...(elements && { elements }),
    ...(summary && { summary }),
    used: [...used.filter(([name]) => name !== '_count'), ['_count', String(count)]],
    ignored,
    fingerprint,
  };
}

/**
 * The criteria of a conditional interaction (https://hl7.org/fhir/R4/http.html#ccreate): filters alone, evaluated strictly
 * whatever the caller prefers, since leaving one out would widen a write.
 * @throws FhirError `invalid` for anything else, or where no filter is left
 */
export function parseCriteria(input: { readonly type: ResourceType } & Pick<SearchInput, 'query' | 'registry' | 'now'>): SearchQuery {
  const given = filled(input.query);
  const shape = given.find(([name]) => isResult(name) || FORM.has(name));
  if (shape) throw new FhirError('invalid', `The criteria hold "${shape[0]}", which filters nothing; leave it out.`);
  const { filters } = parseFilters(given, { ...input, types: [input.type] });
  if (filters.length === 0)
    throw new FhirError('invalid', `The criteria name no ${input.type}: they hold no search parameter with a value.`);
  return { types: [input.type], where: { kind: 'and', conditions: filters }, sort: [], count: 2 };
}

/** Parameters that have a value: an empty one is as if it were not there. */
function filled(query: QueryParameters): QueryParameters {
  if (query.length > MOST_PARAMETERS) {
    throw new FhirError(
      'invalid',
      `The search has ${query.length} parameters, and ${MOST_PARAMETERS} are allowed; ask in several requests.`,
    );
  }
  const bad = query.find((pair) => pair.some((text) => text.includes('\u0000')));
  if (bad) throw new FhirError('invalid', 'A search parameter holds the character U+0000, which FHIR does not allow.');
  return query.filter(([, value]) => value !== '');
}

interface Filters {
  readonly filters: readonly Condition[];
  readonly ignored: readonly OperationOutcomeIssue[];
  /** Names that were understood. */
  readonly names: ReadonlySet<string>;
}

function parseFilters(given: QueryParameters, input: Omit<SearchInput, 'query'>): Filters {
  const filters: Condition[] = [];
  const ignored: OperationOutcomeIssue[] = [];
  const names = new Set<string>();
  for (const [name, value] of given) {
    if (isResult(name) || FORM.has(name)) continue;
    const found = name === '_list' ? listCondition(value) : named(name, value, input);
    if (found === 'unknown') {
      if (!input.lenient) throw unknown(name, input);
      ignored.push(issue('warning', 'not-supported', `The search parameter "${name.slice(0, 100)}" is not known and was left out.`));
    } else {
      names.add(name);
      if (found) filters.push(found);
    }
  }
  return { filters, ignored, names };
}

function named(name: string, value: string, { types, registry, now }: Omit<SearchInput, 'query'>): Condition | undefined | 'unknown' {
  const resolved = resolveName(name, { types, registry });
  return resolved ? conditionOf(resolved, value, now) : 'unknown';
}

function unknown(name: string, { types, registry }: NameContext): FhirError {
  const bare = name.split(/[:.]/)[0] ?? '';
  const known = types.length > 0 ? types.flatMap((type) => registry.of(type)) : registry.common();
  const near = nearNames(bare, [...known.map(({ code }) => code), ...RESULT.filter((each) => each !== CURSOR), '_has', '_list']);
  const whose = types.length > 0 ? types.slice(0, 5).join(', ') : 'all types together';
  const hint = near.length > 0 ? ` Near it: ${near.join(', ')}.` : '';
  return new FhirError(
    'invalid',
    `The search parameter "${name.slice(0, 100)}" is not known for ${whose}; /metadata lists those that are.${hint}`,
  );
}

function typesOf(types: readonly ResourceType[], asked: readonly string[]): readonly ResourceType[] {
  if (asked.length === 0) return types;
  if (types.length === 1)
    throw new FhirError('invalid', 'The parameter "_type" belongs to a search over several types; here the address names the type.');
  const names = [...new Set(asked.flatMap((value) => value.split(',')).filter(Boolean))];
  return names.map((name) => {
    if (isResourceType(name) && (types.length === 0 || types.includes(name))) return name;
    throw refused('_type', name, 'it is no resource type that is searched here');
  });
}

function includesOf(given: QueryParameters, kind: string, registry: ParameterRegistry): readonly Include[] {
  return given.filter(([name]) => name === kind || name.startsWith(`${kind}:`)).map(([name, value]) => parseInclude(name, value, registry));
}

function isResult(name: string): boolean {
  return RESULT.includes(name) || name.startsWith('_include:') || name.startsWith('_revinclude:');
}

function valuesOf(given: QueryParameters, name: string): readonly string[] {
  return given.filter(([each]) => each === name).map(([, value]) => value);
}

function single(given: QueryParameters, name: string): string | undefined {
  const [value, ...more] = valuesOf(given, name);
  if (more.length > 0) throw new FhirError('invalid', `The parameter "${name}" stands ${more.length + 1} times; give it once.`);
  return value;
}

function fingerprintOf(types: readonly ResourceType[], used: QueryParameters): string {
  const bound = used.filter(([name]) => name === '_sort' || !(isResult(name) || FORM.has(name)));
  return createHash('sha256')
    .update(JSON.stringify([types, bound]))
    .digest('base64url')
    .slice(0, 16);
}
