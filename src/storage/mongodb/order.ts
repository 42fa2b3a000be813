/** The order of a search and where a page of it begins. Rows without a value come last in both directions; ties go by type and id. */
import type { Document } from 'mongodb';
import type { Cursor, SearchQuery, SortKey } from '../../search/query.ts';
import { type CurrentDocument, sortField } from './documents.ts';
import { all } from './filter.ts';
import { timeFilter } from './instants.ts';
import { strange } from './places.ts';

type Value = Cursor['values'][number];

interface Term {
  /** Path of the value in a current document. */
  readonly path: string;
  readonly direction: 1 | -1;
  /** Whether every row has a value, so that none needs to be put last. */
  readonly always: boolean;
}

const NEWEST_FIRST: readonly SortKey[] = [{ parameter: '_lastUpdated', descending: true }];

function termsOf({ sort, types }: SearchQuery): readonly Term[] {
  return (sort.length ? sort : NEWEST_FIRST).map(({ parameter, descending }) => {
    const direction = descending ? -1 : 1;
    if (parameter === '_lastUpdated') return { path: 'lu', direction, always: true };
    if (parameter === '_id') return { path: types.length === 1 ? '_id' : 'id', direction, always: true }; // `Type/id` has the order of the ids
    return { path: `o.${sortField(parameter)}.${descending ? 'hi' : 'lo'}`, direction, always: false };
  });
}

/** What bounds the index that has the order of a search: for the ids of one type, these. */
export function orderBounds(query: SearchQuery): Document {
  const isById = termsOf(query)[0]?.path === '_id';
  return isById ? { _id: { $gt: `${query.types[0]}/`, $lt: `${query.types[0]}0` } } : {}; // 0 follows / in ASCII
}

/** Stages that order what a filter found. Only a sort by a parameter needs a computed field: MongoDB puts what is missing first. */
export function orderStages(query: SearchQuery): readonly Document[] {
  const terms = termsOf(query);
  const last = terms.flatMap((term, i) =>
    term.always ? [] : [[`last${i}`, { $cond: [{ $eq: [{ $type: `$${term.path}` }, 'missing'] }, 1, 0] }]],
  );
  const sort = Object.fromEntries(terms.flatMap((term, i) => [...(term.always ? [] : [[`last${i}`, 1]]), [term.path, term.direction]]));
  const added = last.length ? [{ $addFields: Object.fromEntries(last) }] : [];
  return [...added, { $sort: '_id' in sort ? sort : { ...sort, _id: 1 } }];
}

/** What comes behind a cursor, as a filter. @throws FhirError `invalid` for a place that is none in this order */
export function afterFilter(query: SearchQuery, { values, type, id }: Cursor): Document {
  const terms = termsOf(query);
  if (values.length !== terms.length || !terms.every((term, i) => isPlace(term, values[i]))) throw strange();
  const steps: Document[] = [];
  const equal: Document[] = [];
  for (const [i, term] of [...terms, { path: '_id', direction: 1, always: true } as const].entries()) {
    const value = term.path === '_id' ? `${type}/${id}` : infinite(values[i] ?? null);
    const beyond = behind(term, value);
    if (beyond) steps.push(all([...equal, beyond]));
    if (term.path === '_id') break; // nothing is equal in it
    equal.push({ [term.path]: value ?? { $exists: false } });
  }
  return all([startOf(terms[0], values[0]), { $or: steps }]);
}

/** Where an index that has the order begins: what follows from the steps, but not for the database. */
function startOf(term: Term | undefined, value: Value | undefined): Document {
  return term?.path === 'lu' ? { lu: timeFilter(term.direction === 1 ? '>=' : '<=', String(value)) } : {};
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isPlace({ path, always }: Term, value: Value | undefined): boolean {
  if (path === 'lu') return typeof value === 'string' && TIME.test(value);
  return always ? typeof value === 'string' : value !== undefined;
}

function behind({ path, direction, always }: Term, value: Value): Document | undefined {
  if (value === null) return undefined;
  const bound = { [path]: { [direction === 1 ? '$gt' : '$lt']: value } };
  return always ? bound : { $or: [bound, { [path]: { $exists: false } }] };
}

/** A cursor is plain JSON, which has no infinity: the ends of doubles stand for it. */
function finite(value: Value): Value {
  return typeof value === 'number' ? Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) : value;
}

function infinite(value: Value): Value {
  return typeof value === 'number' && Math.abs(value) === Number.MAX_VALUE ? value * 2 : value;
}

/** The cursor of the row that ends a page. */
export function cursorOf({ sort }: SearchQuery, row: CurrentDocument): Cursor {
  const values = (sort.length ? sort : NEWEST_FIRST).map(({ parameter, descending }) => {
    if (parameter === '_lastUpdated') return row.lu;
    if (parameter === '_id') return row.id;
    const value = row.o?.[sortField(parameter)];
    return finite((descending ? value?.hi : value?.lo) ?? null);
  });
  return { values, type: row.type, id: row.id };
}
