/**
 * The tables of the file, and how older files become newer ones. `PRAGMA user_version` is the number of steps taken.
 *
 * A resource's entries are kept twice: by row (`entry`, `span`: what a found row is checked against, and what is cleared
 * when it changes) and by value (the other index tables: where a search starts). `by_high` leaves out ranges whose ends are
 * the same, most of all: `by_low` finds them as well. Times are milliseconds since 1970.
 */
import { resourceTypes } from '../../fhir/resource-types.ts';
import type { Connection } from './connection.ts';
import { raw, sql } from './fragment.ts';

/** What a row of `entry` or `span` is. */
export const ENTRY = { key: 1, text: 2, present: 3 } as const;
export const SPAN = { range: 1, sort: 2 } as const;

const first = `
CREATE TABLE type (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE indexed (type INTEGER PRIMARY KEY, fingerprints TEXT NOT NULL);
CREATE TABLE parameters (number INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE);

CREATE TABLE resource (
  row INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL,
  deleted INTEGER NOT NULL, version_row INTEGER NOT NULL, parameters INTEGER NOT NULL, folder TEXT, hash TEXT, method TEXT NOT NULL);
CREATE UNIQUE INDEX resource_id ON resource (type, id);
CREATE INDEX resource_newest ON resource (type, updated DESC, id) WHERE deleted = 0;
CREATE INDEX resource_oldest ON resource (type, updated, id) WHERE deleted = 0;
CREATE INDEX resource_parameters ON resource (type, parameters, id) WHERE deleted = 0;
CREATE INDEX resource_loaded ON resource (type, id) WHERE deleted = 0 AND folder IS NOT NULL;

CREATE TABLE version (
  row INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, updated INTEGER NOT NULL,
  method TEXT NOT NULL, folder TEXT, hash TEXT);
CREATE UNIQUE INDEX version_id ON version (type, id, version);
CREATE INDEX version_type ON version (type, updated);
CREATE INDEX version_updated ON version (updated);
CREATE TABLE body (version_row INTEGER PRIMARY KEY, json BLOB NOT NULL);

CREATE TABLE entry (row INTEGER, kind INTEGER, name TEXT, PRIMARY KEY (row, kind, name)) WITHOUT ROWID;
CREATE TABLE span (row INTEGER, kind INTEGER, name TEXT, low, high, PRIMARY KEY (row, kind, name, low, high)) WITHOUT ROWID;

CREATE TABLE by_key (type INTEGER, name TEXT, updated INTEGER, id TEXT, row INTEGER NOT NULL,
  PRIMARY KEY (type, name, updated DESC, id)) WITHOUT ROWID;
CREATE TABLE by_text (type INTEGER, name TEXT, row INTEGER, PRIMARY KEY (type, name, row)) WITHOUT ROWID;
CREATE TABLE by_low (type INTEGER, name TEXT, low, high, row INTEGER, PRIMARY KEY (type, name, low, high, row)) WITHOUT ROWID;
CREATE TABLE by_high (type INTEGER, name TEXT, high, low, row INTEGER, PRIMARY KEY (type, name, high, low, row)) WITHOUT ROWID;
CREATE TABLE sort_low (type INTEGER, name TEXT, low, id TEXT, row INTEGER NOT NULL, PRIMARY KEY (type, name, low, id)) WITHOUT ROWID;
CREATE TABLE sort_high (type INTEGER, name TEXT, high, id TEXT, row INTEGER NOT NULL,
  PRIMARY KEY (type, name, high DESC, id)) WITHOUT ROWID;

CREATE TABLE claim (name TEXT PRIMARY KEY, row INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX claim_row ON claim (row);
CREATE TABLE knowledge (revision INTEGER PRIMARY KEY, type INTEGER NOT NULL, id TEXT NOT NULL);
CREATE TABLE ledger (row INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT, until INTEGER, record TEXT NOT NULL);
CREATE UNIQUE INDEX ledger_key ON ledger (kind, key) WHERE key IS NOT NULL;
CREATE INDEX ledger_kind ON ledger (kind, row);
CREATE INDEX ledger_until ON ledger (until) WHERE until IS NOT NULL;
`;

/** Each step leads from the version of its place to the next; a released one is never changed. */
export const steps: readonly ((connection: Connection) => void)[] = [
  (connection) => {
    connection.exec(first);
    for (const name of resourceTypes) connection.run(sql`INSERT INTO type (name) VALUES (${name})`);
  },
];

/**
 * Brings a file to this release's layout; several processes may do so at once.
 * @throws Error a sentence for the operator: a newer layout, or a file of another program
 */
export function migrate(connection: Connection, path: string, to = steps): void {
  if (layoutVersion(connection) === to.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    const from = layoutVersion(connection);
    if (from > to.length) throw new Error(`${path} has layout ${from}, this release knows ${to.length}: start a newer release.`);
    const tables = Number(connection.get(sql`SELECT count(*) FROM sqlite_schema`)?.[0]);
    if (from === 0 && tables > 0) throw new Error(`${path} is a database of another program: name another file in DATABASE_URL.`);
    for (const step of to.slice(from)) step(connection);
    connection.exec(`PRAGMA user_version=${to.length}`);
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}

function layoutVersion(connection: Connection): number {
  return Number(connection.get(raw('PRAGMA user_version'))?.[0]);
}
