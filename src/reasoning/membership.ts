import { LRUCache } from 'lru-cache';
import { type CodeSet, split } from './code-sets.ts';

/** Which value sets a code belongs to; families are tried on the codes that occur, each once. */
export type Membership = (key: string) => readonly string[];

const REMEMBERED = 20_000;
/** Characters: real codes are shorter, and what a client makes up must not fill the memory. */
const LONGEST = 200;

/** @param sets - by name */
export function createMembership(sets: ReadonlyMap<string, CodeSet>): Membership {
  const remembered = new LRUCache<string, readonly string[]>({ max: REMEMBERED });
  const entries = [...sets];
  return (key) => {
    const known = remembered.get(key);
    if (known) return known;
    const [system, code] = split(key);
    const names = entries.filter(([, set]) => set.listed.has(key) || (set.filtered.has(system) && set.has(system, code)));
    const found = names.map(([name]) => name);
    if (key.length <= LONGEST) remembered.set(key, found);
    return found;
  };
}
