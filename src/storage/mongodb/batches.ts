/** A server gives the first 101 documents unless it is asked for more: what is bounded comes in one round trip (up to 16 MB of it). */

/** Options of a statement that finds at most so many; room for one more tells the server that nothing follows. */
export function atMost(limit: number): { readonly limit: number; readonly batchSize: number } {
  return { limit, batchSize: limit + 1 };
}

/** Those of an aggregation, or of a search by `_id`, which are bounded by themselves. */
export function inOne(most: number): { readonly batchSize: number } {
  return { batchSize: most + 1 };
}
