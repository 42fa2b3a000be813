/** A condition as a MongoDB filter. Every leaf is bounded by its index: exact keys, anchored prefixes, one `$elemMatch` per range. */
import type { Document, Filter } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { SEPARATOR } from '../../search/entries.ts';
import type { Condition, RangeTest } from '../../search/query.ts';
import type { CurrentDocument } from './documents.ts';
import { timeBound } from './instants.ts';

export type CurrentFilter = Filter<CurrentDocument>;

/** The two questions that a join asks first; each answers at most `JOIN_LIMIT` or refuses with `too-costly`. */
export interface Joins {
  /** Link values (`search/links.ts`) of the rows found: what others write to refer to them. */
  linksTo(types: readonly ResourceType[], where: Condition): Promise<readonly string[]>;
  /** Link values that the rows found hold in a parameter. */
  linksFrom(type: ResourceType, parameter: string, where: Condition): Promise<readonly string[]>;
}

/** The filter of a search over these types (none = all): deleted rows have no `t`. */
export async function searchFilter(types: readonly ResourceType[], where: Condition, joins: Joins): Promise<CurrentFilter> {
  const t = types.length === 0 ? { $gt: '' } : types.length === 1 ? types[0] : { $in: types };
  const filter = await conditionFilter(where, joins);
  return (Object.keys(filter).length ? { $and: [{ t }, filter] } : { t }) as CurrentFilter;
}

async function conditionFilter(condition: Condition, joins: Joins): Promise<Document> {
  switch (condition.kind) {
    case 'and':
      return all(await Promise.all(condition.conditions.map((part) => conditionFilter(part, joins))));
    case 'or':
      return any(await Promise.all(condition.conditions.map((part) => conditionFilter(part, joins))));
    case 'not':
      return { $nor: [await conditionFilter(condition.condition, joins)] };
    case 'key':
      return { k: oneOf(condition.keys) };
    case 'key-prefix':
      return { k: { $regex: `^${escaped(condition.prefix)}` } };
    case 'text-prefix':
      return { s: { $regex: `^${escaped(condition.prefix)}` } };
    case 'text-contains':
      return { s: { $regex: `^${escaped(condition.parameter + SEPARATOR)}[\\s\\S]*${escaped(condition.text)}` } };
    case 'range':
      return { r: { $elemMatch: { p: condition.parameter, ...tested(condition.tests) } } };
    case 'has':
      return { h: condition.parameter };
    case 'id':
      return { id: oneOf(condition.ids) };
    case 'updated':
      return all(condition.tests.map(({ operator, value }) => ({ lu: timeBound(operator, String(value)) })));
    case 'refers': {
      const links = await joins.linksTo(condition.types, condition.where);
      return { k: { $in: links.map((link) => `${condition.parameter}${SEPARATOR}${link}`) } };
    }
    case 'referred':
      return linked(await joins.linksFrom(condition.type, condition.parameter, condition.where));
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

function all(filters: readonly Document[]): Document {
  const parts = filters.filter((filter) => Object.keys(filter).length);
  return parts.length > 1 ? { $and: parts } : (parts[0] ?? {});
}

function any(filters: readonly Document[]): Document {
  if (filters.some((filter) => !Object.keys(filter).length)) return {};
  return filters.length ? { $or: filters } : { _id: { $in: [] } };
}

function oneOf(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : { $in: values };
}

const OPERATORS = { '<': '$lt', '<=': '$lte', '>': '$gt', '>=': '$gte' } as const;

function tested(tests: readonly RangeTest[]): Document {
  const bounds = { lo: {} as Document, hi: {} as Document };
  const more: Document[] = [];
  for (const { end, operator, value } of tests) {
    const [field, bound] = [end === 'low' ? 'lo' : 'hi', OPERATORS[operator]] as const;
    if (bound in bounds[field]) more.push({ [field]: { [bound]: value } });
    else bounds[field][bound] = value;
  }
  const stated = Object.entries(bounds).filter(([, bound]) => Object.keys(bound).length);
  return { ...Object.fromEntries(stated), ...(more.length && { $and: more }) };
}

/** User text as part of a regular expression: nothing in it is a pattern, and no NUL ends it. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|#-]/g, '\\$&').replaceAll('\u0000', '\\x00');
}
