import type { Ledger } from '../src/storage/ledger.ts';

/** A ledger for tests that is asked for first pages only, and forgets nothing. */
export function createMemoryLedger(): Ledger {
  const records = new Map<string, object[]>();
  const taken = new Set<string>();
  return {
    async append(kind, record, { key } = {}) {
      if (key !== undefined && taken.has(`${kind} ${key}`)) return false;
      if (key !== undefined) taken.add(`${kind} ${key}`);
      records.set(kind, [...(records.get(kind) ?? []), JSON.parse(JSON.stringify(record)) as object]);
      return true;
    },
    list: async (kind, { count }) => ({ items: (records.get(kind) ?? []).slice(0, count) }),
  };
}
