/** The index entries of one row: written, and cleared by what is kept by row. */
import type { IndexEntries, RangeValue } from '../../../search/entries.ts';
import type { Connection } from '../connection.ts';
import { jsonList, raw, sql } from '../fragment.ts';
import { ENTRY, SPAN } from '../layout.ts';

/** Whose entries they are; `updated` and `id` stand in the key index because its order is the default order of a search. */
export interface IndexedRow {
  readonly row: number;
  readonly type: number;
  readonly id: string;
  readonly updated: number;
}

export function writeEntries(connection: Connection, at: IndexedRow, entries: IndexEntries): void {
  writeTexts(connection, at.row, ENTRY.key, entries.keys);
  writeTexts(connection, at.row, ENTRY.text, entries.texts);
  writeTexts(connection, at.row, ENTRY.present, entries.present);
  for (const { parameter, low, high } of entries.ranges) writeSpan(connection, at.row, SPAN.range, parameter, low, high);
  writeSorts(connection, at.row, entries);
  const { row, type, id, updated } = at;
  connection.run(
    sql`INSERT INTO by_key SELECT ${type}, name, ${updated}, ${id}, row FROM entry WHERE row = ${row} AND kind = ${ENTRY.key}`,
  );
  connection.run(sql`INSERT INTO by_text SELECT ${type}, name, row FROM entry WHERE row = ${row} AND kind = ${ENTRY.text}`);
  connection.run(sql`INSERT INTO by_low SELECT ${type}, name, low, high, row FROM span WHERE row = ${row} AND kind = ${SPAN.range}`);
  connection.run(sql`INSERT INTO by_high SELECT ${type}, name, high, low, row FROM span WHERE row = ${row} AND kind = ${SPAN.range}`);
  connection.run(sql`INSERT INTO sort_low SELECT ${type}, name, low, ${id}, row FROM span WHERE row = ${row} AND kind = ${SPAN.sort}`);
  connection.run(sql`INSERT INTO sort_high SELECT ${type}, name, high, ${id}, row FROM span WHERE row = ${row} AND kind = ${SPAN.sort}`);
}

/** Clears the entries of a row as it was: `updated` is that of the version to be replaced. */
export function clearEntries(connection: Connection, { row, type, id, updated }: IndexedRow): void {
  connection.run(sql`DELETE FROM by_key WHERE type = ${type} AND updated = ${updated} AND id = ${id}
    AND name IN (SELECT name FROM entry WHERE row = ${row} AND kind = ${ENTRY.key})`);
  connection.run(sql`DELETE FROM by_text WHERE type = ${type} AND row = ${row}
    AND name IN (SELECT name FROM entry WHERE row = ${row} AND kind = ${ENTRY.text})`);
  const ofRow = (kind: number, columns: string) => sql`(SELECT ${raw(columns)} FROM span WHERE row = ${row} AND kind = ${kind})`;
  const ranges = ofRow(SPAN.range, 'name, low, high, row');
  connection.run(sql`DELETE FROM by_low WHERE type = ${type} AND (name, low, high, row) IN ${ranges}`);
  connection.run(sql`DELETE FROM by_high WHERE type = ${type} AND (name, low, high, row) IN ${ranges}`);
  connection.run(sql`DELETE FROM sort_low WHERE type = ${type} AND id = ${id} AND (name, low) IN ${ofRow(SPAN.sort, 'name, low')}`);
  connection.run(sql`DELETE FROM sort_high WHERE type = ${type} AND id = ${id} AND (name, high) IN ${ofRow(SPAN.sort, 'name, high')}`);
  connection.run(sql`DELETE FROM entry WHERE row = ${row}`);
  connection.run(sql`DELETE FROM span WHERE row = ${row}`);
}

function writeTexts(connection: Connection, row: number, kind: number, texts: readonly string[]): void {
  if (texts.length === 0) return;
  connection.run(sql`INSERT OR IGNORE INTO entry SELECT ${row}, ${kind}, value FROM json_each(${jsonList(texts)})`);
}

/** Numbers are bound one by one: SQLite's own reading of decimal text may differ from ours in the last bit. */
function writeSpan(connection: Connection, row: number, kind: number, name: string, low: RangeValue, high: RangeValue): void {
  connection.run(sql`INSERT OR IGNORE INTO span VALUES (${row}, ${kind}, ${name}, ${low}, ${high})`);
}

function writeSorts(connection: Connection, row: number, { sort }: IndexEntries): void {
  const texts: string[] = [];
  for (const [name, { low, high }] of Object.entries(sort)) {
    if (typeof low === 'number' || typeof high === 'number') writeSpan(connection, row, SPAN.sort, name, low, high);
    else texts.push(jsonList([name, low, high]));
  }
  if (texts.length === 0) return;
  connection.run(sql`INSERT OR IGNORE INTO span SELECT ${row}, ${SPAN.sort}, value ->> 0, value ->> 1, value ->> 2
    FROM json_each(${`[${texts.join()}]`})`);
}
