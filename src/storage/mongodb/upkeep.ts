import type { Filter } from 'mongodb';
import type { ResourceType } from '../../fhir/types.ts';
import type { Origin, Page } from '../store.ts';
import type { LoadedRow, Reindexed, StoreUpkeep } from '../upkeep.ts';
import { atMost, inOne } from './batches.ts';
import type { Calls } from './calls.ts';
import { planClaims, writeClaims } from './claims.ts';
import type { Collections } from './collections.ts';
import { type CurrentDocument, entryFields, toVersion, VERSION_FIELDS } from './documents.ts';
import { importVersions } from './import-versions.ts';
import { placeOf, strange, tokenOf } from './places.ts';
import { refuseTooLarge } from './steps.ts';
import type { Transactions } from './transactions.ts';

const INDEXED = 'indexed:';

interface UpkeepParts {
  readonly collections: Collections;
  readonly transactions: Transactions;
  readonly calls: Calls;
}

export function mongoUpkeep({ collections, transactions, calls }: UpkeepParts): StoreUpkeep {
  const { current, meta } = collections;
  return {
    stale: (type, parametersHash, page) =>
      calls.run(async () => {
        const filter = { t: type, ph: { $ne: parametersHash } };
        const found = await pageBy(current, filter, 'ph', page, toVersion);
        return page.after === undefined ? { ...found, total: await current.countDocuments(filter) } : found;
      }),
    loaded: (page) =>
      calls.run(() => pageBy(current, { t: { $gt: '' as ResourceType }, 'origin.folder': { $gt: '' } }, 'origin.folder', page, toLoaded)),
    reindex: (rows) => reindex({ collections, transactions }, rows),
    indexed: () =>
      calls.run(async () => {
        const rows = await meta.find({ _id: { $gt: INDEXED, $lt: `${INDEXED}~` } }).toArray();
        return new Map(rows.map(({ _id, text = '{}' }) => [_id.slice(INDEXED.length) as ResourceType, JSON.parse(text)]));
      }),
    noteIndexed: (fingerprints) =>
      transactions.run(async (session) => {
        const notes = [...fingerprints].map(([type, codes]) => ({
          replaceOne: { filter: { _id: INDEXED + type }, replacement: { text: JSON.stringify(codes) }, upsert: true },
        }));
        if (notes.length) await meta.bulkWrite(notes, { session });
      }),
    counts: () =>
      calls.run(async () => {
        const groups = [{ $match: { t: { $gt: '' } } }, { $group: { _id: '$t', n: { $sum: 1 } } }];
        const rows = await current.aggregate<{ _id: ResourceType; n: number }>(groups).toArray();
        return new Map(rows.map(({ _id, n }) => [_id, n]));
      }),
    importVersions: (rows) => transactions.run((session) => importVersions(collections, rows, session)),
  };
}

/** A page in the order of one indexed field, then of `_id`. */
async function pageBy<T>(
  current: Collections['current'],
  filter: Filter<CurrentDocument>,
  field: 'ph' | 'origin.folder',
  { count, after }: { readonly count: number; readonly after?: string },
  shown: (row: CurrentDocument) => T,
): Promise<Page<T>> {
  const rows = await current
    .find(after === undefined ? filter : { $and: [filter, behind(field, after)] }, {
      projection: { ...VERSION_FIELDS, ph: 1 },
      ...atMost(count + 1),
    })
    .sort({ [field]: 1, _id: 1 })
    .toArray();
  const items = rows.slice(0, count);
  const last = rows.length > count ? items.at(-1) : undefined;
  const value = (row: CurrentDocument) => (field === 'ph' ? row.ph : row.origin?.folder) ?? '';
  return { items: items.map(shown), ...(last && { next: tokenOf(value(last), last._id) }) };
}

function behind(field: string, after: string): Filter<CurrentDocument> {
  const [value, _id] = placeOf(after);
  if (typeof value !== 'string' || typeof _id !== 'string') throw strange();
  return { $or: [{ [field]: { $gt: value } }, { [field]: value, _id: { $gt: _id } }] };
}

function toLoaded({ type, id, v, origin }: CurrentDocument): LoadedRow {
  return { type, id, versionId: v, origin: origin as Origin };
}

function reindex({ collections, transactions }: Omit<UpkeepParts, 'calls'>, rows: readonly Reindexed[]): Promise<number> {
  const { current, claims } = collections;
  return transactions.run(async (session) => {
    const filter = { _id: { $in: rows.map(({ type, id }) => `${type}/${id}`) } };
    const found = await current.find(filter, { projection: { t: 1, v: 1, c: 1 }, ...inOne(rows.length), session }).toArray();
    const rowsFound = new Map(found.map((row) => [row._id, row]));
    const same = rows.flatMap((row) => {
      const before = rowsFound.get(`${row.type}/${row.id}`);
      return before?.t !== undefined && before.v === row.versionId ? [{ row, before }] : [];
    });
    if (!same.length) return 0;
    const claimings = same.map(({ row, before }) => ({ holder: before._id, before: before.c ?? [], after: row.claims }));
    await writeClaims(claims, await planClaims(claims, claimings, session), session); // what is taken stays with its holder
    const updates = same.map(({ row: { type, id, entries, parametersHash: ph, claims: c }, before: { _id } }) => {
      const fields = { ...entryFields(entries), ph, c };
      refuseTooLarge({ type, id, ...fields });
      return { updateOne: { filter: { _id }, update: { $set: fields } } };
    });
    await current.bulkWrite(updates, { session });
    return same.length;
  });
}
