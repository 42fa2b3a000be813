/** Start-up: the server is found, it knows transactions, its schema is ours, its indexes are there. Every refusal is a sentence for the operator. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, MongoClient, MongoParseError } from 'mongodb';
import { collections } from './collections.ts';
import { refusesTransactions } from './faults.ts';
import { ensureIndexes } from './indexes.ts';
import { TRANSACTION } from './transactions.ts';

/** Raised when the layout changes; a migration from the one before belongs beside it. */
const SCHEMA_VERSION = 1;
const RETRY_MS = 2_000;

export interface MongoOptions {
  /** Writes one line for the operator. */
  readonly log?: (line: string) => void;
  /** How long a server that does not answer is tried at start, in milliseconds. */
  readonly retryForMs?: number;
  /** How long an operation looks for a primary, in milliseconds. */
  readonly selectionMs?: number;
}

/** @throws Error whose message never holds the address: it may carry a password */
export async function connect(
  url: string,
  { log, retryForMs = 60_000, selectionMs = 5_000 }: MongoOptions,
): Promise<{ client: MongoClient; database: Db }> {
  const client = makeClient(url, selectionMs);
  try {
    await reach(client, retryForMs, log);
    const database = client.db();
    await probeTransactions(client, database);
    await checkSchema(database);
    await ensureIndexes(database);
    return { client, database };
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
}

function makeClient(url: string, serverSelectionTimeoutMS: number): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'ramus',
      serverSelectionTimeoutMS,
      readConcernLevel: 'majority',
      writeConcern: { w: 'majority', journal: true },
      readPreference: 'primary',
      retryReads: true,
      retryWrites: true,
      promoteBuffers: false,
    });
  } catch (error) {
    const reason = error instanceof MongoParseError ? 'it is not a MongoDB connection string' : 'its options are not understood';
    throw new Error(`DATABASE_URL cannot be used: ${reason}. It reads mongodb://HOST:PORT/DATABASE?replicaSet=NAME.`);
  }
}

async function reach(client: MongoClient, retryForMs: number, log: MongoOptions['log']): Promise<void> {
  const deadline = Date.now() + retryForMs;
  for (let attempt = 1; ; attempt++) {
    try {
      await client.connect();
      await client.db().command({ ping: 1 });
      return;
    } catch {
      if (Date.now() >= deadline) {
        throw new Error(
          `The MongoDB of DATABASE_URL did not answer within ${Math.round(retryForMs / 1000)} s. Start it, or correct DATABASE_URL.`,
        );
      }
      log?.(`MongoDB does not answer yet (try ${attempt}); trying again for ${Math.ceil((deadline - Date.now()) / 1000)} s more`);
      await sleep(RETRY_MS);
    }
  }
}

/** Whether transactions hold, whatever `hello` says: what an aborted one wrote must not be there. */
async function probeTransactions(client: MongoClient, database: Db): Promise<void> {
  const { meta } = collections(database);
  const refused = new Error(
    'The MongoDB of DATABASE_URL has no transactions, and every write needs one. Start mongod with --replSet NAME and initiate the set once (one node is enough).',
  );
  const _id = `probe:${randomUUID()}`;
  await meta.updateOne({ _id: 'probe' }, { $set: { value: 0 } }, { upsert: true }); // the collection exists before the transaction
  const session = client.startSession();
  try {
    session.startTransaction(TRANSACTION);
    await meta.insertOne({ _id, value: 0 }, { session });
    await session.abortTransaction();
  } catch (error) {
    throw refusesTransactions(error) ? refused : error;
  } finally {
    await session.endSession().catch(() => undefined);
  }
  if (await meta.findOne({ _id })) {
    await meta.deleteOne({ _id });
    throw refused;
  }
}

async function checkSchema(database: Db): Promise<void> {
  const { meta } = collections(database);
  const found = await meta.findOneAndUpdate(
    { _id: 'schema' },
    { $setOnInsert: { value: SCHEMA_VERSION } },
    { upsert: true, returnDocument: 'after' },
  );
  const version = Number(found?.value);
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `The database has schema ${version}, and this release knows ${SCHEMA_VERSION}. Start a newer release, or restore a backup made before the upgrade.`,
    );
  }
}
