/** The indexes, whatever the number of search parameters: one array each, as a compound multikey index allows no more. */
import type { Db, IndexSpecification } from 'mongodb';

type Keys = Readonly<Record<string, 1 | -1>>;

/** Each index by collection; the order of its fields matters. */
export const indexes: Readonly<Record<string, readonly Keys[]>> = {
  current: [
    { t: 1, k: 1, lu: -1, _id: 1 }, // one key, newest first, without a sort
    { t: 1, s: 1 },
    { t: 1, 'r.p': 1, 'r.lo': 1, 'r.hi': 1 },
    { t: 1, 'r.p': 1, 'r.hi': 1 },
    { t: 1, h: 1 },
    { t: 1, lu: -1, _id: 1 },
    { lu: -1, _id: 1 },
    { t: 1, ph: 1, _id: 1 },
    { 'origin.folder': 1, _id: 1 },
  ],
  versions: [
    { type: 1, id: 1, v: -1 },
    { type: 1, lu: -1, v: -1, _id: 1 },
    { lu: -1, v: -1, _id: 1 },
  ],
  guards: [{ at: 1 }],
  ledger: [{ kind: 1, at: 1, _id: 1 }, { until: 1 }],
};

/**
 * Makes what is missing and checks what is there.
 * @throws Error with a sentence for the operator: a collection scan would be a slow server, so there is none without its indexes
 */
export async function ensureIndexes(database: Db): Promise<void> {
  for (const [collection, wanted] of Object.entries(indexes)) {
    for (const keys of wanted) await ensureIndex(database, collection, keys);
  }
}

async function ensureIndex(database: Db, collection: string, keys: Keys): Promise<void> {
  const name = nameOf(keys);
  try {
    await database.collection(collection).createIndex(keys as IndexSpecification, { name });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `The index "${name}" of the collection "${collection}" could not be made (${reason}). Drop the index that stands in its place, or let the database user make indexes, and start again.`,
    );
  }
}

function nameOf(keys: Keys): string {
  return Object.entries(keys)
    .map(([field, direction]) => `${field}_${direction}`)
    .join('_');
}
