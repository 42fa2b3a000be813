import type { Reindexed } from '../../upkeep.ts';
import type { Connection } from '../connection.ts';
import { sql } from '../fragment.ts';
import type { TypeNumbers } from '../types.ts';
import { claimWhatIsFree, releaseClaims } from './claims.ts';
import { clearEntries, writeEntries } from './index-rows.ts';
import { parametersNumber } from './unit.ts';

/** Replaces the entries of rows that are still the version that was read; gives how many were. */
export function reindexRows(connection: Connection, types: TypeNumbers, rows: readonly Reindexed[]): number {
  return rows.filter((row) => reindexRow(connection, types.number(row.type), row)).length;
}

function reindexRow(connection: Connection, type: number, { id, versionId, entries, parametersHash, claims }: Reindexed): boolean {
  const found = connection.get(sql`SELECT row, updated FROM resource
    WHERE type = ${type} AND id = ${id} AND version = ${versionId} AND deleted = 0`);
  if (!found) return false;
  const at = { row: Number(found[0]), updated: Number(found[1]), type, id };
  clearEntries(connection, at);
  writeEntries(connection, at, entries);
  releaseClaims(connection, at.row);
  claimWhatIsFree(connection, at.row, claims);
  connection.run(sql`UPDATE resource SET parameters = ${parametersNumber(connection, parametersHash)} WHERE row = ${at.row}`);
  return true;
}
