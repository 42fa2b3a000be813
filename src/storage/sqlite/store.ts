import { FhirError } from '../../fhir/error.ts';
import { fillText } from '../../fhir/resource-text.ts';
import type { ResourceType } from '../../fhir/types.ts';
import type { SearchQuery } from '../../search/query.ts';
import type { Change, Changes, Expectation, HistoryScope, Page, Paging, ResourceStore, SearchPage, Version, Written } from '../store.ts';
import { type Copies, createCopies } from './copies.ts';
import { raw, sql } from './fragment.ts';
import { history } from './history.ts';
import { headOf, VERSION_HEAD, versionOf } from './rows.ts';
import type { Reading } from './search/one-type.ts';
import { search } from './search/search.ts';
import { withPauses } from './search/steps.ts';
import { readChanges } from './write/knowledge-log.ts';
import type { WrittenRow } from './write/tasks.ts';
import type { Writer } from './write/writer.ts';

/** Reads on a connection of this thread, at once; writes through the writer's thread. */
export class SqliteStore implements ResourceStore {
  readonly #reading: Reading;
  readonly #copies: Copies;
  readonly #writer: Writer;
  readonly #close: () => Promise<void>;

  constructor(reading: Reading, writer: Writer, close: () => Promise<void>) {
    this.#reading = reading;
    this.#copies = createCopies(reading.connection, reading.types);
    this.#writer = writer;
    this.#close = close;
  }

  async read(type: ResourceType, id: string, versionId?: number): Promise<Version | undefined> {
    if (versionId === undefined) return this.#copies.read(type, id);
    const { connection, types } = this.#reading;
    const row = connection.get(sql`SELECT ${raw(VERSION_HEAD)}, b.json FROM version v LEFT JOIN body b ON b.version_row = v.row
      WHERE v.type = ${types.number(type)} AND v.id = ${id} AND v.version = ${versionId}`);
    return row && versionOf(headOf(type, row), row[7]);
  }

  async history(scope: HistoryScope, page: Paging): Promise<Page<Version>> {
    return withPauses(this.#reading.connection, history(this.#reading, scope, page));
  }

  async search(query: SearchQuery): Promise<SearchPage> {
    return withPauses(this.#reading.connection, search(this.#reading, query, this.#copies.of));
  }

  async write(changes: readonly Change[], expectations: readonly Expectation[] = []): Promise<readonly Written[]> {
    refuseRepeated(changes);
    const rows = await this.#writer.send({ kind: 'write', changes, expectations });
    return changes.map((change, i) => writtenOf(change, rows[i]));
  }

  async changes(since: number): Promise<Changes> {
    return readChanges(this.#reading.connection, this.#reading.types, since);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

function refuseRepeated(changes: readonly Change[]): void {
  const names = new Set<string>();
  for (const { type, id } of changes) {
    const name = `${type}/${id}`;
    if (names.has(name)) throw new FhirError('invalid', `${name} is changed twice in one unit; a unit changes each resource once.`);
    names.add(name);
  }
}

/** The writer answers what it gave; the text is filled here again rather than sent between threads. */
function writtenOf({ type, id, method, content, origin }: Change, row: WrittenRow | undefined): Written {
  if (!row) throw new Error(`The writer gave no answer for ${type}/${id}.`);
  if (row.outcome === 'unchanged') return { outcome: 'unchanged', ...(row.found && { version: row.found }) };
  const { versionId, updated, outcome } = row;
  const lastUpdated = new Date(updated).toISOString();
  const json = content && fillText(content.text, versionId, lastUpdated);
  return { outcome, version: { type, id, versionId, lastUpdated, method, ...(json && { json }), ...(origin && { origin }) } };
}
