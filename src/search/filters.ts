/** The parameters of a query that filter, apart from those that shape the answer. */
import { FhirError } from '../fhir/error.ts';
import { issue } from '../fhir/outcome.ts';
import type { QueryParameters } from '../fhir/request.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import { conditionOf } from './filter.ts';
import { filterCondition } from './filter-condition.ts';
import { listCondition } from './list.ts';
import { nearNames } from './near-names.ts';
import { type NameContext, resolveName } from './parameter-name.ts';
import type { Condition } from './query.ts';
import { isShape, SHAPES } from './result-parameters.ts';

export interface Filters {
  readonly conditions: readonly Condition[];
  /** Parameters that were left out, one issue each. */
  readonly ignored: readonly OperationOutcomeIssue[];
  /** Names that were understood. */
  readonly names: ReadonlySet<string>;
}

export interface FilterContext extends NameContext {
  /** The clock of the request. */
  readonly now: Date;
  /** Unknown parameters are left out and told of, instead of refused. */
  readonly lenient?: boolean;
}

const MOST_PARAMETERS = 64;
/** Never left out, whatever the caller prefers: without them the search would mean another thing. */
const DECISIVE: ReadonlySet<string> = new Set(['_query', '_filter']);

/** Parameters that have a value: an empty one is as if it were not there. @throws FhirError `invalid` for too many, or a NUL */
export function withValues(query: QueryParameters): QueryParameters {
  if (query.length > MOST_PARAMETERS) {
    throw new FhirError(
      'invalid',
      `The search has ${query.length} parameters, and ${MOST_PARAMETERS} are allowed; ask in several requests.`,
    );
  }
  if (query.some((pair) => pair.some((text) => text.includes('\u0000')))) {
    throw new FhirError('invalid', 'A search parameter holds the character U+0000, which FHIR does not allow.');
  }
  return query.filter(([, value]) => value !== '');
}

/** @throws FhirError `invalid`, `not-supported`, `too-costly` */
export function parseFilters(given: QueryParameters, context: FilterContext): Filters {
  const conditions: Condition[] = [];
  const ignored: OperationOutcomeIssue[] = [];
  const names = new Set<string>();
  for (const [name, value] of given.filter(([each]) => !isShape(each))) {
    const found = parseFilter(name, value, context);
    if (found === 'unknown') {
      if (!context.lenient || DECISIVE.has(name)) throw unknown(name, context);
      ignored.push(issue('warning', 'not-supported', `The search parameter "${name.slice(0, 100)}" is not known and was left out.`));
    } else if (found) {
      names.add(name);
      conditions.push(found);
    }
  }
  return { conditions, ignored, names };
}

function parseFilter(name: string, value: string, context: FilterContext): Condition | undefined | 'unknown' {
  if (name === '_list') return listCondition(value);
  if (name === '_filter') return filterCondition(value, context);
  const resolved = resolveName(name, context);
  return resolved ? conditionOf(resolved, value, context.now) : 'unknown';
}

function unknown(name: string, { types, registry }: NameContext): FhirError {
  const known = types.length > 0 ? types.flatMap((type) => registry.of(type)) : registry.common();
  const near = nearNames(name.split(/[:.]/)[0] ?? '', [...known.map(({ code }) => code), ...SHAPES, '_has', '_list', '_filter']);
  const whose = types.length > 0 ? types.slice(0, 5).join(', ') : 'all types together';
  const hint = near.length > 0 ? ` Near it: ${near.join(', ')}.` : '';
  return new FhirError(
    'invalid',
    `The search parameter "${name.slice(0, 100)}" is not known for ${whose}; /metadata lists those that are.${hint}`,
  );
}
