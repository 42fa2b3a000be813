import type { Ledger } from '../ledger.ts';
import type { Page, Paging } from '../store.ts';
import type { Connection } from './connection.ts';
import { sql } from './fragment.ts';
import { pageToken, strange } from './history.ts';
import type { Writer } from './write/writer.ts';

export class SqliteLedger implements Ledger {
  readonly #connection: Connection;
  readonly #writer: Writer;

  constructor(connection: Connection, writer: Writer) {
    this.#connection = connection;
    this.#writer = writer;
  }

  append(kind: string, record: object, options: { readonly key?: string; readonly until?: Date } = {}): Promise<boolean> {
    const { key = null, until } = options;
    return this.#writer.send({ kind: 'append', ledger: kind, record: JSON.stringify(record), key, until: until?.getTime() ?? null });
  }

  async list(kind: string, { count, after }: Paging): Promise<Page<object>> {
    const [from] = after === undefined ? [0] : pageToken(after);
    if (typeof from !== 'number') throw strange();
    const rows = this.#connection.all(sql`SELECT row, record FROM ledger INDEXED BY ledger_kind
      WHERE kind = ${kind} AND row > ${from} AND (until IS NULL OR until > ${Date.now()}) ORDER BY row LIMIT ${count + 1}`);
    const items = rows.slice(0, count);
    const last = rows.length > count ? items.at(-1) : undefined;
    return { items: items.map(([, record]) => JSON.parse(String(record))), ...(last && { next: JSON.stringify([last[0]]) }) };
  }
}
