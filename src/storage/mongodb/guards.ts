/**
 * Under snapshot isolation two units that both find nothing would both commit. So each expectation writes a guard
 * for the identities it asks about, and every write one for the identities it carries: the two then conflict, and the
 * second is run again on what the first wrote. Identities are identifier values and canonical urls, without their system,
 * so that `identifier=s|1` and `identifier=1` meet. Other criteria are guarded by their text: only equal ones, in whatever order, are serialised.
 */
import { createHash } from 'node:crypto';
import { type IndexEntries, SEPARATOR } from '../../search/entries.ts';
import type { Condition } from '../../search/query.ts';
import type { Change, Expectation } from '../store.ts';

const IDENTITIES = new Set(['identifier', 'url']);

/** Guards of a unit, each once, in a fixed order. */
export function guardsOf(changes: readonly Change[], expectations: readonly Expectation[]): readonly string[] {
  const guards = new Set<string>();
  for (const { type, content } of changes) {
    for (const value of content ? identities(content.entries) : []) guards.add(guard(type, value));
  }
  for (const { query } of expectations) {
    const values = identitiesAsked(query.where) ?? [textOf(query.where)];
    for (const type of query.types) for (const value of values) guards.add(guard(type, value));
  }
  return [...guards].sort();
}

/** `Type/id` of the rows that expectations name, each once: their unit holds only while these stay as they are. */
export function restsOn(expectations: readonly Expectation[]): readonly string[] {
  return [...new Set(expectations.flatMap(({ query, ids }) => query.types.flatMap((type) => ids.map((id) => `${type}/${id}`))))].sort();
}

function guard(type: string, value: string): string {
  return createHash('sha256').update(`${type}${SEPARATOR}${value}`).digest('base64url');
}

function identities(entries: IndexEntries): readonly string[] {
  return entries.keys.flatMap((key) => identityOf(key) ?? []);
}

/**
 * The value of a key of an identity: what stands behind its last separator, a canonical's version left out.
 * A system alone (`identifier=s|`) is none: all that share it would wait for each other.
 */
function identityOf(key: string): string | undefined {
  const [name = '', ...parts] = key.split(SEPARATOR);
  const [parameter = ''] = name.split(':');
  const value = parts.at(-1);
  if (!IDENTITIES.has(parameter) || !value || (parts.length === 1 && value.endsWith('|'))) return undefined;
  return parameter === 'url' ? value.split('|')[0] : value;
}

/** Identities of which every row found has one; undefined where the condition asks for none. */
function identitiesAsked(condition: Condition): readonly string[] | undefined {
  switch (condition.kind) {
    case 'and': {
      const asked = condition.conditions.flatMap((part) => identitiesAsked(part) ?? []);
      return asked.length ? asked : undefined;
    }
    case 'or':
      return everyOne(condition.conditions.map(identitiesAsked));
    case 'key':
      return everyOne(condition.keys.map((key) => identityOf(key)));
    default:
      return undefined;
  }
}

/** A condition as text, the same in whatever order its parts were given. */
function textOf(condition: Condition): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return JSON.stringify([condition.kind, ...condition.conditions.map(textOf).sort()]);
    case 'not':
      return JSON.stringify([condition.kind, textOf(condition.condition)]);
    case 'key':
      return JSON.stringify([condition.kind, ...condition.keys.toSorted()]);
    default:
      return JSON.stringify(condition);
  }
}

function everyOne(values: readonly (string | readonly string[] | undefined)[]): readonly string[] | undefined {
  const found = values.flatMap((value) => value ?? []);
  return values.length > 0 && values.every((value) => value !== undefined) ? found : undefined;
}
