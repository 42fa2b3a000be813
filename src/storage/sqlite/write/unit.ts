/** One unit of changes inside an open transaction: all of it, or an error and the caller takes it back. */
import { FhirError } from '../../../fhir/error.ts';
import { fillText } from '../../../fhir/resource-text.ts';
import { isKnowledgeType } from '../../knowledge.ts';
import type { Change, Expectation } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { raw, sql } from '../fragment.ts';
import { type Head, headOf, RESOURCE_HEAD, versionOf } from '../rows.ts';
import { holds } from '../search/expectation.ts';
import type { TypeNumbers } from '../types.ts';
import { claim, releaseClaims } from './claims.ts';
import { clearEntries, writeEntries } from './index-rows.ts';
import { logKnowledge } from './knowledge-log.ts';
import type { WrittenRow } from './tasks.ts';

/** What stands in `resource` for a change's id, before the change. */
interface Found {
  readonly row: number;
  readonly head: Head;
  readonly deleted: boolean;
}

/**
 * Claims are given up by all rows of the unit before any is taken, so that two rows may swap their versions.
 * @param now milliseconds; times given are never earlier than that of the version before
 */
export function writeUnit(
  connection: Connection,
  types: TypeNumbers,
  { changes, expectations }: { readonly changes: readonly Change[]; readonly expectations: readonly Expectation[] },
  now: number,
): readonly WrittenRow[] {
  for (const expectation of expectations) {
    if (!holds(connection, types, expectation)) throw new FhirError('conflict', 'Another write changed what the criteria find; try again.');
  }
  const found = changes.map((change) => find(connection, types.number(change.type), change));
  for (const [i, change] of changes.entries()) refuseStale(change, found[i]);
  for (const row of found) if (row) releaseClaims(connection, row.row);
  return changes.map((change, i) => apply(connection, types.number(change.type), change, found[i], now));
}

function find(connection: Connection, type: number, change: Change): Found | undefined {
  const row = connection.get(
    sql`SELECT ${raw(RESOURCE_HEAD)}, r.row, r.deleted FROM resource r WHERE r.type = ${type} AND r.id = ${change.id}`,
  );
  return row && { row: Number(row[7]), head: headOf(change.type, row), deleted: row[8] === 1 };
}

function refuseStale(change: Change, found: Found | undefined): void {
  const current = found && !found.deleted ? found.head.versionId : undefined;
  const name = `${change.type}/${change.id}`;
  if (change.ifNoneMatch && current) throw new FhirError('stale', `${name} exists, in version ${current}; If-None-Match: * forbids that.`);
  if (change.kind === 'create' && current) throw new FhirError('conflict', `${name} exists already; update it instead.`);
  if (!change.ifMatch || (current && (change.ifMatch === '*' || change.ifMatch.includes(current)))) return;
  const state = current ? `is in version ${current}` : 'does not exist';
  const asked = change.ifMatch === '*' ? 'any version' : `version ${change.ifMatch.join(' or ')}`;
  throw new FhirError('stale', `${name} ${state}, If-Match asks for ${asked}; read it again and apply the change to what it is now.`);
}

function apply(connection: Connection, type: number, change: Change, found: Found | undefined, now: number): WrittenRow {
  const gone = !found || found.deleted;
  if (change.kind === 'delete' && gone) return { outcome: 'unchanged', ...(found && { found: versionOf(found.head, undefined) }) };
  const updated = Math.max(now, found?.head.updated ?? 0);
  const versionId = (found?.head.versionId ?? 0) + 1;
  const versionRow = writeVersion(connection, type, change, versionId, updated);
  const row = writeResource(connection, type, change, { row: found?.row, versionId, updated, versionRow });
  if (!gone) clearEntries(connection, { row, type, id: change.id, updated: found.head.updated });
  if (change.content) {
    claim(connection, row, change.content.claims);
    writeEntries(connection, { row, type, id: change.id, updated }, change.content.entries);
  }
  if (isKnowledgeType(change.type)) logKnowledge(connection, type, change.id);
  return { outcome: change.kind === 'delete' ? 'deleted' : gone ? 'created' : 'updated', versionId, updated };
}

function writeVersion(connection: Connection, type: number, change: Change, versionId: number, updated: number): number {
  const { folder, hash } = change.origin ?? { folder: null, hash: null };
  const { rowid } = connection.run(sql`INSERT INTO version (type, id, version, updated, method, folder, hash)
    VALUES (${type}, ${change.id}, ${versionId}, ${updated}, ${change.method}, ${folder}, ${hash})`);
  if (change.content) {
    const text = fillText(change.content.text, versionId, new Date(updated).toISOString());
    connection.run(sql`INSERT INTO body VALUES (${rowid}, ${text})`);
  }
  return rowid;
}

/** Writes the current state of a resource and gives its row. */
function writeResource(
  connection: Connection,
  type: number,
  change: Change,
  at: { readonly row: number | undefined; readonly versionId: number; readonly updated: number; readonly versionRow: number },
): number {
  const { folder, hash } = change.origin ?? { folder: null, hash: null };
  const deleted = change.content ? 0 : 1;
  const parameters = parametersNumber(connection, change.content?.parametersHash ?? '');
  const { rowid } = connection.run(sql`
    INSERT INTO resource (row, type, id, version, updated, deleted, version_row, parameters, folder, hash, method)
    VALUES (${at.row ?? null}, ${type}, ${change.id}, ${at.versionId}, ${at.updated}, ${deleted}, ${at.versionRow}, ${parameters},
      ${folder}, ${hash}, ${change.method})
    ON CONFLICT (row) DO UPDATE SET version = excluded.version, updated = excluded.updated, deleted = excluded.deleted,
      version_row = excluded.version_row, parameters = excluded.parameters, folder = excluded.folder, hash = excluded.hash,
      method = excluded.method`);
  return at.row ?? rowid;
}

/** The small number that stands for a hash of search parameters; made where it is new. */
export function parametersNumber(connection: Connection, hash: string): number {
  const found = connection.get(sql`SELECT number FROM parameters WHERE hash = ${hash}`);
  return found ? Number(found[0]) : connection.run(sql`INSERT INTO parameters (hash) VALUES (${hash})`).rowid;
}
