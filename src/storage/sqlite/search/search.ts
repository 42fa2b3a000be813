/** A search as the port has it: over one type, several or all, with cursor, texts and total. */
import { FhirError } from '../../../fhir/error.ts';
import type { ResourceType } from '../../../fhir/types.ts';
import type { Cursor, SearchQuery, SortKey } from '../../../search/query.ts';
import type { SearchPage } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { withTexts } from '../rows.ts';
import type { TypeNumbers } from '../types.ts';
import { count, find } from './find.ts';
import { compareFound, compareTexts, type Found } from './found.ts';
import { type After, NEWEST, type OneType } from './one-type.ts';
import type { Steps } from './steps.ts';

export function* search(connection: Connection, types: TypeNumbers, query: SearchQuery): Steps<SearchPage> {
  const sort = query.sort.length > 0 ? query.sort : [NEWEST];
  const budget = { rows: 0 };
  const among: readonly OneType[] = (query.types.length > 0 ? query.types : types.all).map((type) => {
    const after = query.after && placeOf(query.after, sort, type);
    return { connection, types, type, where: query.where, sort, ...(after && { after }), limit: query.count + 1, budget };
  });
  const found: Found[] = [];
  if (query.count > 0) for (const one of among) found.push(...(yield* find(one)));
  if (among.length > 1) found.sort(compareFound(sort));
  const page = found.slice(0, query.count);
  const last = found.length > page.length ? page.at(-1) : undefined;
  const total = query.total || query.count === 0 ? yield* countAll(among) : undefined;
  return {
    versions: withTexts(
      connection,
      page.map(({ head }) => head),
    ),
    ...(last && { next: cursorOf(last, sort) }),
    ...(total !== undefined && { total }),
  };
}

function* countAll(among: readonly OneType[]): Steps<number> {
  let total = 0;
  for (const one of among) total += yield* count(one);
  return total;
}

/** Times stand in a cursor as everywhere outside, not as the numbers of this adapter. */
function cursorOf({ head, values }: Found, sort: readonly SortKey[]): Cursor {
  const shown = sort.map(({ parameter }, i) => (parameter === '_lastUpdated' ? new Date(head.updated).toISOString() : (values[i] ?? null)));
  return { values: shown, type: head.type, id: head.id };
}

function placeOf(cursor: Cursor, sort: readonly SortKey[], type: ResourceType): After {
  const values = sort.map(({ parameter }, i) => {
    const value = cursor.values[i] ?? null;
    return parameter === '_lastUpdated' ? Date.parse(String(value)) : value;
  });
  if (cursor.values.length !== sort.length || values.some((value) => Number.isNaN(value))) {
    throw new FhirError('invalid', 'The page token does not belong to this search; begin again at the first page.');
  }
  const order = compareTexts(type, cursor.type);
  return { values, id: order === 0 ? cursor.id : order > 0 ? '' : '\u{10ffff}' };
}
