/** History of an instance, a type or the whole store, newest first. */
import type { Filter } from 'mongodb';
import { COUNTED, type HistoryScope, type Page, type Paging, type Version } from '../store.ts';
import { atMost } from './batches.ts';
import type { Collections } from './collections.ts';
import { toVersion, VERSION_FIELDS, type VersionDocument } from './documents.ts';
import { all } from './filter.ts';
import { timeFilter } from './instants.ts';
import { placeOf, strange, tokenOf } from './places.ts';
import type { TimeLimit } from './searches.ts';

type Place = Pick<VersionDocument, 'lu' | 'v' | '_id'>;

/** With the total where there are not too many or it was asked for. */
export async function history(
  { versions }: Collections,
  scope: HistoryScope,
  { count, after, total: asked }: Paging,
  limit: TimeLimit,
): Promise<Page<Version>> {
  const filter = scopeFilter(scope);
  const start = after === undefined ? filter : (all([filter, behind(readPlace(after))]) as Filter<VersionDocument>);
  const [rows, counted] = await Promise.all([
    versions
      .find(start, { projection: VERSION_FIELDS, ...atMost(count + 1), ...limit })
      .sort({ lu: -1, v: -1, _id: 1 })
      .toArray(),
    asked === false ? undefined : versions.countDocuments(filter, { ...limit, ...(!asked && { limit: COUNTED + 1 }) }),
  ]);
  const total = counted !== undefined && (asked || counted <= COUNTED) ? counted : undefined;
  const shown = rows.slice(0, count);
  const last = rows.length > count ? shown.at(-1) : undefined;
  return { items: shown.map(toVersion), ...(total !== undefined && { total }), ...(last && { next: tokenOf(last.lu, last.v, last._id) }) };
}

function scopeFilter({ type, id, since, at }: HistoryScope): Filter<VersionDocument> {
  const lu = { ...(since && timeFilter('>=', since)), ...(at && timeFilter('<=', at.high)) };
  return {
    ...(type && { type }),
    ...(id && { id }),
    ...((since || at) && { lu }),
    ...(at && { $or: [{ to: { $exists: false } }, { to: timeFilter('>', at.low) }] }),
  };
}

function behind({ lu, v, _id }: Place): Filter<VersionDocument> {
  const steps = [{ lu: { $lt: lu } }, { lu, v: { $lt: v } }, { lu, v, _id: { $gt: _id } }];
  return { lu: timeFilter('<=', lu), $or: steps }; // the first is where the index begins
}

function readPlace(text: string): Place {
  const [lu, v, _id] = placeOf(text);
  if (typeof lu !== 'string' || typeof v !== 'number' || typeof _id !== 'string') throw strange();
  return { lu, v, _id };
}
