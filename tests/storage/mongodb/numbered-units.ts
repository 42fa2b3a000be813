/** Units of four changes whose number is the version of two of the resources: what is there tells which units were written, and whether whole. */
import type { Change, ResourceStore } from '../../../src/storage/store.ts';
import { key, put, remove } from '../changes.ts';

/** Names of eight writers; each writes resources of its own. */
export function writersOf(round: number): readonly string[] {
  return Array.from({ length: 8 }, (_, i) => `r${round}w${i}`);
}

/** Two resources updated, one created, the one created before deleted. */
export function unit(writer: string, number: number): readonly Change[] {
  const made = { keys: [key('writer', writer)], members: { number: String(number), filler: 'x'.repeat(500) } };
  const before = number > 1 ? [remove('Basic', `${writer}-${number - 1}`)] : [];
  return [put('Basic', `${writer}-a`, made), put('Basic', `${writer}-${number}`, made), put('Basic', `${writer}-b`, made), ...before];
}

/** Of the last unit that was written. */
export async function numberOf(store: ResourceStore, writer: string): Promise<number> {
  return (await store.read('Basic', `${writer}-a`))?.versionId ?? 0;
}
