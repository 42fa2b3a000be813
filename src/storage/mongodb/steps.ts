/** What each change of a unit comes to, from the row that is there: no statement is sent here. */
import { Binary, BSON } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { fillText } from '../../fhir/resource-text.ts';
import type { Change, Version, Written } from '../store.ts';
import { type CurrentDocument, entryFields, toVersion, type VersionDocument } from './documents.ts';

/** What stands in `current` for a change's id, before the change. */
export type Found = Pick<CurrentDocument, '_id' | 'type' | 'id' | 'v' | 'lu' | 'method' | 't' | 'c' | 'origin'>;

export const FOUND_FIELDS = { type: 1, id: 1, v: 1, lu: 1, method: 1, t: 1, c: 1, origin: 1 } as const;

/** A change that has an effect, with what it is made from and what it makes. */
export interface Step {
  readonly change: Change;
  readonly before: Found | undefined;
  readonly version: VersionDocument;
  readonly current: CurrentDocument;
}

/** Bytes that one document may have. */
const LARGEST = 16 * 1024 * 1024;

export function nameOf({ type, id }: Pick<Change, 'type' | 'id'>): string {
  return `${type}/${id}`;
}

/** Why a change may not be made of what is there: `stale` or `conflict`. */
export function preconditionFault(change: Change, found: Found | undefined): FhirError | undefined {
  const { ifMatch, ifNoneMatch, kind } = change;
  const current = found?.t === undefined ? undefined : found.v;
  const name = nameOf(change);
  if (ifNoneMatch && current) return new FhirError('stale', `${name} exists, in version ${current}; If-None-Match: * forbids that.`);
  if (kind === 'create' && current) return new FhirError('conflict', `${name} exists already; update it instead.`);
  if (!ifMatch || (current && (ifMatch === '*' || ifMatch.includes(current)))) return undefined;
  const state = current ? `is in version ${current}` : 'does not exist';
  const asked = ifMatch === '*' ? 'any version' : `version ${ifMatch.join(' or ')}`;
  return new FhirError('stale', `${name} ${state}, If-Match asks for ${asked}; read it again and apply the change to what it is now.`);
}

/**
 * The version that a change makes; undefined where there is nothing to delete.
 * @param unit id of the unit, kept with the version
 */
export function stepOf(change: Change, before: Found | undefined, unit: string, now: Date): Step | undefined {
  if (change.kind === 'delete' && before?.t === undefined) return undefined;
  const { type, id, method, content, origin } = change;
  const v = (before?.v ?? 0) + 1;
  const time = now.toISOString();
  const lu = before && before.lu > time ? before.lu : time;
  const body = content && new Binary(fillText(content.text, v, lu));
  const kept = { type, id, v, lu, method, ...(body && { body }), ...(origin && { origin }) };
  const found = content && { t: type, ...entryFields(content.entries), ph: content.parametersHash, c: content.claims };
  const current = { _id: nameOf(change), ...kept, ...found };
  refuseTooLarge(current);
  return { change, before, version: { ...kept, _id: `${type}/${id}/${v}`, unit }, current };
}

/** The driver fails in several ways on what is too large, and a small text may have many entries. @throws FhirError `too-large` */
export function refuseTooLarge(document: Pick<CurrentDocument, 'type' | 'id'>): void {
  if (BSON.calculateObjectSize(document) <= LARGEST) return;
  throw new FhirError(
    'too-large',
    `${nameOf(document)} with its index is larger than the database keeps in one document (16 MB); split the resource.`,
  );
}

export function writtenOf(step: Step | undefined, before: Found | undefined): Written {
  if (!step) return { outcome: 'unchanged', ...(before && { version: toVersion(before) as Version }) };
  const outcome = step.change.kind === 'delete' ? 'deleted' : before?.t === undefined ? 'created' : 'updated';
  return { outcome, version: toVersion(step.version) };
}
