import { createHash, randomUUID } from 'node:crypto';
import type { Ledger } from '../ledger.ts';
import { atMost } from './batches.ts';
import type { Calls } from './calls.ts';
import type { Collections } from './collections.ts';
import type { LedgerDocument } from './documents.ts';
import { isDuplicateKey } from './faults.ts';
import { placeOf, strange, tokenOf } from './places.ts';

/** Where the majority does not follow, the caller is told so; without a limit it would wait for ever. */
const WRITE = { w: 'majority', journal: true, wtimeoutMS: 10_000 } as const;

/** The ledger in a collection of its own. The `_id` of a record with a key is that key's hash: the database lets it in once. */
export function mongoLedger({ ledger }: Collections, calls: Calls, now: () => Date): Ledger {
  let number = 0;
  return {
    append: (kind, record, { key, until } = {}) =>
      calls.run(async () => {
        const at = now();
        const _id = key === undefined ? randomUUID() : createHash('sha256').update(`${kind}\u001f${key}`).digest('base64url');
        const document = { kind, at, n: number++, record: JSON.stringify(record), ...(until && { until }) };
        try {
          await ledger.replaceOne({ _id, until: { $lte: at } }, document, { upsert: true, writeConcern: WRITE }); // one whose time is over gives way
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    list: (kind, { count, after }) =>
      calls.run(async () => {
        const living = { kind, $or: [{ until: { $exists: false } }, { until: { $gt: now() } }] };
        const rows = await ledger
          .find(after === undefined ? living : { $and: [living, behind(after)] }, atMost(count + 1))
          .sort({ at: 1, n: 1, _id: 1 })
          .toArray();
        const shown = rows.slice(0, count);
        const last = rows.length > count ? shown.at(-1) : undefined;
        return {
          items: shown.map(({ record }) => JSON.parse(record) as object),
          ...(last && { next: tokenOf(last.at.getTime(), last.n, last._id) }),
        };
      }),
  };
}

function behind(text: string): object {
  const [time, n, _id] = placeOf(text) as Partial<[LedgerDocument['n'], number, string]>;
  if (typeof time !== 'number' || typeof n !== 'number' || typeof _id !== 'string') throw strange();
  const at = new Date(time);
  return { $or: [{ at: { $gt: at } }, { at, n: { $gt: n } }, { at, n, _id: { $gt: _id } }] };
}
