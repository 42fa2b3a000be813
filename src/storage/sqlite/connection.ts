import { types } from 'node:util';
import Database from 'libsql';
import { FhirError } from '../../fhir/error.ts';
import { guarded, unavailable } from './faults.ts';
import type { Fragment, SqlValue } from './fragment.ts';

/** One row: the columns in the order of the SELECT. Blobs are Buffers. */
export type Row = readonly unknown[];

/** What this adapter asks of the driver; rows are arrays, statements are kept. Faults that pass are FhirErrors `unavailable`. */
export interface Connection {
  get(query: Fragment): Row | undefined;
  all(query: Fragment): Row[];
  /** @returns the rowid of the last insert and the number of rows changed */
  run(query: Fragment): { readonly rowid: number; readonly changes: number };
  exec(text: string): void;
  readonly inTransaction: boolean;
  close(): void;
}

type Statement = Database.Statement<[SqlValue[]]>;

/** How long a statement waits for a lock that another process holds. */
const BUSY_MILLISECONDS = 5_000;
const STATEMENTS_KEPT = 400;
const MAX_VALUES = 32_766; // SQLITE_MAX_VARIABLE_NUMBER

/**
 * Opens a database file with the settings of every connection; durable commits are SQLite's `synchronous=FULL`.
 * Who writes keeps more pages in memory and copies the log into the file less often: many pages are changed again soon.
 */
export function connect(path: string, role: 'reads' | 'writes'): Connection {
  const database = new Database(path);
  database.exec(`PRAGMA busy_timeout=${BUSY_MILLISECONDS}`);
  database.exec('PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY');
  database.exec(
    role === 'reads'
      ? 'PRAGMA cache_size=-16000'
      : 'PRAGMA cache_size=-64000; PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864',
  );
  const readers = statements(database, true);
  const writers = statements(database, false);
  let closed = false;
  const ask = <T>(call: () => T): T => {
    if (closed) throw unavailable('it is closed');
    return guarded(call);
  };
  return {
    get: ({ text, values }) => {
      const bound = bind(values);
      return ask(() => readers(text).get(bound)) as Row | undefined;
    },
    all: ({ text, values }) => {
      const bound = bind(values);
      return ask(() => readers(text).all(bound) as unknown[][]).map(withBuffers);
    },
    run: ({ text, values }) => {
      const bound = bind(values);
      const { lastInsertRowid, changes } = ask(() => writers(text).run(bound));
      return { rowid: Number(lastInsertRowid), changes };
    },
    exec: (text) => {
      ask(() => database.exec(text));
    },
    get inTransaction() {
      return database.inTransaction;
    },
    close: () => {
      closed = true;
      database.close();
    },
  };
}

/** Prepared statements by their text, the least recently used one dropped when there are too many. */
function statements(database: Database.Database, rows: boolean): (text: string) => Statement {
  const kept = new Map<string, Statement>();
  const prepare = (text: string) => {
    const statement = database.prepare(text) as Statement;
    return rows ? statement.raw(true) : statement;
  };
  return (text) => {
    const found = kept.get(text);
    const statement = found ?? prepare(text);
    if (found) kept.delete(text);
    kept.set(text, statement);
    if (kept.size > STATEMENTS_KEPT) kept.delete(kept.keys().next().value ?? '');
    return statement;
  };
}

/**
 * The one way values reach the driver: it ends the whole process on a boolean, an object, or a Buffer that is not in an
 * array, and takes `undefined` for NULL; so always an array of what it can take.
 */
function bind(values: readonly SqlValue[]): SqlValue[] {
  if (values.length > MAX_VALUES) {
    throw new FhirError('too-costly', `The search has ${values.length} comparisons; at most ${MAX_VALUES} are possible: split it.`);
  }
  return values.map((value) => {
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
    if (Buffer.isBuffer(value)) return value;
    throw new TypeError(`A value of type ${typeof value} cannot be bound to a statement.`);
  });
}

/** The driver gives Buffers for single rows but ArrayBuffers for many. */
function withBuffers(row: unknown[]): Row {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (types.isAnyArrayBuffer(value)) row[i] = Buffer.from(value);
  }
  return row;
}
