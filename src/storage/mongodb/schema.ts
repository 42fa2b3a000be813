/**
 * The layout of the collections, and how an older one becomes a newer one. A release reads and writes the layout of the release
 * before it too (servers are replaced one by one), so a step only adds; what became useless is taken away one release later.
 */
import type { Db } from 'mongodb';
import { collections } from './collections.ts';
import { COUNTER } from './revisions.ts';

/** Each step leads from the version of its place to the next and may be run twice; a released one is never changed. */
export const steps: readonly ((database: Db) => Promise<void>)[] = [first];

/**
 * Brings a database to this release's layout; several processes may do so at once.
 * @throws Error a sentence for the operator: a newer layout
 */
export async function migrate(database: Db, to = steps): Promise<void> {
  const { meta } = collections(database);
  const from = Number((await meta.findOne({ _id: 'schema' }))?.value ?? 0);
  if (from > to.length) {
    throw new Error(
      `The database has layout ${from}, this release knows ${to.length}: start a newer release, or restore a backup made before the upgrade.`,
    );
  }
  for (const step of to.slice(from)) await step(database);
  await meta.updateOne({ _id: 'schema' }, { $max: { value: to.length } }, { upsert: true });
}

/** Collections are made before the first unit: one that makes a collection meets any other that makes the same. */
async function first(database: Db): Promise<void> {
  for (const name of Object.keys(collections(database))) {
    await database.createCollection(name).catch((error: { code?: unknown }) => {
      if (error.code !== NAMESPACE_EXISTS) throw error;
    });
  }
  await collections(database).meta.updateOne({ _id: COUNTER }, { $setOnInsert: { value: 1 } }, { upsert: true }); // 0 means: from the beginning
}

const NAMESPACE_EXISTS = 48;
