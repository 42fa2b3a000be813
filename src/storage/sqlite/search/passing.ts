/**
 * Rows checked against chains. How much one row's chains go over is not bounded by the number of rows: rows are taken in
 * groups that go over no more than a statement may, and a row that does so alone is asked for by searches of the other end.
 */

import { SEPARATOR } from '../../../search/entries.ts';
import { linkKeys } from '../../../search/links.ts';
import type { Condition } from '../../../search/query.ts';
import { chain, jsonList, raw, sql } from '../fragment.ts';
import { URL_KEYS } from './chains.ts';
import { compile } from './conditions.ts';
import { chainsIn, fanOut } from './fan-out.ts';
import type { Found } from './found.ts';
import { ALL } from './leaves.ts';
import { keysOf, linked } from './narrow.ts';
import { columnsOf, type Find, NEWEST, type OneType } from './one-type.ts';
import { paused, type Steps } from './steps.ts';

/** Rows of the first group, and of later ones where they go over little. */
const FIRST = 64;
const MOST = 512;

/** Those that fulfil all the conditions, in their order; no more are looked for once there are `wanted`. */
export function* passing(
  search: OneType,
  given: readonly Found[],
  conditions: readonly Condition[],
  wanted: number,
  find: Find,
): Steps<readonly Found[]> {
  if (conditions.length === 0) return given;
  const most = 2 * search.limits.stretch;
  const passed: Found[] = [];
  for (let at = 0, size = FIRST; at < given.length && passed.length < wanted; ) {
    const group = given.slice(at, at + size);
    const ids = group.map(({ head }) => head.id);
    const links = fanOut(search, search.type, ids, conditions, most);
    if (links >= most && group.length > 1) {
      size = Math.max(1, group.length >> 2);
      yield* paused(search.budget, 0);
      continue;
    }
    const right = links < most ? fulfilling(search, ids, conditions) : yield* alone(search, ids, conditions, find);
    passed.push(...group.filter(({ head }) => right.has(head.id)));
    at += group.length;
    if (links < most / 8) size = Math.min(4 * size, MOST);
    if (at < given.length) yield* paused(search.budget, links);
  }
  return passed;
}

function fulfilling({ connection, type, types }: OneType, ids: readonly string[], conditions: readonly Condition[]): ReadonlySet<string> {
  const columns = { ...columnsOf(type, false), row: raw('r.row') };
  const checks = chain(
    conditions.map((each) => compile(each, columns, types)),
    'AND',
    ALL,
  );
  const rows = connection.all(sql`SELECT r.id FROM json_each(${jsonList(ids)}) j CROSS JOIN resource r
    ON r.type = ${types.number(type)} AND r.id = j.value WHERE r.deleted = 0 AND ${checks}`);
  return new Set(rows.map(([id]) => String(id)));
}

function* alone(search: OneType, ids: readonly string[], conditions: readonly Condition[], find: Find): Steps<ReadonlySet<string>> {
  const [id = ''] = ids;
  return new Set((yield* holds(search, id, { kind: 'and', conditions }, find)) ? ids : []);
}

function* holds(search: OneType, id: string, condition: Condition, find: Find): Steps<boolean> {
  if (chainsIn(condition).length === 0) return fulfilling(search, [id], [condition]).has(id);
  switch (condition.kind) {
    case 'not':
      return !(yield* holds(search, id, condition.condition, find));
    case 'and':
    case 'or':
      for (const each of condition.conditions) {
        if ((yield* holds(search, id, each, find)) === (condition.kind === 'or')) return condition.kind === 'or';
      }
      return condition.kind === 'and';
    case 'referred': {
      const keys = linkKeys(condition.parameter, { type: search.type, id, entries: { keys: keysOfRow(search, id, URL_KEYS) } });
      return yield* exists(search, condition.type, [{ kind: 'key', keys }, condition.where], find);
    }
    case 'refers': {
      const prefix = condition.parameter + SEPARATOR;
      const links = keysOfRow(search, id, prefix).map((key) => key.slice(prefix.length));
      for (const type of condition.types) if (yield* exists(search, type, [linked(type, links), condition.where], find)) return true;
      return false;
    }
    default:
      throw new Error(`A condition of kind ${condition.kind} leads to no other row.`);
  }
}

function* exists(search: OneType, type: OneType['type'], conditions: readonly Condition[], find: Find): Steps<boolean> {
  const { after: _, ...rest } = search;
  const found = yield* find({ ...rest, type, where: { kind: 'and', conditions }, sort: [NEWEST], limit: 1 });
  return found.length > 0;
}

function keysOfRow({ connection, type, types }: OneType, id: string, prefix: string): readonly string[] {
  return keysOf(connection, types.number(type), [id], prefix).map(([, name]) => name);
}
