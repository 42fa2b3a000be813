/**
 * Under snapshot isolation two units that both find nothing would both commit. So each expectation writes a guard
 * for the identities it asks about, and every write one for the identities it carries: the two then conflict, and the
 * second is run again on what the first wrote. Identities are identifier values and canonical urls, without their system,
 * so that `identifier=s|1` and `identifier=1` meet. Other criteria are guarded by their text: only equal ones are serialised.
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
    const values = [...identitiesAsked(query.where)];
    for (const type of query.types) {
      if (values.length) for (const value of values) guards.add(guard(type, value));
      else guards.add(guard(type, JSON.stringify(query.where)));
    }
  }
  return [...guards].sort();
}

function guard(type: string, value: string): string {
  return createHash('sha256').update(`${type}${SEPARATOR}${value}`).digest('base64url');
}

function identities(entries: IndexEntries): readonly string[] {
  return entries.keys.flatMap(identityOf);
}

/** The value of a key of an identity: what stands behind its last separator. */
function identityOf(key: string): readonly string[] {
  const [parameter = '', ...parts] = key.split(SEPARATOR);
  const value = parts.at(-1)?.split('|')[0]; // a canonical's version does not make it another identity
  return IDENTITIES.has(parameter) && value ? [value] : [];
}

/** Identities that every row found must have: those of the conjunction's own keys. */
function identitiesAsked(condition: Condition): readonly string[] {
  switch (condition.kind) {
    case 'and':
      return condition.conditions.flatMap(identitiesAsked);
    case 'key':
      return condition.keys.flatMap(identityOf);
    default:
      return [];
  }
}
