import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ledger } from '../ledger.ts';
import type { ResourceStore } from '../store.ts';
import type { StoreUpkeep } from '../upkeep.ts';
import { type Connection, connect } from './connection.ts';
import { migrate } from './layout.ts';
import { SqliteLedger } from './ledger.ts';
import { LIMITS, type Limits } from './search/one-type.ts';
import { SqliteStore } from './store.ts';
import { readTypes } from './types.ts';
import { SqliteUpkeep } from './upkeep.ts';
import type { Settings } from './write/tasks.ts';
import { openWriter } from './write/writer.ts';

export interface OpenSqlite {
  readonly store: ResourceStore;
  readonly upkeep: StoreUpkeep;
  readonly ledger: Ledger;
  /** What the connection that writes is really set to. */
  settings(): Promise<Settings>;
  close(): Promise<void>;
}

export interface SqliteOptions {
  readonly limits?: Limits;
  /** Writes one line for the operator. */
  readonly log?: (line: string) => void;
}

/**
 * Opens the database file, making it and its folder where they are missing. Any number of processes may have it open.
 * @throws Error a sentence for the operator
 */
export function openSqlite(path: string, { limits = LIMITS, log }: SqliteOptions = {}): OpenSqlite {
  mkdirSync(dirname(path), { recursive: true });
  const connection = connectFirst(path);
  connection.exec('PRAGMA query_only=1');
  const types = readTypes(connection);
  const writer = openWriter(path, log);
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= writer.close().then(() => connection.close());
    return closing;
  };
  return {
    store: new SqliteStore({ connection, types, limits }, writer, close),
    upkeep: new SqliteUpkeep(connection, types, writer),
    ledger: new SqliteLedger(connection, writer),
    settings: () => writer.send({ kind: 'settings' }),
    close,
  };
}

function connectFirst(path: string): Connection {
  let connection: Connection | undefined;
  try {
    connection = connect(path, 'reads');
    useWal(connection);
    migrate(connection, path);
    return connection;
  } catch (error) {
    connection?.close();
    throw forOperator(path, error);
  }
}

/** The driver's own words name no file and say nothing of what to do. */
function forOperator(path: string, error: unknown): unknown {
  const { code = '' } = Object(error) as { readonly code?: unknown };
  if (/^SQLITE_NOTADB/.test(String(code))) return new Error(`${path} is no SQLite database: name another file in DATABASE_URL.`);
  if (/^SQLITE_CORRUPT/.test(String(code))) return new Error(`${path} is damaged: put a copy of it in its place.`);
  if (/Unable to open connection|^SQLITE_CANTOPEN/.test(`${error}${code}`)) {
    return new Error(
      `${path} cannot be opened: DATABASE_URL names a file that this process may read and write, in a folder that it may write to.`,
    );
  }
  return error;
}

/** The change to WAL needs the file alone for a moment and does not wait for it: two processes that start together try again. */
function useWal(connection: Connection): void {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let attempt = 1; ; attempt++) {
    try {
      connection.exec('PRAGMA journal_mode=WAL');
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      Atomics.wait(pause, 0, 0, 50);
    }
  }
}
