/**
 * Units of this process that touch the same rows take turns, so that they do not run into each other's write conflicts
 * and start again and again. Other processes are met by the database's own conflicts.
 */
import { isKnowledgeType } from '../knowledge.ts';
import { guardsOf, restsOn } from './guards.ts';
import type { Unit } from './unit.ts';

export interface Turns {
  /** Runs once every earlier call with one of these keys has ended. */
  take<T>(keys: readonly string[], run: () => Promise<T>): Promise<T>;
}

export function turns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    async take(keys, run) {
      const earlier = keys.map((key) => last.get(key));
      const result = Promise.allSettled(earlier).then(run);
      const settled = result
        .catch(() => undefined)
        .then(() => {
          for (const key of keys) if (last.get(key) === settled) last.delete(key);
        });
      for (const key of keys) last.set(key, settled);
      return result;
    },
  };
}

/** What a unit writes that another may write too. */
export function turnsOf({ changes, expectations }: Unit): readonly string[] {
  const rows = changes.map(({ type, id }) => `${type}/${id}`);
  const claims = changes.flatMap(({ content }) => content?.claims ?? []);
  const counter = changes.some(({ type }) => isKnowledgeType(type)) ? ['revision'] : [];
  return [...rows, ...restsOn(expectations), ...claims, ...guardsOf(changes, expectations), ...counter];
}
