/** All versions of a store in one number: two stores with the same versions have the same, whatever the order they come in. */
import { createHash } from 'node:crypto';
import type { ResourceStore, Version } from './store.ts';

export interface Survey {
  readonly versions: number;
  /** Sum of the SHA-256 of each version, hex. */
  readonly hash: string;
}

const PAGE = 500;
const MODULUS = 1n << 256n;

/** Versions newest first, page by page, from a place on. */
export async function* pagesOfVersions(
  store: Pick<ResourceStore, 'history'>,
  start?: string,
): AsyncGenerator<{ readonly versions: readonly Version[]; readonly next?: string }> {
  for (let after = start, more = true; more; more = after !== undefined) {
    const { items, next } = await store.history({}, { count: PAGE, total: false, ...(after !== undefined && { after }) });
    yield { versions: items, ...(next !== undefined && { next }) };
    after = next;
  }
}

export async function survey(store: Pick<ResourceStore, 'history'>): Promise<Survey> {
  let [versions, sum] = [0, 0n];
  for await (const page of pagesOfVersions(store)) {
    versions += page.versions.length;
    for (const version of page.versions) sum = (sum + hashOf(version)) % MODULUS;
  }
  return { versions, hash: sum.toString(16).padStart(64, '0') };
}

function hashOf({ type, id, versionId, lastUpdated, method, origin, json }: Version): bigint {
  const hash = createHash('sha256').update(JSON.stringify([type, id, versionId, lastUpdated, method, origin?.folder, origin?.hash]));
  if (json) hash.update(json);
  return BigInt(`0x${hash.digest('hex')}`);
}
