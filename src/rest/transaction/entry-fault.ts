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

/** Does something for each of several entries, at once. @throws what the first of them throws, in the order of the Bundle */
export async function atEach<E extends { readonly index: number }, T>(
  entries: readonly E[],
  work: (entry: E) => T | Promise<T>,
): Promise<readonly T[]> {
  const results = await Promise.allSettled(entries.map((entry) => atEntry(entry.index, () => work(entry))));
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
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
