/** The order of a search and where a page of it begins. Rows without a value come last in both directions; ties go by type and id. */
import type { Document } from 'mongodb';
import type { Cursor, SearchQuery, SortKey } from '../../search/query.ts';
import { type CurrentDocument, sortField } from './documents.ts';
import { strange } from './places.ts';

interface Term {
  /** Path of the value in a current document. */
  readonly path: string;
  readonly direction: 1 | -1;
  /** Whether every row has a value, so that none needs to be put last. */
  readonly always: boolean;
}

const NEWEST_FIRST: readonly SortKey[] = [{ parameter: '_lastUpdated', descending: true }];

function termsOf({ sort }: SearchQuery): readonly Term[] {
  return (sort.length ? sort : NEWEST_FIRST).map(({ parameter, descending }) => {
    const direction = descending ? -1 : 1;
    if (parameter === '_lastUpdated') return { path: 'lu', direction, always: true };
    if (parameter === '_id') return { path: 'id', direction, always: true };
    return { path: `o.${sortField(parameter)}.${descending ? 'hi' : 'lo'}`, direction, always: false };
  });
}

/** Stages that order what a filter found. Only a sort by a parameter needs a computed field: MongoDB puts what is missing first. */
export function orderStages(query: SearchQuery): readonly Document[] {
  const terms = termsOf(query);
  const last = terms.flatMap((term, i) =>
    term.always ? [] : [[`last${i}`, { $cond: [{ $eq: [{ $type: `$${term.path}` }, 'missing'] }, 1, 0] }]],
  );
  const sort = Object.fromEntries(terms.flatMap((term, i) => [...(term.always ? [] : [[`last${i}`, 1]]), [term.path, term.direction]]));
  return [...(last.length ? [{ $addFields: Object.fromEntries(last) }] : []), { $sort: { ...sort, _id: 1 } }];
}

/** What comes behind a cursor, as a filter. @throws FhirError `invalid` for a place that is none in this order */
export function afterFilter(query: SearchQuery, { values, type, id }: Cursor): Document {
  const terms = termsOf(query);
  if (values.length !== terms.length || !terms.every((term, i) => isPlace(term, values[i]))) throw strange();
  const steps: Document[] = [];
  const equal: Document[] = [];
  for (const [i, term] of terms.entries()) {
    const value = values[i] ?? null;
    const beyond = behind(term, value);
    if (beyond) steps.push({ $and: [...equal, beyond] });
    equal.push(value === null ? { [term.path]: { $exists: false } } : { [term.path]: value });
  }
  steps.push({ $and: [...equal, { _id: { $gt: `${type}/${id}` } }] });
  return { $or: steps };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isPlace({ path, always }: Term, value: Cursor['values'][number] | undefined): boolean {
  if (path === 'lu') return typeof value === 'string' && TIME.test(value);
  return always ? typeof value === 'string' : value !== undefined;
}

function behind(term: Term, value: string | number | null): Document | undefined {
  if (value === null) return undefined;
  const bound = { [term.path]: { [term.direction === 1 ? '$gt' : '$lt']: value } };
  return term.always ? bound : { $or: [bound, { [term.path]: { $exists: false } }] };
}

/** The cursor of the row that ends a page. */
export function cursorOf(query: SearchQuery, row: CurrentDocument): Cursor {
  const values = (query.sort.length ? query.sort : NEWEST_FIRST).map(({ parameter, descending }) => {
    if (parameter === '_lastUpdated') return row.lu;
    if (parameter === '_id') return row.id;
    const value = row.o?.[sortField(parameter)];
    return (descending ? value?.hi : value?.lo) ?? null;
  });
  return { values, type: row.type, id: row.id };
}
