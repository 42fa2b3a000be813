/** A condition as a MongoDB filter. Every leaf is bounded by its index: exact keys, anchored prefixes, one `$elemMatch` per range. */
import { BSON, type Document, type Filter } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { resourceTypes } from '../../fhir/resource-types.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { type RangeValue, SEPARATOR } from '../../search/entries.ts';
import type { Condition, RangeTest } from '../../search/query.ts';
import type { CurrentDocument } from './documents.ts';
import { timeBound } from './instants.ts';

export type CurrentFilter = Filter<CurrentDocument>;

/** The two questions that a join asks first; each answers at most `JOIN_LIMIT` or refuses with `too-costly`. */
export interface Joins {
  /** Whether one question has to be answered before the next is put: a session is not for two statements at once. */
  readonly inTurn?: boolean;
  /** Link values (`search/links.ts`) of the rows found: what others write to refer to them. */
  linksTo(types: readonly ResourceType[], where: Condition): Promise<readonly string[]>;
  /** Link values that the rows found hold in a parameter. */
  linksFrom(type: ResourceType, parameter: string, where: Condition): Promise<readonly string[]>;
}

/** The filter of a search over these types (none = all): deleted rows have no `t`. */
export async function searchFilter(types: readonly ResourceType[], where: Condition, joins: Joins): Promise<CurrentFilter> {
  const t = types.length === 0 ? { $gt: '' } : oneOf(types);
  const filter = all([{ t }, await conditionFilter(where, types, joins)]);
  if (BSON.calculateObjectSize(filter) > LARGEST_FILTER) throw tooMuch('values');
  return filter as CurrentFilter;
}

/** Bytes: a statement has 16 MB, and says more than what it looks for; a regular expression has 32,764. */
const LARGEST_FILTER = 15 * 1024 * 1024;
const LARGEST_PATTERN = 32_000;

function tooMuch(what: string): FhirError {
  return new FhirError('too-costly', `The search asks for more ${what} than the database takes in one statement; narrow it.`);
}

function pattern($regex: string): Document {
  if (Buffer.byteLength($regex) > LARGEST_PATTERN) throw tooMuch('text');
  return { $regex };
}

/** All of several filters: side by side as far as they look at different fields, so that `t` and the first of each stand together. */
export function all(filters: readonly Document[]): Document {
  const together: Document = {};
  const others: Document[] = [];
  for (const { $and = [], ...filter } of filters) {
    const isFree = Object.keys(filter).every((field) => !(field in together));
    if (isFree) Object.assign(together, filter);
    else others.push(filter);
    others.push(...($and as Document[]));
  }
  return { ...together, ...(others.length && { $and: others }) };
}

async function conditionFilter(condition: Condition, types: readonly ResourceType[], joins: Joins): Promise<Document> {
  const filtersOf = (conditions: readonly Condition[]) => each(conditions, (part) => conditionFilter(part, types, joins), joins.inTurn);
  switch (condition.kind) {
    case 'and':
      return all(await filtersOf(condition.conditions));
    case 'or':
      return any(await filtersOf(condition.conditions));
    case 'not':
      return { $nor: await filtersOf([condition.condition]) };
    case 'id':
      return { _id: oneOf((types.length ? types : resourceTypes).flatMap((type) => condition.ids.map((id) => `${type}/${id}`))) };
    case 'type':
      return { t: oneOf(condition.types) };
    case 'updated':
      return bounded(condition.tests.map(({ operator, value }) => ['lu', ...timeBound(operator, String(value))]));
    case 'refers': {
      const links = await joins.linksTo(condition.types, condition.where);
      return { k: oneOf(links.map((link) => `${condition.parameter}${SEPARATOR}${link}`)) };
    }
    case 'referred':
      return linked(await joins.linksFrom(condition.type, condition.parameter, condition.where));
    default:
      return entryFilter(condition);
  }
}

/** The same of each, one after the other or all at once. */
async function each<T, R>(items: readonly T[], make: (item: T) => Promise<R>, inTurn = false): Promise<readonly R[]> {
  if (!inTurn) return Promise.all(items.map(make));
  const made: R[] = [];
  for (const item of items) made.push(await make(item));
  return made;
}

type EntryCondition = Extract<
  Condition,
  { kind: 'key' | 'key-prefix' | 'text' | 'text-prefix' | 'text-contains' | 'range' | 'has' | 'concepts' }
>;

function entryFilter(condition: EntryCondition): Document {
  switch (condition.kind) {
    case 'key':
      return { k: oneOf(condition.keys) };
    case 'key-prefix':
      return { k: pattern(`^${escaped(condition.prefix)}`) };
    case 'text':
      return { s: oneOf(condition.texts) };
    case 'text-prefix':
      return { s: pattern(`^${escaped(condition.prefix)}`) };
    case 'text-contains':
      return { s: pattern(`^${escaped(condition.parameter + SEPARATOR)}[\\s\\S]*${escaped(condition.text)}`) };
    case 'range':
      return { r: { $elemMatch: { p: condition.parameter, ...bounded(condition.tests.map(boundOf)) } } };
    case 'has':
      return { h: condition.parameter };
    case 'concepts':
      throw new FhirError('not-supported', `The codes of "${condition.value}" were not resolved before the search.`);
  }
}

/** Rows that one of these links leads to: by `Type/id`, by `url|version`, or by `url|` where they have the url. */
function linked(links: readonly string[]): Document {
  const canonicals = links
    .filter((link) => link.includes('|'))
    .map((link) => `url${SEPARATOR}${link.endsWith('|') ? link.slice(0, -1) : link}`);
  return any([{ _id: { $in: links } }, ...(canonicals.length ? [{ k: { $in: canonicals } }] : [])]);
}

function any(filters: readonly Document[]): Document {
  if (filters.some((filter) => !Object.keys(filter).length)) return {};
  if (filters.length === 1) return filters[0] ?? {};
  return filters.length ? { $or: filters } : { _id: { $in: [] } };
}

function oneOf(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : { $in: values };
}

const OPERATORS = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

type Bound = readonly [field: string, operator: string, value: RangeValue];

function boundOf({ end, operator, value }: RangeTest): Bound {
  return [end === 'low' ? 'lo' : 'hi', OPERATORS[operator], value];
}

/** Bounds of one field in one document, so that both ends bound the index; of two for the same end the tighter. */
function bounded(bounds: readonly Bound[]): Document {
  const merged: Record<string, Record<string, RangeValue>> = {};
  for (const [field, operator, value] of bounds) {
    const before = merged[field]?.[operator];
    const isTighter = before === undefined || (operator.startsWith('$g') ? value > before : value < before);
    if (isTighter) merged[field] = { ...merged[field], [operator]: value };
  }
  return merged;
}

/** User text as part of a regular expression: nothing in it is a pattern, and no NUL ends it. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#-]/g, '\\$&').replaceAll('\u0000', '\\x00');
}
