/** What the writer thread is asked and what it answers: plain data, copied between threads. */
import type { ErrorKind } from '../../../fhir/error.ts';
import type { ResourceType } from '../../../fhir/types.ts';
import type { Change, Expectation, Version } from '../../store.ts';
import type { Reindexed } from '../../upkeep.ts';

export type Task =
  | { readonly kind: 'write'; readonly changes: readonly Change[]; readonly expectations: readonly Expectation[] }
  | { readonly kind: 'reindex'; readonly rows: readonly Reindexed[] }
  | { readonly kind: 'note'; readonly indexed: readonly (readonly [type: ResourceType, fingerprints: string])[] }
  | { readonly kind: 'import'; readonly versions: readonly Version[] }
  | {
      readonly kind: 'append';
      readonly ledger: string;
      readonly record: string;
      readonly key: string | null;
      readonly until: number | null;
    }
  | { readonly kind: 'settings' };

/** What became of one change; the text is put together again on the other side. */
export type WrittenRow =
  | { readonly outcome: 'created' | 'updated' | 'deleted'; readonly versionId: number; readonly updated: number }
  | { readonly outcome: 'unchanged'; readonly found?: Version };

export interface Settings {
  readonly journalMode: string;
  readonly synchronous: number;
}

export interface Answers {
  readonly write: readonly WrittenRow[];
  readonly reindex: number;
  readonly note: undefined;
  readonly import: undefined;
  readonly append: boolean;
  readonly settings: Settings;
}

export interface Request {
  readonly number: number;
  readonly task: Task;
}

export type Reply = { readonly number: number } & ({ readonly answer: unknown } | { readonly fault: Fault });

/** An error on its way between threads; without a kind it is none that the caller may be told. */
export interface Fault {
  readonly kind?: ErrorKind;
  readonly message: string;
  readonly stack?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
