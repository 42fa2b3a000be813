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

/**
 * `OR FAIL`, because an INSERT that may have to take back some of its rows keeps copies of all pages that its unit has changed
 * so far, which makes large units ten times slower; here the whole unit is taken back when one fails.
 */
export function writeEntries(connection: Connection, at: IndexedRow, entries: IndexEntries): void {
  writeTexts(connection, at.row, ENTRY.key, entries.keys);
  writeTexts(connection, at.row, ENTRY.text, entries.texts);
  writeTexts(connection, at.row, ENTRY.present, entries.present);
  writeSpans(connection, at.row, [
    ...entries.ranges.map(({ parameter, low, high }): Span => [SPAN.range, parameter, low, high]),
    ...Object.entries(entries.sort).map(([name, { low, high }]): Span => [SPAN.sort, name, low, high]),
  ]);
  const { row, type, id, updated } = at;
  connection.run(
    sql`INSERT OR FAIL INTO by_key SELECT ${type}, name, ${updated}, ${id}, row FROM entry WHERE row = ${row} AND kind = ${ENTRY.key}`,
  );
  connection.run(sql`INSERT OR FAIL INTO by_text SELECT ${type}, name, row FROM entry WHERE row = ${row} AND kind = ${ENTRY.text}`);
  connection.run(
    sql`INSERT OR FAIL INTO by_low SELECT ${type}, name, low, high, row FROM span WHERE row = ${row} AND kind = ${SPAN.range}`,
  );
  connection.run(
    sql`INSERT OR FAIL INTO by_high SELECT ${type}, name, high, low, row FROM span
      WHERE row = ${row} AND kind = ${SPAN.range} AND low <> high`,
  );
  connection.run(
    sql`INSERT OR FAIL INTO sort_low SELECT ${type}, name, low, ${id}, row FROM span WHERE row = ${row} AND kind = ${SPAN.sort}`,
  );
  connection.run(
    sql`INSERT OR FAIL INTO sort_high SELECT ${type}, name, high, ${id}, row FROM span WHERE row = ${row} AND kind = ${SPAN.sort}`,
  );
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

type Span = readonly [kind: number, name: string, low: RangeValue, high: RangeValue];

/** Rows in one statement: few sizes, so that few statements are kept. */
const SIZES = [16, 4, 1];

/** Values are bound: SQLite's own reading of decimal text may differ from ours in the last bit. */
function writeSpans(connection: Connection, row: number, given: readonly Span[]): void {
  const spans = given.filter((span) => !span.some((value) => typeof value === 'string' && value.includes('\u0000'))); // see jsonList
  for (let from = 0; from < spans.length; ) {
    const size = SIZES.find((each) => each <= spans.length - from) ?? 1;
    const values = spans.slice(from, from + size).flatMap((span) => [row, ...span]);
    const places = Array(size).fill('(?, ?, ?, ?, ?)').join();
    connection.run({ text: `INSERT OR IGNORE INTO span VALUES ${places}`, values });
    from += size;
  }
}
