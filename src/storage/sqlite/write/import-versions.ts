import { isKnowledgeType } from '../../knowledge.ts';
import type { Version } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { sql } from '../fragment.ts';
import type { TypeNumbers } from '../types.ts';
import { releaseClaims } from './claims.ts';
import { clearEntries } from './index-rows.ts';
import { logKnowledge } from './knowledge-log.ts';
import { parametersNumber } from './unit.ts';

/** Writes versions as they are; one that is there already is left alone, so that an import may be repeated. */
export function importVersions(connection: Connection, types: TypeNumbers, versions: readonly Version[]): undefined {
  for (const version of versions) importVersion(connection, types.number(version.type), version);
}

function importVersion(connection: Connection, type: number, version: Version): void {
  const { id, versionId, method, origin, json } = version;
  const updated = Date.parse(version.lastUpdated);
  const { changes, rowid } = connection.run(sql`INSERT OR IGNORE INTO version (type, id, version, updated, method, folder, hash)
    VALUES (${type}, ${id}, ${versionId}, ${updated}, ${method}, ${origin?.folder ?? null}, ${origin?.hash ?? null})`);
  if (changes === 0) return;
  if (json) connection.run(sql`INSERT INTO body VALUES (${rowid}, ${Buffer.from(json)})`);
  const current = connection.get(sql`SELECT row, version, updated FROM resource WHERE type = ${type} AND id = ${id}`);
  if (current && Number(current[1]) > versionId) return;
  if (current) forget(connection, { row: Number(current[0]), type, id, updated: Number(current[2]) });
  connection.run(sql`INSERT OR REPLACE INTO resource
    (row, type, id, version, updated, deleted, version_row, parameters, folder, hash, method)
    VALUES (${current ? Number(current[0]) : null}, ${type}, ${id}, ${versionId}, ${updated}, ${json ? 0 : 1}, ${rowid},
      ${parametersNumber(connection, '')}, ${origin?.folder ?? null}, ${origin?.hash ?? null}, ${method})`);
  if (isKnowledgeType(version.type)) logKnowledge(connection, type, id);
}

function forget(connection: Connection, at: Parameters<typeof clearEntries>[1]): void {
  clearEntries(connection, at);
  releaseClaims(connection, at.row);
}
