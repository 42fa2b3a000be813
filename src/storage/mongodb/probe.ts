import { randomUUID } from 'node:crypto';
import type { Db, MongoClient } from 'mongodb';
import { collections } from './collections.ts';
import { refusesTransactions } from './faults.ts';
import { TRANSACTION } from './transactions.ts';

/** Whether transactions hold, whatever `hello` says: what an aborted one wrote must not be there. */
export async function hasTransactions(client: MongoClient, database: Db): Promise<boolean> {
  const { meta } = collections(database);
  const _id = `probe:${randomUUID()}`;
  const session = client.startSession();
  try {
    await meta.updateOne({ _id: 'probe' }, { $set: { value: 0 } }, { upsert: true }); // the collection exists before the transaction
    session.startTransaction(TRANSACTION);
    await meta.insertOne({ _id, value: 0 }, { session });
    await session.abortTransaction();
    const { deletedCount } = await meta.deleteOne({ _id });
    return deletedCount === 0;
  } catch (error) {
    if (refusesTransactions(error)) return false;
    throw error;
  } finally {
    await session.endSession().catch(() => undefined);
  }
}
