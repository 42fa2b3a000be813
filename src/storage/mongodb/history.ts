/** History of an instance, a type or the whole store, newest first. */
import type { Filter } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { HistoryScope, Page, Paging, Version } from '../store.ts';
import type { Collections } from './collections.ts';
import { toVersion, type VersionDocument } from './documents.ts';

interface Place {
  readonly lu: string;
  readonly v: number;
  readonly _id: string;
}

export async function history({ versions }: Collections, scope: HistoryScope, { count, after }: Paging): Promise<Page<Version>> {
  const filter = scopeFilter(scope);
  const start = after === undefined ? filter : { $and: [filter, behind(readPlace(after))] };
  const [total, rows] = await Promise.all([
    versions.countDocuments(filter),
    versions
      .find(start)
      .sort({ lu: -1, v: -1, _id: 1 })
      .limit(count + 1)
      .toArray(),
  ]);
  const shown = rows.slice(0, count);
  const last = shown.at(-1);
  return { items: shown.map(toVersion), total, ...(rows.length > count && last && { next: writePlace(last) }) };
}

function scopeFilter({ type, id, since, at }: HistoryScope): Filter<VersionDocument> {
  return {
    ...(type && { type }),
    ...(id && { id }),
    ...((since || at) && { lu: { ...(since && { $gte: since }), ...(at && { $lte: at.high }) } }),
    ...(at && { $or: [{ to: { $exists: false } }, { to: { $gt: at.low } }] }),
  };
}

function behind({ lu, v, _id }: Place): Filter<VersionDocument> {
  return { $or: [{ lu: { $lt: lu } }, { lu, v: { $lt: v } }, { lu, v, _id: { $gt: _id } }] };
}

function writePlace({ lu, v, _id }: Place): string {
  return Buffer.from(JSON.stringify([lu, v, _id])).toString('base64url');
}

function readPlace(text: string): Place {
  try {
    const [lu, v, _id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof lu === 'string' && typeof v === 'number' && typeof _id === 'string') return { lu, v, _id };
  } catch {
    // said below
  }
  throw new FhirError('invalid', 'The page address is not one that this server made; begin again at the first page.');
}
