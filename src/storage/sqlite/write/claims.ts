/** Identities that one resource at a time may have (`Type␟url␟version`). */
import { FhirError } from '../../../fhir/error.ts';
import { SEPARATOR } from '../../../search/entries.ts';
import type { Connection } from '../connection.ts';
import { sql } from '../fragment.ts';

export function releaseClaims(connection: Connection, row: number): void {
  connection.run(sql`DELETE FROM claim WHERE row = ${row}`);
}

/** @throws FhirError `conflict` that names who has it */
export function claim(connection: Connection, row: number, names: readonly string[]): void {
  for (const name of names) {
    if (!claimFree(connection, row, name)) throw taken(connection, name);
  }
}

/** Claims what nobody has; what is taken stays with its holder. */
export function claimWhatIsFree(connection: Connection, row: number, names: readonly string[]): void {
  for (const name of names) claimFree(connection, row, name);
}

function claimFree(connection: Connection, row: number, name: string): boolean {
  return connection.run(sql`INSERT OR IGNORE INTO claim VALUES (${name}, ${row})`).changes > 0;
}

function taken(connection: Connection, name: string): FhirError {
  const holder = connection.get(sql`SELECT t.name, r.id FROM claim c JOIN resource r ON r.row = c.row JOIN type t ON t.number = r.type
    WHERE c.name = ${name}`);
  const [type, url, version] = name.split(SEPARATOR);
  return new FhirError(
    'conflict',
    `${type} "${url}|${version}" is ${holder?.join('/')} already; a url and version belong to one resource: update that one, or give another version.`,
  );
}
