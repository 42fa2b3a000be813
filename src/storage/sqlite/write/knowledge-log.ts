/** The last few thousand writes of knowledge types, so that every process can drop what it keeps in memory of them. */
import type { Changes } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { raw, sql } from '../fragment.ts';
import type { TypeNumbers } from '../types.ts';

const KEPT = 4_096;

export function logKnowledge(connection: Connection, type: number, id: string): void {
  const { rowid } = connection.run(sql`INSERT INTO knowledge (type, id) VALUES (${type}, ${id})`);
  if (rowid % 256 === 0) connection.run(sql`DELETE FROM knowledge WHERE revision <= ${rowid - KEPT}`);
}

/** Revisions begin at 1, so that an empty store's is not the 0 of a caller who knows nothing yet. */
export function readChanges(connection: Connection, types: TypeNumbers, since: number): Changes {
  const [last, first] = connection.get(raw('SELECT (SELECT max(revision) FROM knowledge), (SELECT min(revision) FROM knowledge)')) ?? [];
  const revision = Number(last ?? 0) + 1;
  if (since === revision) return { revision, changed: [] };
  if (since < 1 || since > revision || since < Number(first ?? 1)) return { revision, changed: 'all' };
  const rows = connection.all(sql`SELECT DISTINCT type, id FROM knowledge WHERE revision >= ${since} AND revision < ${revision}`);
  return { revision, changed: rows.map(([type, id]) => ({ type: types.name(Number(type)), id: String(id) })) };
}
