import { Binary, type ClientSession } from 'mongodb';
import { isKnowledgeType } from '../knowledge.ts';
import type { Version } from '../store.ts';
import { inOne } from './batches.ts';
import { planClaims, writeClaims } from './claims.ts';
import type { Collections } from './collections.ts';
import type { VersionDocument } from './documents.ts';
import { raiseRevision } from './revisions.ts';
import { refuseTooLarge } from './steps.ts';

/** Writes versions as they are; one that is there already is left alone, so that an import may be repeated. */
export async function importVersions(collections: Collections, rows: readonly Version[], session: ClientSession): Promise<void> {
  const given = rows.map(documentOf);
  const known = await idsOf(
    collections,
    given.map(({ _id }) => _id),
    session,
  );
  const added = given.filter(({ _id }) => !known.has(_id));
  if (!added.length) return;
  await addVersions(collections, added, session);
  const replaced = await replaceCurrent(collections, newestOf(added), session);
  await raiseRevision(
    collections,
    replaced.filter(({ type }) => isKnowledgeType(type)),
    session,
  );
}

function documentOf({ type, id, versionId: v, lastUpdated: lu, method, json, origin }: Version): VersionDocument {
  const body = json && new Binary(json);
  const document = { _id: `${type}/${id}/${v}`, type, id, v, lu, method, ...(body && { body }), ...(origin && { origin }), unit: 'import' };
  refuseTooLarge(document);
  return document;
}

async function idsOf({ versions }: Collections, ids: readonly string[], session: ClientSession): Promise<ReadonlySet<string>> {
  const rows = await versions.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 }, ...inOne(ids.length), session }).toArray();
  return new Set(rows.map(({ _id }) => _id));
}

/** Each version with the time of the one after it, and the one before it with the time of this. */
async function addVersions({ versions }: Collections, added: readonly VersionDocument[], session: ClientSession): Promise<void> {
  const beside = (step: 1 | -1) => added.map(({ type, id, v }) => `${type}/${id}/${v + step}`);
  const following = await versions.find({ _id: { $in: beside(1) } }, { projection: { lu: 1 }, ...inOne(added.length), session }).toArray();
  const times = new Map([...following, ...added].map(({ _id, lu }) => [_id, lu]));
  const documents = added.map((version) => {
    const to = times.get(`${version.type}/${version.id}/${version.v + 1}`);
    return { ...version, ...(to && { to }) };
  });
  await versions.insertMany(documents, { session });
  const before = beside(-1).map((_id, i) => ({ updateOne: { filter: { _id }, update: { $set: { to: added[i]?.lu ?? '' } } } }));
  await versions.bulkWrite(before, { session });
}

function newestOf(added: readonly VersionDocument[]): ReadonlyMap<string, VersionDocument> {
  const newest = new Map<string, VersionDocument>();
  for (const document of added) {
    const name = `${document.type}/${document.id}`;
    if (document.v > (newest.get(name)?.v ?? 0)) newest.set(name, document);
  }
  return newest;
}

/** Makes these the current versions, without entries, where there is no newer one; gives those that became it. */
async function replaceCurrent(
  { current, claims }: Collections,
  newest: ReadonlyMap<string, VersionDocument>,
  session: ClientSession,
): Promise<readonly VersionDocument[]> {
  const rows = await current
    .find({ _id: { $in: [...newest.keys()] } }, { projection: { v: 1, c: 1 }, ...inOne(newest.size), session })
    .toArray();
  const found = new Map(rows.map((row) => [row._id, row]));
  const replaced = [...newest].filter(([name, { v }]) => v > (found.get(name)?.v ?? 0));
  const claimings = replaced.map(([holder]) => ({ holder, before: found.get(holder)?.c ?? [], after: [] }));
  await writeClaims(claims, await planClaims(claims, claimings, session), session);
  const operations = replaced.map(([_id, { unit: _unit, _id: _version, ...version }]) => {
    const replacement = { ...version, ...(version.body && { t: version.type, ph: '' }) };
    return { replaceOne: { filter: { _id }, replacement, upsert: true } };
  });
  if (operations.length) await current.bulkWrite(operations, { session });
  return replaced.map(([, version]) => version);
}
