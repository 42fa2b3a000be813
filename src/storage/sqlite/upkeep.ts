import type { ResourceType } from '../../fhir/types.ts';
import type { Page, Paging, Version } from '../store.ts';
import type { LoadedRow, Reindexed, StoreUpkeep } from '../upkeep.ts';
import type { Connection } from './connection.ts';
import { raw, sql } from './fragment.ts';
import { pageToken, strange } from './history.ts';
import { headOf, RESOURCE_HEAD, withTexts } from './rows.ts';
import type { TypeNumbers } from './types.ts';
import type { Writer } from './write/writer.ts';

export class SqliteUpkeep implements StoreUpkeep {
  readonly #connection: Connection;
  readonly #types: TypeNumbers;
  readonly #writer: Writer;

  constructor(connection: Connection, types: TypeNumbers, writer: Writer) {
    this.#connection = connection;
    this.#types = types;
    this.#writer = writer;
  }

  async stale(type: ResourceType, parametersHash: string, { count, after }: Paging): Promise<Page<Version>> {
    const number = this.#types.number(type);
    const [current] = this.#connection.get(sql`SELECT number FROM parameters WHERE hash = ${parametersHash}`) ?? [0];
    const [parameters, id] = after === undefined ? [0, ''] : pageToken(after);
    if (typeof parameters !== 'number' || typeof id !== 'string') throw strange();
    const rows = this.#connection.all(sql`SELECT ${raw(RESOURCE_HEAD)}, r.parameters FROM resource r INDEXED BY resource_parameters
      WHERE r.type = ${number} AND r.deleted = 0 AND r.parameters <> ${Number(current)}
        AND (r.parameters, r.id) > (${parameters}, ${id}) ORDER BY r.parameters, r.id LIMIT ${count + 1}`);
    const items = rows.slice(0, count);
    const last = rows.length > count ? items.at(-1) : undefined;
    return {
      items: withTexts(
        this.#connection,
        items.map((row) => headOf(type, row)),
      ),
      ...(last && { next: JSON.stringify([last[7], last[0]]) }),
      ...(after === undefined && { total: last ? this.#countStale(number, Number(current)) : items.length }),
    };
  }

  #countStale(type: number, current: number): number {
    const [count] =
      this.#connection.get(sql`SELECT count(*) FROM resource INDEXED BY resource_parameters
        WHERE type = ${type} AND deleted = 0 AND parameters <> ${current}`) ?? [];
    return Number(count);
  }

  reindex(rows: readonly Reindexed[]): Promise<number> {
    return this.#writer.send({ kind: 'reindex', rows });
  }

  async indexed(): Promise<ReadonlyMap<ResourceType, Readonly<Record<string, string>>>> {
    const rows = this.#connection.all(raw('SELECT type, fingerprints FROM indexed'));
    return new Map(rows.map(([type, fingerprints]) => [this.#types.name(Number(type)), JSON.parse(String(fingerprints))]));
  }

  async noteIndexed(fingerprints: ReadonlyMap<ResourceType, Readonly<Record<string, string>>>): Promise<void> {
    await this.#writer.send({ kind: 'note', indexed: [...fingerprints].map(([type, noted]) => [type, JSON.stringify(noted)]) });
  }

  async loaded({ count, after }: Paging): Promise<Page<LoadedRow>> {
    const [type, id] = after === undefined ? [0, ''] : pageToken(after);
    if (typeof type !== 'number' || typeof id !== 'string') throw strange();
    const rows = this.#connection.all(sql`SELECT type, id, version, folder, hash FROM resource INDEXED BY resource_loaded
      WHERE deleted = 0 AND folder IS NOT NULL AND (type, id) > (${type}, ${id}) ORDER BY type, id LIMIT ${count + 1}`);
    const items = rows.slice(0, count);
    const last = rows.length > count ? items.at(-1) : undefined;
    return {
      items: items.map(([number, name, version, folder, hash]) => ({
        type: this.#types.name(Number(number)),
        id: String(name),
        versionId: Number(version),
        origin: { folder: String(folder), hash: String(hash) },
      })),
      ...(last && { next: JSON.stringify([last[0], last[1]]) }),
    };
  }

  async counts(): Promise<ReadonlyMap<ResourceType, number>> {
    const rows = this.#connection.all(
      raw('SELECT type, count(*) FROM resource INDEXED BY resource_newest WHERE deleted = 0 GROUP BY type'),
    );
    return new Map(rows.map(([type, count]) => [this.#types.name(Number(type)), Number(count)]));
  }

  async importVersions(versions: readonly Version[]): Promise<void> {
    await this.#writer.send({ kind: 'import', versions });
  }
}
