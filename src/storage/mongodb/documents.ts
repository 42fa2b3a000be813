/** The documents of the MongoDB store. Body and entries stand side by side; every field that is searched is indexed (`indexes.ts`). */
import type { Binary } from 'mongodb';
import type { ResourceType } from '../../fhir/types.ts';
import type { IndexEntries, RangeValue } from '../../search/entries.ts';
import type { Method, Origin, Version } from '../store.ts';

/** One version, never changed but for `to`. Its `_id` is the lock: two writers cannot both make it. */
export interface VersionDocument {
  /** `Type/id/version` */
  readonly _id: string;
  readonly type: ResourceType;
  readonly id: string;
  readonly v: number;
  /** lastUpdated */
  readonly lu: string;
  /** lastUpdated of the version after it; absent while it is current. */
  readonly to?: string;
  readonly method: Method;
  /** Absent for a deletion. */
  readonly body?: Binary;
  readonly origin?: Origin;
  /** Id of the unit that wrote it: a unit that is tried again after an unknown commit result knows its own. */
  readonly unit: string;
}

/** The current version of a resource with its index entries. */
export interface CurrentDocument {
  /** `Type/id` */
  readonly _id: string;
  readonly type: ResourceType;
  readonly id: string;
  readonly v: number;
  readonly lu: string;
  readonly method: Method;
  readonly body?: Binary;
  readonly origin?: Origin;
  /** The type once more, absent after a deletion: every search asks for it, so none sees what is deleted. */
  readonly t?: ResourceType;
  readonly k?: readonly string[];
  readonly s?: readonly string[];
  readonly r?: readonly { readonly p: string; readonly lo: RangeValue; readonly hi: RangeValue }[];
  readonly h?: readonly string[];
  readonly o?: Readonly<Record<string, { readonly lo: RangeValue; readonly hi: RangeValue }>>;
  /** Hash of the search parameters that the entries were made with. */
  readonly ph?: string;
  /** Claims that this resource wants; what it holds stands in `claims`. */
  readonly c?: readonly string[];
  /** How many units rested on this version: raising it forces a write conflict with who changes the row. */
  readonly g?: number;
}

/** An identity that one resource at a time may have. */
export interface ClaimDocument {
  readonly _id: string;
  /** `Type/id` of the holder. */
  readonly holder: string;
}

/** Forces a write conflict between units that look at the same identity (`guards.ts`). */
export interface GuardDocument {
  readonly _id: string;
  readonly n: number;
  readonly at: Date;
}

/** One write of a knowledge resource. */
export interface RevisionDocument {
  readonly _id: number;
  readonly type: ResourceType;
  readonly id: string;
}

export interface LedgerDocument {
  readonly _id: string;
  readonly kind: string;
  readonly at: Date;
  /** Counts what one process wrote: the order of what it wrote in the same millisecond. */
  readonly n: number;
  readonly until?: Date;
  /** JSON text: member names of a record may hold what BSON paths give a meaning to. */
  readonly record: string;
}

/** Small facts about the database itself: schema version, revision counter, what types are indexed with. */
export interface MetaDocument {
  readonly _id: string;
  readonly value?: number;
  readonly text?: string;
}

/** What of a current document makes a Version; entries stay behind. */
export const VERSION_FIELDS = { type: 1, id: 1, v: 1, lu: 1, method: 1, body: 1, origin: 1 } as const;

export function toVersion(document: Pick<VersionDocument, 'type' | 'id' | 'v' | 'lu' | 'method' | 'body' | 'origin'>): Version {
  const { type, id, v, lu, method, body, origin } = document;
  return { type, id, versionId: v, lastUpdated: lu, method, ...(body && { json: bytesOf(body) }), ...(origin && { origin }) };
}

/** The driver's bytes as a Buffer, without a copy. */
function bytesOf({ buffer, position }: Binary): Buffer {
  return Buffer.from(buffer.buffer, buffer.byteOffset, position);
}

export function entryFields(entries: IndexEntries): Required<Pick<CurrentDocument, 'k' | 's' | 'r' | 'h' | 'o'>> {
  const sort = Object.entries(entries.sort).map(([parameter, { low, high }]) => [sortField(parameter), { lo: low, hi: high }]);
  return {
    k: entries.keys,
    s: entries.texts,
    r: entries.ranges.map(({ parameter, low, high }) => ({ p: parameter, lo: low, hi: high })),
    h: entries.present,
    o: Object.fromEntries(sort) as NonNullable<CurrentDocument['o']>,
  };
}

/** A parameter's code as a field name: dots and dollars would be read as paths and operators. */
export function sortField(parameter: string): string {
  return encodeURIComponent(parameter).replaceAll('.', '%2E');
}
