/**
 * One unit of writing, as statements of one transaction: expectations, claims, versions, current rows, guards, revisions.
 * Its locks are inserts on `_id`; nothing depends on a partial, sparse or TTL index.
 */
import { Binary, type ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { fillText } from '../../fhir/resource-text.ts';
import { isKnowledgeType } from '../knowledge.ts';
import type { Change, Expectation, Version, Written } from '../store.ts';
import { writeClaims } from './claims.ts';
import type { Collections } from './collections.ts';
import { type CurrentDocument, entryFields, toVersion, type VersionDocument } from './documents.ts';
import { guardsOf } from './guards.ts';
import { raiseRevision } from './revisions.ts';
import type { Searches } from './searches.ts';

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

const FOUND_FIELDS = { type: 1, id: 1, v: 1, lu: 1, method: 1, t: 1, c: 1, origin: 1 } as const;

/** A change that has an effect, with what it is made from and what it makes. */
interface Step {
  readonly change: Change;
  readonly before: Found | undefined;
  readonly version: VersionDocument;
}

/** Writes the unit inside the session's transaction; what it wrote stands once that commits. */
export async function writeUnit(unit: Unit, parts: UnitParts): Promise<readonly Written[]> {
  const { collections, session, now } = parts;
  await checkExpectations(unit, parts);
  const ids = unit.changes.map(nameOf);
  const rows = await collections.current.find({ _id: { $in: ids } }, { projection: FOUND_FIELDS, session }).toArray();
  const found = new Map<string, Found>(rows.map((row) => [row._id, row]));
  for (const change of unit.changes) checkPrecondition(change, found.get(nameOf(change)));
  const steps = unit.changes.map((change) => stepOf(change, found.get(nameOf(change)), unit.id, now));
  const effective = steps.filter((step) => step !== undefined);
  const claimings = effective.map(({ change, before }) => ({
    ...{ holder: nameOf(change), before: before?.c ?? [], after: change.content?.claims ?? [] },
  }));
  await writeClaims(collections.claims, claimings, session);
  await writeVersions(effective, parts);
  await writeCurrent(effective, parts);
  await writeGuards(unit, parts);
  await touchMatches(unit, parts);
  const knowledge = effective.map(({ change }) => change).filter(({ type }) => isKnowledgeType(type));
  await raiseRevision(collections, knowledge, session);
  return unit.changes.map((change, i) => writtenOf(steps[i], found.get(nameOf(change))));
}

function nameOf({ type, id }: Pick<Change, 'type' | 'id'>): string {
  return `${type}/${id}`;
}

async function checkExpectations({ expectations }: Unit, { searches, session }: UnitParts): Promise<void> {
  for (const { query, ids } of expectations) {
    const found = await searches.ids(query, ids.length + 1, session);
    if (found.length !== ids.length || found.some((id) => !ids.includes(id))) {
      throw new FhirError('conflict', 'Another write changed what the criteria find; try again.');
    }
  }
}

function checkPrecondition(change: Change, found: Found | undefined): void {
  const { ifMatch, ifNoneMatch, kind } = change;
  const current = found?.t === undefined ? undefined : found.v;
  const name = nameOf(change);
  if (ifNoneMatch && current) throw new FhirError('stale', `${name} exists, in version ${current}; If-None-Match: * forbids that.`);
  if (kind === 'create' && current) throw new FhirError('conflict', `${name} exists already; update it instead.`);
  if (!ifMatch || (current && (ifMatch === '*' || ifMatch.includes(current)))) return;
  const state = current ? `is in version ${current}` : 'does not exist';
  const asked = ifMatch === '*' ? 'any version' : `version ${ifMatch.join(' or ')}`;
  throw new FhirError('stale', `${name} ${state}, If-Match asks for ${asked}; read it again and apply the change to what it is now.`);
}

/** The version that a change makes; undefined where there is nothing to delete. */
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

async function writeVersions(steps: readonly Step[], { collections: { versions }, session }: UnitParts): Promise<void> {
  if (!steps.length) return;
  await versions.insertMany(
    steps.map(({ version }) => version),
    { session },
  );
  const replaced = steps.flatMap(({ version, before }) =>
    before ? [{ updateOne: { filter: { _id: `${before._id}/${before.v}` }, update: { $set: { to: version.lu } } } }] : [],
  );
  if (replaced.length) await versions.bulkWrite(replaced, { session });
}

async function writeCurrent(steps: readonly Step[], { collections: { current }, session }: UnitParts): Promise<void> {
  const operations = steps.map(({ change: { content }, version: { _id: _version, unit: _unit, ...version } }) => {
    const found = content && { t: version.type, ...entryFields(content.entries), ph: content.parametersHash, c: content.claims };
    return { replaceOne: { filter: { _id: nameOf(version) }, replacement: { ...version, ...found }, upsert: true } };
  });
  if (operations.length) await current.bulkWrite(operations, { session });
}

async function writeGuards({ changes, expectations }: Unit, { collections: { guards }, session, now }: UnitParts): Promise<void> {
  const operations = guardsOf(changes, expectations).map((_id) => ({
    updateOne: { filter: { _id }, update: { $inc: { n: 1 }, $set: { at: now } }, upsert: true },
  }));
  if (operations.length) await guards.bulkWrite(operations, { session });
}

/** What an expectation found is written too, so that nobody deletes it or takes its identity away meanwhile. */
async function touchMatches({ changes, expectations }: Unit, { collections: { current }, session }: UnitParts): Promise<void> {
  const changed = new Set(changes.map(nameOf));
  const matches = expectations.flatMap(({ query, ids }) => query.types.flatMap((type) => ids.map((id) => nameOf({ type, id }))));
  const others = [...new Set(matches)].filter((name) => !changed.has(name)).sort();
  if (others.length) await current.updateMany({ _id: { $in: others } }, { $inc: { n: 1 } }, { session });
}

function writtenOf(step: Step | undefined, before: Found | undefined): Written {
  if (!step) return { outcome: 'unchanged', ...(before && { version: toVersion(before) as Version }) };
  const outcome = step.change.kind === 'delete' ? 'deleted' : before?.t === undefined ? 'created' : 'updated';
  return { outcome, version: toVersion(step.version) };
}
