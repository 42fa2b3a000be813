/** A condition as SQL over one row: what a row that some index led to is checked against. Each leaf is one look-up by row. */
import { FhirError } from '../../../fhir/error.ts';
import type { Condition } from '../../../search/query.ts';
import { chain, type Fragment, raw, sql } from '../fragment.ts';
import { ENTRY, SPAN } from '../layout.ts';
import type { TypeNumbers } from '../types.ts';
import { leadsTo, ledTo } from './chains.ts';
import { ALL, contains, hasEntry, NONE, oneOf, type RowColumns, rangeTests, startsWith, updatedTests } from './leaves.ts';

export function compile(condition: Condition, row: RowColumns, types: TypeNumbers, depth = 0): Fragment {
  const part = (inner: Condition) => compile(inner, row, types, depth);
  switch (condition.kind) {
    case 'and':
      return chain(condition.conditions.map(part), 'AND', ALL);
    case 'or':
      return chain(condition.conditions.map(part), 'OR', NONE);
    case 'not':
      return sql`NOT ${part(condition.condition)}`;
    case 'key':
      return hasKey(row, types.number(row.type), condition.keys);
    case 'key-prefix':
      return hasEntry(row, ENTRY.key, startsWith(condition.prefix));
    case 'text':
      return hasEntry(row, ENTRY.text, oneOf(nameAmong(condition.texts), condition.texts));
    case 'text-prefix':
      return hasEntry(row, ENTRY.text, startsWith(condition.prefix));
    case 'text-contains':
      return hasEntry(row, ENTRY.text, contains(condition.parameter, condition.text));
    case 'has':
      return hasEntry(row, ENTRY.present, sql`name = ${condition.parameter}`);
    case 'range':
      return sql`EXISTS (SELECT 1 FROM span WHERE row = ${row.row} AND kind = ${SPAN.range} AND name = ${condition.parameter}
        AND ${rangeTests(condition.tests)})`;
    case 'id':
      return oneOf(row.id, condition.ids);
    case 'type':
      return condition.types.includes(row.type) ? ALL : NONE;
    case 'updated':
      return updatedTests(row.updated, condition.tests);
    case 'refers':
    case 'referred':
      return compileChain(condition, row, types, depth);
    case 'concepts':
      throw new FhirError('not-supported', `The modifier ":${condition.relation}" of "${condition.parameter}" was not expanded to codes.`);
  }
}

/** Where rows come newest first, few keys are looked up in the key index: that reads pages in a row, `entry` pages all over the file. */
function hasKey(row: RowColumns, type: number, keys: readonly string[]): Fragment {
  if (!row.newestFirst || keys.length > 4) return hasEntry(row, ENTRY.key, oneOf(nameAmong(keys), keys));
  const looked = keys.map(
    (key) => sql`EXISTS (SELECT 1 FROM by_key WHERE type = ${type} AND name = ${key} AND updated = ${row.updated} AND id = ${row.id})`,
  );
  return chain(looked, 'OR', NONE);
}

/** A row's entries are fewer than many texts: they are gone through (the + keeps the index out of it) rather than each text looked up. */
function nameAmong(texts: readonly string[]): Fragment {
  return raw(texts.length > MANY ? '+name' : 'name');
}

const MANY = 16;

function compileChain(
  condition: Extract<Condition, { kind: 'refers' | 'referred' }>,
  row: RowColumns,
  types: TypeNumbers,
  depth: number,
): Fragment {
  const farEnd = (type: RowColumns['type']) => (columns: Omit<RowColumns, 'type'>) =>
    compile(condition.where, { ...columns, type }, types, depth + 1);
  const { parameter } = condition;
  if (condition.kind === 'referred') {
    return ledTo(row, parameter, types.number(condition.type), depth, farEnd(condition.type));
  }
  const led = condition.types.map((type) => leadsTo(row, parameter, type, types.number(type), depth, farEnd(type)));
  return chain(led, 'OR', NONE);
}
