/** Which resource each entry writes or deletes, resolved step by step (https://hl7.org/fhir/R4/http.html#trules). */
import type { FhirRequest } from '../../fhir/request.ts';
import type { RestDeps } from '../deps.ts';
import { creations } from './creations.ts';
import { type CheckedEntry, type Deed, type Deletion, nameOf, type Writing } from './deeds.ts';
import { deletion, MOST_DELETED } from './deletions.ts';
import { atEach } from './entry-fault.ts';
import { createFindings, type Parts } from './findings.ts';
import { refuseOverlaps } from './overlaps.ts';
import { stepOf } from './steps.ts';
import { update } from './updates.ts';

export interface Identities {
  readonly parts: Parts;
  readonly deletions: readonly Deletion[];
  readonly writings: readonly Writing[];
  /** One for each entry that writes or deletes. */
  readonly deeds: readonly Deed[];
}

/** @param entries - those that write or delete */
export async function resolveIdentities(deps: RestDeps, whole: FhirRequest, entries: readonly CheckedEntry[]): Promise<Identities> {
  const [deletes, posts, puts] = (['DELETE', 'POST', 'PUT'] as const).map((step) => entries.filter((entry) => stepOf(entry) === step));
  const most = Math.max(entries.length, deps.deleteSeveral ? MOST_DELETED : 0) + 2; // all that the Bundle may replace, and two more
  const findings = createFindings(deps, whole, most);
  const deletions = await atEach(deletes ?? [], (entry) => deletion(deps, findings, entry));
  const deleted = new Set(deletions.flatMap(({ targets }) => targets.map(nameOf)));
  const parts: Parts = { deps, whole, registry: deps.parameters(), findings, deleted };
  const created = await creations(parts, posts ?? []);
  const updates = await atEach(puts ?? [], (entry) => update(parts, entry, created.made));
  const writings = [...created.deeds.filter((deed) => deed.kind === 'write'), ...updates];
  await refuseOverlaps(parts, deletions, writings);
  return { parts, deletions, writings, deeds: [...deletions, ...created.deeds, ...updates] };
}
