/** Identities that one resource at a time may have: documents whose `_id` is the identity, so that two writers cannot both make one. */
import type { ClientSession } from 'mongodb';
import { FhirError } from '../../fhir/error.ts';
import { SEPARATOR } from '../../search/entries.ts';
import type { Collections } from './collections.ts';
import type { ClaimDocument } from './documents.ts';

/** What one resource holds before the unit and what it wants to hold after it. */
export interface Claiming {
  /** `Type/id` */
  readonly holder: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

type Claims = Collections['claims'];

/**
 * Claims are given up by all resources of the unit before any is taken, so that two may swap theirs.
 * @throws FhirError `conflict` that names who has it
 */
export async function writeClaims(claims: Claims, claimings: readonly Claiming[], session: ClientSession): Promise<void> {
  await release(claims, claimings, session);
  const wanted = claimings.flatMap(({ holder, after }) => after.map((_id): ClaimDocument => ({ _id, holder })));
  const twice = wanted.find(({ _id, holder }, i) => wanted.some((other, j) => j < i && other._id === _id && other.holder !== holder));
  if (twice) throw taken(wanted.find(({ _id }) => _id === twice._id) ?? twice);
  const holders = await holdersOf(claims, wanted, session);
  const rival = wanted.find(({ _id, holder }) => (holders.get(_id) ?? holder) !== holder);
  if (rival) throw taken({ _id: rival._id, holder: holders.get(rival._id) ?? '' });
  await add(claims, wanted, holders, session);
}

/** Claims what nobody has; what is taken stays with its holder. */
export async function claimWhatIsFree(claims: Claims, claimings: readonly Claiming[], session: ClientSession): Promise<void> {
  await release(claims, claimings, session);
  const wanted = claimings.flatMap(({ holder, after }) => after.map((_id): ClaimDocument => ({ _id, holder })));
  await add(claims, wanted, await holdersOf(claims, wanted, session), session);
}

/** Deletes what is given up; only where it is still the resource's own. */
async function release(claims: Claims, claimings: readonly Claiming[], session: ClientSession): Promise<void> {
  const released = claimings.flatMap(({ holder, before, after }) =>
    before.filter((_id) => !after.includes(_id)).map((_id) => ({ deleteOne: { filter: { _id, holder } } })),
  );
  if (released.length) await claims.bulkWrite(released, { session });
}

async function holdersOf(claims: Claims, wanted: readonly ClaimDocument[], session: ClientSession): Promise<ReadonlyMap<string, string>> {
  if (!wanted.length) return new Map();
  const rows = await claims.find({ _id: { $in: wanted.map(({ _id }) => _id) } }, { session }).toArray();
  return new Map(rows.map(({ _id, holder }) => [_id, holder]));
}

async function add(
  claims: Claims,
  wanted: readonly ClaimDocument[],
  holders: ReadonlyMap<string, string>,
  session: ClientSession,
): Promise<void> {
  const added = new Map(wanted.filter(({ _id }) => !holders.has(_id)).map((claim) => [claim._id, claim]));
  if (added.size) await claims.insertMany([...added.values()], { session });
}

function taken({ _id, holder }: ClaimDocument): FhirError {
  const [type, url, version] = _id.split(SEPARATOR);
  return new FhirError(
    'conflict',
    `${type} "${url}|${version}" is ${holder} already; a url and version belong to one resource: update that one, or give another version.`,
  );
}
