import type { Change, Expectation, ResourceStore, Version, Written } from '../storage/store.ts';

/** Writes one new version. @throws FhirError as `ResourceStore.write` */
export async function writeOne(
  { store }: { readonly store: ResourceStore },
  change: Change,
  expectations: readonly Expectation[] = [],
): Promise<{ readonly outcome: Written['outcome']; readonly version: Version }> {
  const [written] = await store.write([change], expectations);
  if (!written?.version) throw new Error(`The store gave no version of ${change.type}/${change.id}.`);
  return { outcome: written.outcome, version: written.version };
}
