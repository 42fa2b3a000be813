import { createHash, randomUUID } from 'node:crypto';
import { FhirError } from '../../fhir/error.ts';
import type { Ledger } from '../ledger.ts';
import type { Collections } from './collections.ts';
import type { LedgerDocument } from './documents.ts';
import { guarded, isDuplicateKey } from './faults.ts';

/** The ledger in a collection of its own. The `_id` of a record with a key is that key's hash: the database lets it in once. */
export function mongoLedger({ ledger }: Collections, now: () => Date): Ledger {
  return {
    append: (kind, record, { key, until } = {}) =>
      guarded(async () => {
        const at = now();
        const _id = key === undefined ? randomUUID() : createHash('sha256').update(`${kind}\u001f${key}`).digest('base64url');
        const document: LedgerDocument = { _id, kind, at, record: JSON.stringify(record), ...(until && { until }) };
        try {
          await ledger.insertOne(document);
          return true;
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
        const { _id: _, ...replacement } = document;
        const replaced = await ledger.findOneAndReplace({ _id, until: { $lte: at } }, replacement); // the one before is over
        return replaced !== null;
      }),
    list: (kind, { count, after }) =>
      guarded(async () => {
        const living = { kind, $or: [{ until: { $exists: false } }, { until: { $gt: now() } }] };
        const rows = await ledger
          .find(after === undefined ? living : { $and: [living, behind(after)] })
          .sort({ at: 1, _id: 1 })
          .limit(count + 1)
          .toArray();
        const shown = rows.slice(0, count);
        const last = shown.at(-1);
        return {
          items: shown.map(({ record }) => JSON.parse(record) as object),
          ...(rows.length > count && last && { next: place(last) }),
        };
      }),
  };
}

function place({ at, _id }: LedgerDocument): string {
  return Buffer.from(JSON.stringify([at.getTime(), _id])).toString('base64url');
}

function behind(text: string): object {
  try {
    const [time, _id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof time === 'number' && typeof _id === 'string') {
      const at = new Date(time);
      return { $or: [{ at: { $gt: at } }, { at, _id: { $gt: _id } }] };
    }
  } catch {
    // said below
  }
  throw new FhirError('invalid', 'The page address is not one that this server made; begin again at the first page.');
}
