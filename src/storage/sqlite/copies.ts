/**
 * Copies of current versions that were read lately, within a bound. A version never changes, so only which one is current
 * has to be asked: `PRAGMA data_version` tells of every commit by any other connection, this process's own writer
 * included. While it stays, a copy compared since then is answered at once; otherwise the row is looked up, not the text.
 */
import { LRUCache } from 'lru-cache';
import type { ResourceType } from '../../fhir/types.ts';
import type { Version } from '../store.ts';
import type { Connection } from './connection.ts';
import { raw, sql } from './fragment.ts';
import { type Head, headOf, RESOURCE_HEAD, versionOf, withTexts } from './rows.ts';
import type { TypeNumbers } from './types.ts';

/** Bytes that are kept. */
const KEPT = 32_000_000;
/** Bytes that a copy takes beside its text, about. */
const BESIDE = 500;

interface Copy {
  readonly version: Version;
  readonly versionRow: number;
  /** The `data_version` under which it was found to be current. */
  seen: number;
}

export interface Copies {
  /** The current version. */
  read(type: ResourceType, id: string): Version | undefined;
  /** The versions of rows of `resource` that were just read, in their order. */
  of(heads: readonly Head[]): readonly Version[];
}

export function createCopies(connection: Connection, types: TypeNumbers): Copies {
  const copies = new LRUCache<string, Copy>({
    maxSize: KEPT,
    sizeCalculation: ({ version }) => BESIDE + (version.json?.length ?? 0),
  });

  function keep(version: Version, versionRow: number, seen: number): Version {
    copies.set(nameOf(version), { version, versionRow, seen });
    return version;
  }

  return {
    read(type, id) {
      const state = Number(connection.get(DATA_VERSION)?.[0]); // before the row: what is committed in between is noticed next time
      const copy = copies.get(nameOf({ type, id }));
      if (copy?.seen === state) return copy.version;
      const where = sql`WHERE r.type = ${types.number(type)} AND r.id = ${id}`;
      if (copy && connection.get(sql`SELECT r.version_row FROM resource r ${where}`)?.[0] === copy.versionRow) {
        copy.seen = state;
        return copy.version;
      }
      const row = connection.get(sql`SELECT ${raw(RESOURCE_HEAD)}, b.json FROM resource r
        LEFT JOIN body b ON b.version_row = r.version_row ${where}`);
      if (!row) return undefined;
      const head = headOf(type, row);
      return keep(versionOf(head, row[7]), head.versionRow, state);
    },
    of(heads) {
      const kept = heads.map((head) => {
        const copy = copies.get(nameOf(head));
        return copy?.versionRow === head.versionRow ? copy.version : undefined;
      });
      const missing = heads.filter((_, i) => !kept[i]);
      const read = withTexts(connection, missing)[Symbol.iterator]();
      return heads.map((head, i) => kept[i] ?? keep(read.next().value as Version, head.versionRow, NEVER));
    },
  };
}

const DATA_VERSION = raw('PRAGMA data_version');
const NEVER = -1;

function nameOf({ type, id }: Pick<Version, 'type' | 'id'>): string {
  return `${type}/${id}`;
}
