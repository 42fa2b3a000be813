/** How many links a look along chains would go over: rows at the other end, and references that lead there. */
import type { ResourceType } from '../../../fhir/types.ts';
import { SEPARATOR } from '../../../search/entries.ts';
import type { Condition } from '../../../search/query.ts';
import type { Connection } from '../connection.ts';
import { type Fragment, jsonList, raw, sql } from '../fragment.ts';
import { ENTRY } from '../layout.ts';
import type { TypeNumbers } from '../types.ts';
import { linkOf, URL_KEYS } from './chains.ts';
import { startsWith } from './leaves.ts';

type Chain = Extract<Condition, { kind: 'refers' | 'referred' }>;

/** The chains in a condition that begin at the row itself. */
export function chainsIn(condition: Condition): readonly Chain[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.conditions.flatMap(chainsIn);
    case 'not':
      return chainsIn(condition.condition);
    case 'refers':
    case 'referred':
      return [condition];
    default:
      return [];
  }
}

/** Counted up to a bound, over all chains from some rows of a type to their ends. */
export function fanOut(
  { connection, types }: { readonly connection: Connection; readonly types: TypeNumbers },
  type: ResourceType,
  ids: readonly string[],
  conditions: readonly Condition[],
  bound: number,
): number {
  const near = sql`SELECT r.row, r.id FROM json_each(${jsonList(ids)}) j CROSS JOIN resource r
    ON r.type = ${types.number(type)} AND r.id = j.value`;
  let count = 0;
  for (const links of conditions.flatMap(chainsIn).flatMap((each) => linksOf(near, type, each, types))) {
    count += Number(connection.get(sql`SELECT count(*) FROM (SELECT 1 FROM (${links}) LIMIT ${bound - count})`)?.[0]);
    if (count >= bound) break;
  }
  return count;
}

/** All that is gone over from rows `SELECT row, id …`, level by level. */
function linksOf(near: Fragment, type: ResourceType, each: Chain, types: TypeNumbers): readonly Fragment[] {
  const further = (far: Fragment, farType: ResourceType) => chainsIn(each.where).flatMap((next) => linksOf(far, farType, next, types));
  if (each.kind === 'referred') {
    const far = sources(near, type, each.parameter, types.number(each.type));
    return far.flatMap((one) => [one, ...further(one, each.type)]);
  }
  const prefix = each.parameter + SEPARATOR;
  const links = sql`SELECT e.row, e.name FROM (${near}) n CROSS JOIN entry e
    ON e.row = n.row AND e.kind = ${ENTRY.key} AND ${startsWith(prefix, raw('e.name'))}`;
  if (chainsIn(each.where).length === 0) return [links];
  const far = each.types.flatMap((target) => targets(links, prefix, target, types.number(target)).map((one) => further(one, target)));
  return [links, ...far.flat()];
}

function sources(near: Fragment, type: ResourceType, parameter: string, number: number): readonly Fragment[] {
  const prefix = parameter + SEPARATOR;
  return [
    sql`SELECT k.row, k.id FROM (${near}) n CROSS JOIN by_key k ON k.type = ${number} AND k.name = ${`${prefix}${type}/`} || n.id`,
    sql`SELECT k.row, k.id FROM (${near}) n CROSS JOIN entry e
        ON e.row = n.row AND e.kind = ${ENTRY.key} AND ${startsWith(URL_KEYS, raw('e.name'))}
      CROSS JOIN by_key k ON k.type = ${number} AND k.name = ${prefix} || ${linkOf(raw('e.name'))}`,
  ];
}

function targets(links: Fragment, prefix: string, type: ResourceType, number: number): readonly Fragment[] {
  const value = sql`substr(l.name, ${prefix.length + 1})`;
  return [
    sql`SELECT r.row, r.id FROM (${links}) l CROSS JOIN resource r ON r.type = ${number}
      AND r.id = substr(l.name, ${prefix.length + type.length + 2}) WHERE ${startsWith(`${prefix}${type}/`, raw('l.name'))}`,
    sql`SELECT k.row, k.id FROM (${links}) l CROSS JOIN by_key k ON k.type = ${number} AND k.name IN
        (${URL_KEYS} || ${value}, ${URL_KEYS} || rtrim(${value}, '|')) WHERE instr(${value}, '|') > 0`,
  ];
}
