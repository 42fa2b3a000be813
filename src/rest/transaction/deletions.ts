/** First step of a transaction: DELETE (https://hl7.org/fhir/R4/http.html#delete, conditional: #3.1.0.7.1). */
import { addressOf, typeOf } from '../address.ts';
import { addressCriteria, ambiguous } from '../criteria.ts';
import type { RestDeps } from '../deps.ts';
import { isConditional } from './check-entry.ts';
import { boundNow, boundTo } from './conditions.ts';
import { type CheckedEntry, type Deletion, nameOf } from './deeds.ts';
import type { Findings } from './findings.ts';

/** Resources that one entry may delete, where deleting several is allowed. */
export const MOST_DELETED = 1000;

export async function deletion({ store, deleteSeveral }: RestDeps, findings: Findings, entry: CheckedEntry): Promise<Deletion> {
  const { request } = entry;
  if (!isConditional(request)) {
    const address = addressOf(request);
    return { kind: 'delete', entry, targets: [address], bound: await boundNow(store, request, address) };
  }
  const type = typeOf(request);
  const { versions } = await findings.ask(type, addressCriteria(request));
  const most = deleteSeveral ? MOST_DELETED : 1;
  if (versions.length > most) throw ambiguous(type, most);
  const found = versions.length > 0 ? versions : [undefined];
  const [bound = {}] = found.map((version) => boundTo(request, version, version ? nameOf(version) : `A ${type} that fits the criteria`));
  return { kind: 'delete', entry, targets: versions.map(({ id }) => ({ type, id })), bound };
}
