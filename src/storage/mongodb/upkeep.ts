import { Binary } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { Origin, Page, Paging } from '../store.ts';
import type { LoadedRow, StoreUpkeep } from '../upkeep.ts';
import type { Collections } from './collections.ts';
import { type CurrentDocument, entryFields, toVersion, type VersionDocument } from './documents.ts';
import { guarded } from './faults.ts';
import type { Transactions } from './transactions.ts';

const INDEXED = 'indexed:';

export function mongoUpkeep(collections: Collections, { run }: Transactions): StoreUpkeep {
  const { current, claims, meta } = collections;
  return {
    stale: (type, parametersHash, page) =>
      guarded(async () => {
        const { items, next } = await pageById(collections, { t: type, ph: { $ne: parametersHash } }, page);
        return { items: items.map(toVersion), ...(next && { next }) };
      }),
    loaded: (page) =>
      guarded(async () => {
        const { items, next } = await pageById(collections, { t: { $exists: true }, 'origin.folder': { $gt: '' } }, page);
        return { items: items.map(toLoaded), ...(next && { next }) };
      }),
    counts: () =>
      guarded(async () => {
        const groups = [{ $match: { t: { $exists: true } } }, { $group: { _id: '$t', n: { $sum: 1 } } }];
        const rows = await current.aggregate<{ _id: ResourceType; n: number }>(groups).toArray();
        return new Map(rows.map(({ _id, n }) => [_id, n]));
      }),
    reindex: (rows) =>
      run(async (session) => {
        if (!rows.length) return 0;
        const updates = rows.map(({ type, id, versionId, entries, parametersHash, claims: c }) => ({
          updateOne: {
            filter: { _id: `${type}/${id}`, t: type, v: versionId },
            update: { $set: { ...entryFields(entries), ph: parametersHash, c } },
          },
        }));
        const held = rows.flatMap(({ type, id, claims: own }) => own.map((_id) => ({ _id, holder: `${type}/${id}` })));
        const keep = held.map(({ _id, holder }) => ({
          updateOne: { filter: { _id }, update: { $setOnInsert: { holder } }, upsert: true },
        }));
        const { matchedCount } = await current.bulkWrite(updates, { session });
        if (keep.length) await claims.bulkWrite(keep, { session });
        return matchedCount;
      }),
    indexed: () =>
      guarded(async () => {
        const rows = await meta.find({ _id: { $regex: `^${INDEXED}` } }).toArray();
        return new Map(
          rows.map(({ _id, text = '{}' }) => [_id.slice(INDEXED.length) as ResourceType, JSON.parse(text) as Record<string, string>]),
        );
      }),
    noteIndexed: (fingerprints) =>
      run(async (session) => {
        const notes = [...fingerprints].map(([type, codes]) => ({
          replaceOne: { filter: { _id: INDEXED + type }, replacement: { text: JSON.stringify(codes) }, upsert: true },
        }));
        if (notes.length) await meta.bulkWrite(notes, { session });
      }),
    importVersions: (rows) => importVersions(collections, run, rows),
  };
}

function toLoaded({ type, id, v, origin }: CurrentDocument): LoadedRow {
  return { type, id, versionId: v, origin: origin as Origin };
}

async function pageById({ current }: Collections, filter: object, { count, after }: Paging): Promise<Page<CurrentDocument>> {
  if (after !== undefined && !after.includes('/')) throw new FhirError('invalid', 'The page is not one that this store made.');
  const rows = await current
    .find(after === undefined ? filter : { $and: [filter, { _id: { $gt: after } }] }, { projection: { k: 0, s: 0, r: 0, h: 0, o: 0 } })
    .sort({ _id: 1 })
    .limit(count + 1)
    .toArray();
  const items = rows.slice(0, count);
  const last = items.at(-1);
  return { items, ...(rows.length > count && last && { next: last._id }) };
}

/** Versions as they are. Written twice they are there once, so an interrupted move can be repeated. */
function importVersions(
  { versions, current }: Collections,
  run: Transactions['run'],
  rows: Parameters<StoreUpkeep['importVersions']>[0],
): Promise<void> {
  return run(async (session) => {
    const documents = rows.map(({ type, id, versionId: v, lastUpdated: lu, method, json, origin }): VersionDocument => {
      const body = json && new Binary(json);
      return { _id: `${type}/${id}/${v}`, type, id, v, lu, method, ...(body && { body }), ...(origin && { origin }), unit: 'import' };
    });
    if (!documents.length) return;
    const newest = new Map<string, VersionDocument>();
    for (const document of documents) {
      const key = `${document.type}/${document.id}`;
      if (document.v > (newest.get(key)?.v ?? 0)) newest.set(key, document);
    }
    const known = await current.find({ _id: { $in: [...newest.keys()] } }, { projection: { v: 1 }, session }).toArray();
    for (const { _id, v } of known) if (v >= (newest.get(_id)?.v ?? 0)) newest.delete(_id);
    const successors = await versions
      .find({ _id: { $in: documents.map(({ type, id, v }) => `${type}/${id}/${v + 1}`) } }, { projection: { lu: 1 }, session })
      .toArray();
    const following = new Map([...successors, ...documents].map(({ _id, lu }) => [_id, lu]));
    await versions.bulkWrite(
      documents.flatMap(({ _id, ...replacement }) => {
        const to = following.get(`${replacement.type}/${replacement.id}/${replacement.v + 1}`);
        const before = { _id: `${replacement.type}/${replacement.id}/${replacement.v - 1}` };
        return [
          { replaceOne: { filter: { _id }, replacement: { ...replacement, ...(to && { to }) }, upsert: true } },
          { updateOne: { filter: before, update: { $set: { to: replacement.lu } } } },
        ];
      }),
      { session },
    );
    const replacements = [...newest].map(([_id, { unit: _unit, _id: _version, ...version }]) => {
      const replacement = { ...version, ...(version.body && { t: version.type, ph: '' }) };
      return { replaceOne: { filter: { _id }, replacement, upsert: true } };
    });
    if (replacements.length) await current.bulkWrite(replacements, { session });
  });
}
