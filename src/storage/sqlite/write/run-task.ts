import type { Connection } from '../connection.ts';
import { raw, sql } from '../fragment.ts';
import type { TypeNumbers } from '../types.ts';
import { appendRecord } from './append.ts';
import { importVersions } from './import-versions.ts';
import { reindexRows } from './reindex.ts';
import type { Answers, Settings, Task } from './tasks.ts';
import { writeUnit } from './unit.ts';

/** Runs one task inside an open transaction. */
export function runTask(connection: Connection, types: TypeNumbers, task: Task): Answers[Task['kind']] {
  switch (task.kind) {
    case 'write':
      return writeUnit(connection, types, task, Date.now());
    case 'reindex':
      return reindexRows(connection, types, task.rows);
    case 'note':
      return note(connection, types, task);
    case 'import':
      return importVersions(connection, types, task.versions);
    case 'append':
      return appendRecord(connection, task, Date.now());
    case 'settings':
      return settings(connection);
  }
}

function note(connection: Connection, types: TypeNumbers, { indexed }: Extract<Task, { kind: 'note' }>): undefined {
  for (const [type, fingerprints] of indexed) {
    connection.run(sql`INSERT OR REPLACE INTO indexed VALUES (${types.number(type)}, ${fingerprints})`);
  }
}

/** What the connection that writes is really set to: a commit is durable only with WAL and FULL (2). */
function settings(connection: Connection): Settings {
  const [journalMode] = connection.get(raw('PRAGMA journal_mode')) ?? [];
  const [synchronous] = connection.get(raw('PRAGMA synchronous')) ?? [];
  return { journalMode: String(journalMode), synchronous: Number(synchronous) };
}
