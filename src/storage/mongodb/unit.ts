/**
 * One unit of writing, as statements of one transaction: expectations, claims, versions, current rows, guards, revisions.
 * Its locks are inserts on `_id`; nothing depends on a partial, sparse or TTL index.
 */
import { Binary, type ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { fillText } from '../../fhir/resource-text.ts';
import { isKnowledgeType } from '../knowledge.ts';
import type { Change, Expectation, Version, Written } from '../store.ts';
import type { Collections } from './collections.ts';
import { type CurrentDocument, entryFields, toVersion, type VersionDocument } from './documents.ts';
import { guardsOf } from './guards.ts';
import type { Searches } from './searches.ts';

/** Thrown inside a unit that met another one's row: it is run again, on what the other wrote. */
export class Collision extends Error {}

export interface Unit {
  /** Id of the unit, the same at each try. */
  readonly id: string;
  readonly changes: readonly Change[];
  readonly expectations: readonly Expectation[];
}

export interface UnitParts {
  readonly collections: Collections;
  readonly searches: Searches;
  readonly session: ClientSession;
  readonly now: Date;
}

type Found = Pick<CurrentDocument, '_id' | 'type' | 'id' | 'v' | 'lu' | 'method' | 't' | 'c' | 'origin'>;

interface Step {
  readonly change: Change;
  readonly before: Found | undefined;
  readonly version: VersionDocument;
}

/** Writes the unit inside the session's transaction; what it wrote stands once that commits. */
export async function writeUnit(unit: Unit, parts: UnitParts): Promise<readonly Written[]> {
  const { collections, session, now } = parts;
  const ids = unit.changes.map(({ type, id }) => `${type}/${id}`);
  const fields = { type: 1, id: 1, v: 1, lu: 1, method: 1, t: 1, c: 1, origin: 1 } as const;
  const rows = await collections.current.find({ _id: { $in: ids } }, { projection: fields, session }).toArray();
  const before = new Map<string, Found>(rows.map((row) => [row._id, row]));
  for (const change of unit.changes) checkPrecondition(change, before.get(`${change.type}/${change.id}`));
  await checkExpectations(unit, parts);
  const steps = unit.changes.map((change) => stepOf(change, before.get(`${change.type}/${change.id}`), unit.id, now));
  const effective = steps.filter((step) => step !== undefined);
  await writeClaims(effective, parts);
  await writeVersions(effective, parts);
  await writeCurrent(effective, parts);
  await writeGuards(unit, parts);
  await writeRevisions(effective, parts);
  return unit.changes.map((change, i) => writtenOf(steps[i], before.get(`${change.type}/${change.id}`)));
}

function checkPrecondition({ type, id, ifMatch, ifNoneMatch }: Change, row: Found | undefined): void {
  const exists = row?.t !== undefined;
  if (ifNoneMatch && exists) throw new FhirError('stale', `${type}/${id} exists already, and the request wants it not to.`);
  if (ifMatch === undefined) return;
  if (!exists) throw new FhirError('stale', `${type}/${id} does not exist, so no version of it can match If-Match.`);
  if (ifMatch !== '*' && !ifMatch.includes(row.v)) {
    throw new FhirError(
      'stale',
      `The current version of ${type}/${id} is ${row.v}, not ${ifMatch.join(' or ')}; read it again and repeat the change.`,
    );
  }
}

async function checkExpectations({ expectations }: Unit, { searches, session }: UnitParts): Promise<void> {
  for (const { query, ids } of expectations) {
    const found = await searches.ids(query, ids.length + 1, session);
    if (found.length !== ids.length || found.some((id) => !ids.includes(id))) {
      throw new FhirError('conflict', 'What the criteria find has changed since they were resolved; resolve them again.');
    }
  }
}

function stepOf(change: Change, before: Found | undefined, unit: string, now: Date): Step | undefined {
  if (change.kind === 'delete' && before?.t === undefined) return undefined;
  const { type, id, method, content, origin } = change;
  const v = (before?.v ?? 0) + 1;
  const time = now.toISOString();
  const lu = before && before.lu > time ? before.lu : time;
  const body = content && new Binary(fillText(content.text, v, lu));
  return {
    change,
    before,
    version: { _id: `${type}/${id}/${v}`, type, id, v, lu, method, ...(body && { body }), ...(origin && { origin }), unit },
  };
}

async function writeClaims(steps: readonly Step[], { collections: { claims }, session }: UnitParts): Promise<void> {
  const held = steps.flatMap(({ change, before }) => (before?.c ?? []).map((_id) => ({ _id, holder: `${change.type}/${change.id}` })));
  const wanted = steps.flatMap(({ change }) =>
    (change.content?.claims ?? []).map((_id) => ({ _id, holder: `${change.type}/${change.id}` })),
  );
  const key = ({ _id, holder }: { _id: string; holder: string }) => `${_id} ${holder}`;
  const wantedKeys = new Set(wanted.map(key));
  const heldKeys = new Set(held.map(key));
  const released = held.filter((claim) => !wantedKeys.has(key(claim)));
  const added = wanted.filter((claim) => !heldKeys.has(key(claim)));
  if (released.length) await claims.deleteMany({ _id: { $in: released.map(({ _id }) => _id) } }, { session });
  if (!added.length) return;
  const taken = await claims.findOne({ _id: { $in: added.map(({ _id }) => _id) } }, { session });
  const twice = added.find(({ _id }, i) => added.findIndex((other) => other._id === _id) !== i);
  if (taken ?? twice) throw claimed((taken ?? twice) as { _id: string; holder: string });
  await claims.insertMany(added, { session });
}

function claimed({ _id, holder }: { _id: string; holder: string }): FhirError {
  const [, url, version] = _id.split('\u001f');
  return new FhirError(
    'conflict',
    `${holder} has the canonical ${url}|${version} already; give this one another version, or update that one.`,
  );
}

async function writeVersions(steps: readonly Step[], { collections: { versions }, session }: UnitParts): Promise<void> {
  const operations = steps.flatMap(({ version, before }) => [
    { insertOne: { document: version } },
    ...(before ? [{ updateOne: { filter: { _id: `${before._id}/${before.v}` }, update: { $set: { to: version.lu } } } }] : []),
  ]);
  if (operations.length) await versions.bulkWrite(operations, { session });
}

async function writeCurrent(steps: readonly Step[], { collections: { current }, session }: UnitParts): Promise<void> {
  const operations = steps.map(({ change: { content }, version: { _id, unit, ...version } }) => {
    const id = `${version.type}/${version.id}`;
    const found = content && { t: version.type, ...entryFields(content.entries), ph: content.parametersHash, c: content.claims };
    return { replaceOne: { filter: { _id: id }, replacement: { ...version, ...found }, upsert: true } };
  });
  if (operations.length) await current.bulkWrite(operations, { session });
}

async function writeGuards({ changes, expectations }: Unit, { collections: { guards }, session, now }: UnitParts): Promise<void> {
  const operations = guardsOf(changes, expectations).map((_id) => ({
    updateOne: { filter: { _id }, update: { $inc: { n: 1 }, $set: { at: now } }, upsert: true },
  }));
  if (operations.length) await guards.bulkWrite(operations, { session });
}

/** Only knowledge raises the counter: one for all writes would make them wait for each other. */
async function writeRevisions(steps: readonly Step[], { collections: { meta, revisions }, session }: UnitParts): Promise<void> {
  const written = steps.filter(({ change }) => isKnowledgeType(change.type));
  if (!written.length) return;
  const counter = await meta.findOneAndUpdate(
    { _id: 'revision' },
    { $inc: { value: written.length } },
    { upsert: true, returnDocument: 'after', session },
  );
  const last = Number(counter?.value);
  const rows = written.map(({ change: { type, id } }, i) => ({ _id: last - written.length + 1 + i, type, id }));
  await revisions.insertMany(rows, { session });
}

function writtenOf(step: Step | undefined, before: Found | undefined): Written {
  if (!step) return { outcome: 'unchanged', ...(before && { version: toVersion(before) as Version }) };
  const outcome = step.change.kind === 'delete' ? 'deleted' : before?.t === undefined ? 'created' : 'updated';
  return { outcome, version: toVersion(step.version) };
}
