/** A search as the port has it: over one type, several or all, with cursor, texts and total. */
import { FhirError } from '../../../fhir/error.ts';
import type { ResourceType } from '../../../fhir/types.ts';
import type { Cursor, SearchQuery, SortKey } from '../../../search/query.ts';
import type { SearchPage, Version } from '../../store.ts';
import { type Head, withTexts } from '../rows.ts';
import { typesInUse } from '../types.ts';
import { count, find } from './find.ts';
import { compareFound, compareTexts, type Found } from './found.ts';
import { type After, NEWEST, type OneType, type Reading } from './one-type.ts';
import type { Steps } from './steps.ts';

/** @param versionsOf - reads what was found */
export function* search(reading: Reading, query: SearchQuery, versionsOf = textsOf(reading)): Steps<SearchPage> {
  const sort = query.sort.length > 0 ? query.sort : [NEWEST];
  const budget = { rows: 0 };
  const among: readonly OneType[] = (query.types.length > 0 ? query.types : typesInUse(reading.connection, reading.types)).map((type) => {
    const after = query.after && placeOf(query.after, sort, type);
    return { ...reading, type, where: query.where, sort, ...(after && { after }), limit: query.count + 1, budget };
  });
  const found: Found[] = [];
  if (query.count > 0) for (const one of among) found.push(...(yield* find(one)));
  if (among.length > 1) found.sort(compareFound(sort));
  const page = found.slice(0, query.count);
  const last = found.length > page.length ? page.at(-1) : undefined;
  const total = query.total || query.count === 0 ? yield* countAll(among) : undefined;
  return {
    versions: versionsOf(page.map(({ head }) => head)),
    ...(last && { next: cursorOf(last, sort) }),
    ...(total !== undefined && { total }),
  };
}

function textsOf({ connection }: Reading): (heads: readonly Head[]) => readonly Version[] {
  return (heads) => withTexts(connection, heads);
}

function* countAll(among: readonly OneType[]): Steps<number> {
  let total = 0;
  for (const one of among) total += yield* count(one);
  return total;
}

/** Times stand in a cursor as everywhere outside, not as the numbers of this adapter; JSON has no infinity, so the ends of doubles stand for it. */
function cursorOf({ head, values }: Found, sort: readonly SortKey[]): Cursor {
  const shown = sort.map(({ parameter }, i) => {
    if (parameter === '_lastUpdated') return new Date(head.updated).toISOString();
    const value = values[i] ?? null;
    return typeof value === 'number' ? Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) : value;
  });
  return { values: shown, type: head.type, id: head.id };
}

function placeOf(cursor: Cursor, sort: readonly SortKey[], type: ResourceType): After {
  const values = sort.map(({ parameter }, i) => {
    const value = cursor.values[i] ?? null;
    if (parameter === '_lastUpdated') return Date.parse(String(value));
    return typeof value === 'number' && Math.abs(value) === Number.MAX_VALUE ? value * 2 : value;
  });
  if (cursor.values.length !== sort.length || values.some((value) => Number.isNaN(value))) {
    throw new FhirError('invalid', 'The page token does not belong to this search; begin again at the first page.');
  }
  const order = compareTexts(type, cursor.type);
  return { values, id: order === 0 ? cursor.id : order > 0 ? '' : '\u{10ffff}' };
}
