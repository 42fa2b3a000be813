/** The indexes, whatever the number of search parameters: one array each, as a compound multikey index allows no more. */
import type { Db, IndexDescription, IndexDescriptionInfo } from 'mongodb';

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
    { t: 1, lu: 1, _id: 1 },
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
  ledger: [{ kind: 1, at: 1, n: 1, _id: 1 }, { until: 1 }],
};

/** What makes an index answer for some rows only, or not at all. */
const PARTIAL = ['partialFilterExpression', 'sparse', 'hidden', 'collation', 'expireAfterSeconds', 'unique'] as const;

/**
 * Makes what is missing and checks what is there.
 * @throws Error with a sentence for the operator: a collection scan would be a slow server, so there is none without its indexes
 */
export async function ensureIndexes(database: Db): Promise<void> {
  for (const [name, wanted] of Object.entries(indexes)) {
    const collection = database.collection(name);
    const descriptions = wanted.map((key): IndexDescription => ({ key, name: nameOf(key) }));
    const reason = await collection.createIndexes(descriptions).then(() => undefined, reasonOf);
    if (reason !== undefined) throw fault(name, 'one of its indexes could not be made', reason);
    const found = await collection.indexes();
    for (const keys of wanted) check(name, keys, found);
  }
}

function check(collection: string, keys: Keys, found: readonly IndexDescriptionInfo[]): void {
  const name = nameOf(keys);
  const index = found.find((each) => each.name === name);
  if (!index) throw fault(collection, `its index "${name}" is missing`, 'it was made and is not there');
  if (JSON.stringify(Object.entries(index.key)) !== JSON.stringify(Object.entries(keys))) {
    throw fault(collection, `its index "${name}" has other fields`, JSON.stringify(index.key));
  }
  const option = PARTIAL.find((each) => index[each] !== undefined && index[each] !== false);
  if (option) throw fault(collection, `its index "${name}" has the option ${option}`, 'so it does not answer for every row');
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fault(collection: string, what: string, reason: string): Error {
  return new Error(
    `MongoDB's collection "${collection}" cannot be searched: ${what} (${reason}). Drop the index that stands in its place, or let the database user make indexes, and start again.`,
  );
}

function nameOf(keys: Keys): string {
  return Object.entries(keys)
    .map(([field, direction]) => `${field}_${direction}`)
    .join('_');
}
