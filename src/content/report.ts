import type { ResourceType } from '../fhir/types.ts';

/** What loading the content did; printed at start, shown on the start page. */
export interface LoadReport {
  /** Current resources by type that come from the folders. */
  readonly counts: ReadonlyMap<ResourceType, number>;
  readonly written: number;
  readonly unchanged: number;
  readonly deleted: readonly string[];
  /** `Type/id` of drafts that were edited over REST and are therefore kept as they are. */
  readonly kept: readonly string[];
  /** Sentences for the operator. */
  readonly remarks: readonly string[];
}
