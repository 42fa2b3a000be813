/** https://hl7.org/fhir/R4/http.html#transaction: all entries or none, in one unit of the store. */
import { FhirError } from '../../fhir/error.ts';
import type { FhirRequest, FhirResponse } from '../../fhir/request.ts';
import type { Written } from '../../storage/store.ts';
import { RETRIES } from '../criteria.ts';
import type { RestDeps } from '../deps.ts';
import { bundleAnswer } from './answer.ts';
import { checkEntry } from './check-entry.ts';
import type { CheckedEntry } from './deeds.ts';
import type { ReadEntry, RequestBundle } from './entries.ts';
import { atEach } from './entry-fault.ts';
import { fullUrlOwners, refuseSharedFullUrl } from './full-url.ts';
import { refuseLate } from './late.ts';
import { outcomes } from './outcomes.ts';
import { makePlan, type Plan } from './plan.ts';

/** @throws FhirError of the first entry that fails, its issues at `Bundle.entry[n]`; nothing is written then */
export async function transaction(deps: RestDeps, whole: FhirRequest, bundle: RequestBundle, read: ReadEntry): Promise<FhirResponse> {
  const entries = await checked(deps, bundle, read);
  for (let retry = 0; ; retry++) {
    const plan = await makePlan(deps, whole, entries);
    refuseLate(whole, 'nothing was written');
    const written = await write(deps, plan, retry === RETRIES);
    if (written) return bundleAnswer('transaction-response', whole, await outcomes(plan, written));
  }
}

async function checked(deps: RestDeps, { items }: RequestBundle, read: ReadEntry): Promise<readonly CheckedEntry[]> {
  const entries = await atEach(
    items.map((item, index) => ({ item, index })),
    ({ item, index }) => read(item, index),
  );
  const owners = fullUrlOwners(entries);
  return atEach(entries, (entry) => {
    refuseSharedFullUrl(entry, owners);
    return checkEntry(deps, entry);
  });
}

/** Undefined where another writer came in between. What is not so when the plan is made is told there, at its entry. */
async function write({ store }: RestDeps, { changes, expectations }: Plan, isLast: boolean): Promise<readonly Written[] | undefined> {
  if (changes.length === 0 && expectations.length < 2) return []; // one read alone is of one moment anyhow
  try {
    return await store.write(changes, expectations);
  } catch (error) {
    if (!(error instanceof FhirError) || (error.kind !== 'conflict' && error.kind !== 'stale')) throw error;
    if (error.isLasting) throw new FhirError(error.kind, error.message, { expression: 'Bundle' });
    if (!isLast) return undefined;
    const sentence = 'Other writes kept changing what the transaction depends on, so nothing was written; send it again.';
    throw new FhirError('conflict', sentence, { expression: 'Bundle' });
  }
}
