import type { Connection } from '../connection.ts';
import { sql } from '../fragment.ts';
import type { Task } from './tasks.ts';

/** Records past their time that are cleared with each append: more than come in, so none stay for long. */
const SWEPT = 20;

/** Adds a record to the ledger; false where its key is there already and still lives. */
export function appendRecord(
  connection: Connection,
  { ledger, record, key, until }: Extract<Task, { kind: 'append' }>,
  now: number,
): boolean {
  connection.run(sql`DELETE FROM ledger WHERE row IN (SELECT row FROM ledger WHERE until <= ${now} ORDER BY until LIMIT ${SWEPT})`);
  if (key !== null) connection.run(sql`DELETE FROM ledger WHERE kind = ${ledger} AND key = ${key} AND until <= ${now}`);
  const { changes } = connection.run(sql`INSERT OR IGNORE INTO ledger (kind, key, until, record)
    VALUES (${ledger}, ${key}, ${until}, ${record})`);
  return changes > 0;
}
