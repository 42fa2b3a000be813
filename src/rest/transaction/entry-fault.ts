import { FhirError } from '../../fhir/error.ts';
import { issuesOf } from '../../fhir/refusal.ts';
import type { OperationOutcomeIssue } from '../../fhir/types.ts';

/** Does something for one entry of a Bundle. @throws FhirError whose issues name the entry, and below it the element at fault */
export async function atEntry<T>(index: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof FhirError ? entryFault(error, index) : error;
  }
}

/** Entries that are under way at once. */
const TOGETHER = 16;

/** Does something for each of several entries. @throws what the first of them throws, in the order of the Bundle */
export async function atEach<E extends { readonly index: number }, T>(
  entries: readonly E[],
  work: (entry: E) => T | Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  const faults: unknown[] = []; // by place, so that the first is the first of the Bundle
  const waiting = entries.entries();
  const next = async () => {
    for (const [place, entry] of waiting) {
      try {
        results[place] = await atEntry(entry.index, () => work(entry));
      } catch (error) {
        faults[place] = error;
      }
      if (faults.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
  const first = faults.findIndex((_, place) => place in faults);
  if (first >= 0) throw faults[first];
  return results;
}

/** A fault of one entry as one of the Bundle; of its headers only that counts for the Bundle which says when to try again. */
export function entryFault(error: FhirError, index: number): FhirError {
  const issues = issuesOf(error).map((each) => ({ ...each, expression: placesOf(each, index) }));
  const again = error.headers['Retry-After'];
  return new FhirError(error.kind, error.message, { issues, ...(again !== undefined && { headers: { 'Retry-After': again } }) });
}

/** `Patient.name[0]` in the resource of an entry is `Bundle.entry[3].resource.name[0]`. */
function placesOf({ expression = [] }: OperationOutcomeIssue, index: number): string[] {
  const entry = `Bundle.entry[${index}]`;
  const inside = expression.filter((each) => !each.startsWith(entry));
  return [entry, ...inside.map((each) => `${entry}.resource.${each}`.replace(/\.resource\.[A-Z]\w*/, '.resource'))];
}
