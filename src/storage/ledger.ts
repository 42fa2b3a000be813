import type { Page, Paging } from './store.ts';

/** Small facts with a life span: replayed tokens, feedback, pilot counts. Promise: `tests/storage/ledger.contract.ts`. */
export interface Ledger {
  /**
   * Adds a record. With a key, at most once while that record lives: false = the key was there already, nothing written.
   * `until`: the record is gone from then on. The record is plain JSON.
   */
  append(kind: string, record: object, options?: { readonly key?: string; readonly until?: Date }): Promise<boolean>;
  /** Living records of a kind, oldest first. */
  list(kind: string, page: Paging): Promise<Page<object>>;
}
