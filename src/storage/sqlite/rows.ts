/** From the columns of `resource` and `version` to a Version. */
import type { ResourceType } from '../../fhir/types.ts';
import type { Method, Origin, Version } from '../store.ts';
import type { Connection, Row } from './connection.ts';
import { sql } from './fragment.ts';

/** A version without its text. */
export interface Head {
  readonly type: ResourceType;
  readonly id: string;
  readonly versionId: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly method: Method;
  readonly origin?: Origin;
  /** Where its text is. */
  readonly versionRow: number;
}

/** Columns that `headOf` takes, of `resource r` and of `version v`. */
export const RESOURCE_HEAD = 'r.id, r.version, r.updated, r.method, r.folder, r.hash, r.version_row';
export const VERSION_HEAD = 'v.id, v.version, v.updated, v.method, v.folder, v.hash, v.row';

export function headOf(type: ResourceType, [id, version, updated, method, folder, hash, row]: Row): Head {
  return {
    type,
    id: String(id),
    versionId: Number(version),
    updated: Number(updated),
    method: method as Method,
    versionRow: Number(row),
    ...(folder !== null && { origin: { folder: String(folder), hash: String(hash) } }),
  };
}

export function versionOf(head: Head, json: unknown): Version {
  return {
    type: head.type,
    id: head.id,
    versionId: head.versionId,
    lastUpdated: new Date(head.updated).toISOString(),
    method: head.method,
    ...(Buffer.isBuffer(json) && { json }),
    ...(head.origin && { origin: head.origin }),
  };
}

/** The versions of some heads, in their order, with their texts. */
export function withTexts(connection: Connection, heads: readonly Head[]): readonly Version[] {
  if (heads.length === 0) return [];
  const rows = JSON.stringify(heads.map((head) => head.versionRow));
  const texts = connection.all(sql`SELECT version_row, json FROM body WHERE version_row IN (SELECT value FROM json_each(${rows}))`);
  const byRow = new Map(texts.map(([row, json]) => [Number(row), json]));
  return heads.map((head) => versionOf(head, byRow.get(head.versionRow)));
}
