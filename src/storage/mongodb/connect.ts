/** Start-up: the server is found, it knows transactions, its schema is ours, its indexes are there. Every refusal is a sentence for the operator. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Db, MongoClient, MongoParseError, ReadConcern } from 'mongodb';
import { refusesUser } from './faults.ts';
import { ensureIndexes } from './indexes.ts';
import { hasTransactions } from './probe.ts';
import { migrate } from './schema.ts';

const RETRY_MS = 2_000;
const DEFAULT_DATABASE = 'ramus';

export interface MongoOptions {
  /** Writes one line for the operator. */
  readonly log?: (line: string) => void;
  /** How long a server that does not answer is tried at start, in milliseconds. */
  readonly retryForMs?: number;
  /** How long an operation looks for a primary, in milliseconds. */
  readonly selectionMs?: number;
  /** How long a unit is tried, its wait for others included, before the caller is told to come back, in milliseconds. */
  readonly tryForMs?: number;
  /** How long one reading statement may run, in milliseconds. */
  readonly readForMs?: number;
  readonly now?: () => Date;
}

export interface Connected {
  readonly client: MongoClient;
  readonly database: Db;
  /** Hosts and database, without credentials. */
  readonly kind: string;
}

/** @throws Error whose message never holds the address: it may carry a password */
export async function connect(url: string, { log, retryForMs = 60_000, selectionMs = 5_000 }: MongoOptions): Promise<Connected> {
  const client = clientOf(url, selectionMs);
  const database = databaseOf(client, url);
  try {
    await reach(client, database, retryForMs, log);
    await migrate(database);
    await ensureIndexes(database);
  } catch (error) {
    await client.close().catch(() => undefined);
    throw error;
  }
  const hosts = client.options.srvHost ?? client.options.hosts.join(',');
  return { client, database, kind: `MongoDB at ${hosts}, database ${database.databaseName}` };
}

function clientOf(url: string, serverSelectionTimeoutMS: number): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'ramus',
      serverSelectionTimeoutMS,
      connectTimeoutMS: 5_000,
      heartbeatFrequencyMS: 2_000, // with the one above: a server that fell silent is given up after seven seconds
      retryReads: true,
      retryWrites: true,
      promoteBuffers: false,
    });
  } catch (error) {
    const reason = error instanceof MongoParseError ? 'it is not a MongoDB connection string' : 'its options are not understood';
    throw new Error(`DATABASE_URL cannot be used: ${reason}. It reads mongodb://HOST:PORT/DATABASE?replicaSet=NAME.`);
  }
}

/** The database of the address, `ramus` where it names none. Its concerns are ours, whatever options the address has. */
function databaseOf(client: MongoClient, url: string): Db {
  const named = /^mongodb(\+srv)?:\/\/[^/]*\/[^?]/i.test(url);
  try {
    return client.db(named ? client.options.dbName : DEFAULT_DATABASE, {
      readConcern: new ReadConcern('majority'),
      writeConcern: { w: 'majority', journal: true },
      readPreference: 'primary',
    });
  } catch {
    throw new Error(
      'DATABASE_URL cannot be used: its database has a name that MongoDB does not allow; leave out dots, spaces and dollars.',
    );
  }
}

/** Tries until the server answers and a transaction holds; what will not change by waiting ends it at once. */
async function reach(client: MongoClient, database: Db, retryForMs: number, log: MongoOptions['log']): Promise<void> {
  const deadline = Date.now() + retryForMs;
  for (let attempt = 1; ; attempt++) {
    try {
      await client.connect();
      if (await hasTransactions(client, database)) return;
      break;
    } catch (error) {
      if (refusesUser(error)) {
        throw new Error('MongoDB does not let the user of DATABASE_URL in, or not write; check name, password and authSource.');
      }
      if (Date.now() >= deadline) {
        throw new Error(
          `The MongoDB of DATABASE_URL did not answer within ${Math.round(retryForMs / 1000)} s. Start it, or correct DATABASE_URL; where that names a replicaSet, the server must belong to it (mongod --replSet NAME, initiated once).`,
        );
      }
      log?.(`MongoDB does not answer yet (try ${attempt}); trying again for ${Math.ceil((deadline - Date.now()) / 1000)} s more.`);
      await sleep(Math.min(RETRY_MS, Math.max(0, deadline - Date.now())));
    }
  }
  throw new Error(
    'The MongoDB of DATABASE_URL has no transactions, and every write needs one. Start mongod with --replSet NAME and initiate the set once (one node is enough).',
  );
}
