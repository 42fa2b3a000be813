/**
 * One unit of writing, as statements of one transaction: expectations, claims, versions, current rows, guards, revisions.
 * Its locks are inserts on `_id`; nothing depends on a partial, sparse or TTL index.
 */
import type { ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { isKnowledgeType } from '../knowledge.ts';
import type { Change, Expectation, Written } from '../store.ts';
import { inOne } from './batches.ts';
import { type Claiming, planClaims, takenFault, writeClaims } from './claims.ts';
import type { Collections } from './collections.ts';
import { guardsOf, restsOn } from './guards.ts';
import { raiseRevision } from './revisions.ts';
import type { Searches } from './searches.ts';
import { FOUND_FIELDS, type Found, nameOf, preconditionFault, type Step, stepOf, writtenOf } from './steps.ts';

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

/** What came of a try: what was written, or why it may not be. */
export type Outcome = { readonly written: readonly Written[] } | { readonly refusal: FhirError };

/**
 * Writes the unit inside the session's transaction; what it wrote stands once that commits. All that may refuse it is read before
 * anything is written. A refusal is given, not thrown: it rests on what was read, which only a commit makes final.
 */
export async function writeUnit(unit: Unit, parts: UnitParts): Promise<Outcome> {
  const { collections, session, now } = parts;
  const found = await findRows(unit, parts);
  const disappointed = await findDisappointed(unit, parts);
  const refusal = disappointed ?? firstOf(unit.changes, (change) => preconditionFault(change, found.get(nameOf(change))));
  if (refusal) return { refusal };
  const steps = unit.changes.map((change) => stepOf(change, found.get(nameOf(change)), unit.id, now));
  const effective = steps.filter((step) => step !== undefined);
  const claims = await planClaims(collections.claims, effective.map(claimingOf), session);
  if (claims.taken[0]) return { refusal: takenFault(claims.taken[0]) };
  await writeClaims(collections.claims, claims, session);
  await writeVersions(effective, parts);
  await writeCurrent(unit, effective, parts);
  await writeGuards(unit, parts);
  const knowledge = effective.map(({ change }) => change).filter(({ type }) => isKnowledgeType(type));
  await raiseRevision(collections, knowledge, session);
  return { written: unit.changes.map((change, i) => writtenOf(steps[i], found.get(nameOf(change)))) };
}

/** An expectation that no longer holds. */
async function findDisappointed({ expectations }: Unit, { searches, session }: UnitParts): Promise<FhirError | undefined> {
  for (const { query, ids } of expectations) {
    const found = await searches.ids(query, ids.length + 1, session);
    if (found.length !== ids.length || found.some((id) => !ids.includes(id))) {
      return new FhirError('conflict', 'Another write changed what the criteria find; try again.');
    }
  }
  return undefined;
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function claimingOf({ change, before }: Step): Claiming {
  return { holder: nameOf(change), before: before?.c ?? [], after: change.content?.claims ?? [] };
}

async function findRows({ changes }: Unit, { collections: { current }, session }: UnitParts): Promise<ReadonlyMap<string, Found>> {
  if (!changes.length) return new Map();
  const rows = await current
    .find({ _id: { $in: changes.map(nameOf) } }, { projection: FOUND_FIELDS, ...inOne(changes.length), session })
    .toArray();
  return new Map(rows.map((row) => [row._id, row]));
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

/** What the unit rests on is touched as well: who changes one of those rows meanwhile meets it, and one of the two is run again. */
async function writeCurrent(unit: Unit, steps: readonly Step[], { collections: { current }, session }: UnitParts): Promise<void> {
  if (!steps.length) return;
  const replaced = steps.map(({ current: { _id, ...replacement } }) => ({
    replaceOne: { filter: { _id }, replacement, upsert: true },
  }));
  const written = new Set(steps.map(({ current: { _id } }) => _id));
  const touched = restsOn(unit.expectations)
    .filter((_id) => !written.has(_id))
    .map((_id) => ({ updateOne: { filter: { _id }, update: { $inc: { g: 1 } } } }));
  await current.bulkWrite([...touched, ...replaced], { session });
}

async function writeGuards({ changes, expectations }: Unit, { collections: { guards }, session, now }: UnitParts): Promise<void> {
  const operations = guardsOf(changes, expectations).map((_id) => ({
    updateOne: { filter: { _id }, update: { $inc: { n: 1 }, $set: { at: now } }, upsert: true },
  }));
  if (operations.length) await guards.bulkWrite(operations, { session });
}
