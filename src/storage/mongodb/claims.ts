/** Identities that one resource at a time may have: documents whose `_id` is the identity, so that two writers cannot both make one. */
import type { ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { SEPARATOR } from '../../search/entries.ts';
import { inOne } from './batches.ts';
import type { Collections } from './collections.ts';
import type { ClaimDocument } from './documents.ts';

/** What one resource holds before the unit and what it wants to hold after it. */
export interface Claiming {
  /** `Type/id` */
  readonly holder: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What a unit has to write, once it is known who holds what. */
export interface ClaimPlan {
  readonly released: readonly ClaimDocument[];
  readonly added: readonly ClaimDocument[];
  /** What somebody else holds and goes on to hold. */
  readonly taken: readonly ClaimDocument[];
}

type Claims = Collections['claims'];

/** Claims are given up by all resources of a unit before any is taken, so that two may swap theirs. */
export async function planClaims(claims: Claims, claimings: readonly Claiming[], session: ClientSession): Promise<ClaimPlan> {
  const given = (names: 'before' | 'after') =>
    claimings.flatMap(({ holder, [names]: ids }) => ids.map((_id): ClaimDocument => ({ _id, holder })));
  const wanted = given('after');
  const isWanted = new Set(wanted.map(textOf));
  const released = given('before').filter((claim) => !isWanted.has(textOf(claim)));
  const isReleased = new Set(released.map(textOf));
  const rows = wanted.length
    ? await claims.find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { ...inOne(wanted.length), session }).toArray()
    : [];
  const holders = new Map(rows.filter((row) => !isReleased.has(textOf(row))).map(({ _id, holder }) => [_id, holder]));
  const added: ClaimDocument[] = [];
  const taken: ClaimDocument[] = [];
  for (const claim of wanted) {
    const holder = holders.get(claim._id);
    if (holder === undefined) added.push(claim);
    else if (holder !== claim.holder) taken.push({ _id: claim._id, holder });
    holders.set(claim._id, holder ?? claim.holder);
  }
  return { released, added, taken };
}

export async function writeClaims(claims: Claims, { released, added }: ClaimPlan, session: ClientSession): Promise<void> {
  const deletions = released.map(({ _id, holder }) => ({ deleteOne: { filter: { _id, holder } } })); // only where it is its own
  if (deletions.length) await claims.bulkWrite(deletions, { session });
  if (added.length) await claims.insertMany([...added], { session });
}

/** `conflict` that names who has it. */
export function takenFault({ _id, holder }: ClaimDocument): FhirError {
  const [type, url, version] = _id.split(SEPARATOR);
  return new FhirError(
    'conflict',
    `${type} "${url}|${version}" is ${holder} already; a url and version belong to one resource: update that one, or give another version.`,
  );
}

function textOf({ _id, holder }: ClaimDocument): string {
  return `${_id} ${holder}`;
}
