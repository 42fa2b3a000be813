/**
 * Conditions that no index answers by itself, made into ones that an index does, where they hold for few rows:
 * chains are followed from their far end, contained text is looked for in its parameter's part of the text index.
 */
import type { ResourceType } from '../../../fhir/types.ts';
import { SEPARATOR } from '../../../search/entries.ts';
import { linkKeys, type Target } from '../../../search/links.ts';
import type { Condition } from '../../../search/query.ts';
import type { Connection } from '../connection.ts';
import { jsonList, raw, sql } from '../fragment.ts';
import { ENTRY } from '../layout.ts';
import { URL_KEYS } from './chains.ts';
import type { Found } from './found.ts';
import { contains, startsWith } from './leaves.ts';
import { type Find, NEWEST, type OneType } from './one-type.ts';
import { paused, type Steps } from './steps.ts';

/** The same parts, or new ones that find the same rows. */
export function* narrow(search: OneType, parts: readonly Condition[], find: Find): Steps<readonly Condition[]> {
  const narrowed: Condition[] = [];
  for (const part of parts) narrowed.push((yield* narrowOne(search, part, find)) ?? part);
  return narrowed.some((part, i) => part !== parts[i]) ? narrowed : parts;
}

function* narrowOne(search: OneType, part: Condition, find: Find): Steps<Condition | undefined> {
  if (part.kind === 'refers') return yield* refers(search, part, find);
  if (part.kind === 'referred') return yield* referred(search, part, find);
  if (part.kind === 'and' || part.kind === 'or') return yield* narrowEach(search, part, find);
  return part.kind === 'text-contains' ? yield* containing(search, part) : undefined;
}

/** A chain is often one of several ways: its target may be contained, too. */
function* narrowEach(search: OneType, part: Extract<Condition, { kind: 'and' | 'or' }>, find: Find): Steps<Condition | undefined> {
  const conditions = yield* narrow(search, part.conditions, find);
  return conditions === part.conditions ? undefined : { ...part, conditions };
}

function* refers(
  search: OneType,
  { parameter, types, where }: Extract<Condition, { kind: 'refers' }>,
  find: Find,
): Steps<Condition | undefined> {
  const keys = new Set<string>();
  for (const type of types) {
    const found = yield* find(inner(search, type, where));
    for (const target of targetsOf(search, type, found)) for (const key of linkKeys(parameter, target)) keys.add(key);
    if (keys.size > search.limits.chained) return undefined;
  }
  return { kind: 'key', keys: [...keys] };
}

/** What was found with the keys of its url, by which it can be referred to. */
function targetsOf({ connection, types }: OneType, type: ResourceType, found: readonly Found[]): readonly Target[] {
  const urls = new Map<string, string[]>(found.map(({ head }) => [head.id, []]));
  for (const [id, name] of keysOf(connection, types.number(type), [...urls.keys()], URL_KEYS)) urls.get(id)?.push(name);
  return [...urls].map(([id, keys]) => ({ type, id, entries: { keys } }));
}

function* referred(
  search: OneType,
  { type, parameter, where }: Extract<Condition, { kind: 'referred' }>,
  find: Find,
): Steps<Condition | undefined> {
  const found = yield* find(inner(search, type, where));
  if (found.length > search.limits.chained) return undefined;
  const prefix = parameter + SEPARATOR;
  const links = keysOf(
    search.connection,
    search.types.number(type),
    found.map(({ head }) => head.id),
    prefix,
  ).map(([, name]) => name.slice(prefix.length));
  return linked(search.type, links);
}

/** The rows of a type that some links lead to. */
export function linked(type: ResourceType, links: readonly string[]): Condition {
  const address = `${type}/`;
  const ids = links.filter((link) => link.startsWith(address)).map((link) => link.slice(address.length));
  return {
    kind: 'or',
    conditions: [
      { kind: 'id', ids },
      { kind: 'key', keys: links.flatMap(urlKeys) },
    ],
  };
}

/** The url keys of rows that a link leads to. */
function urlKeys(link: string): readonly string[] {
  const bar = link.indexOf('|');
  if (bar < 0) return [];
  return [URL_KEYS + link, ...(bar === link.length - 1 ? [URL_KEYS + link.slice(0, -1)] : [])];
}

/** Keys with a prefix of rows of a type, each with the id of its row. */
export function keysOf(
  connection: Connection,
  type: number,
  ids: readonly string[],
  prefix: string,
): readonly (readonly [id: string, name: string])[] {
  const rows = connection.all(sql`SELECT r.id, e.name FROM resource r CROSS JOIN entry e
    ON e.row = r.row AND e.kind = ${ENTRY.key} AND ${startsWith(prefix, raw('e.name'))}
    WHERE r.type = ${type} AND r.id IN (SELECT value FROM json_each(${jsonList(ids)}))`);
  return rows.map(([id, name]) => [String(id), String(name)]);
}

function* containing(search: OneType, part: Extract<Condition, { kind: 'text-contains' }>): Steps<Condition | undefined> {
  const { connection, types, budget, limits } = search;
  const type = types.number(search.type);
  const prefix = part.parameter + SEPARATOR;
  const ids: string[] = [];
  for (let from: readonly unknown[] | undefined = [prefix, 0]; from; ) {
    const texts = sql`SELECT name, row FROM by_text WHERE type = ${type} AND name < ${`${prefix}\u{10ffff}`}
      AND (name, row) > (${String(from[0])}, ${Number(from[1])}) ORDER BY name, row`;
    const found = connection.all(sql`SELECT r.id FROM (${texts} LIMIT ${limits.stretch}) c CROSS JOIN resource r ON r.row = c.row
      WHERE ${contains(part.parameter, part.text)} LIMIT ${limits.chained + 1 - ids.length}`);
    ids.push(...found.map(([id]) => String(id)));
    if (ids.length > limits.chained) return undefined;
    from = connection.get(sql`${texts} LIMIT 1 OFFSET ${limits.stretch - 1}`);
    if (from) yield* paused(budget, limits.stretch / 4);
  }
  return { kind: 'id', ids };
}

/** Rows of the other end; in the cheapest order, one more than is of use. */
function inner(search: OneType, type: OneType['type'], where: Condition): OneType {
  const { after: _, ...rest } = search;
  return { ...rest, type, where, sort: [NEWEST], limit: search.limits.chained + 1 };
}
