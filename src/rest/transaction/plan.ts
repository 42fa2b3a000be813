/** What a transaction comes to on what is stored now: changes, and what must still hold when they are written. */
import { setImmediate } from 'node:timers/promises';
import type { FhirRequest } from '../../fhir/request.ts';
import { change } from '../../storage/change.ts';
import type { Change, Expectation } from '../../storage/store.ts';
import type { RestDeps } from '../deps.ts';
import { refuseTaken } from './claims.ts';
import { type CheckedEntry, type Deed, type Deletion, nameOf } from './deeds.ts';
import type { Parts } from './findings.ts';
import { resolveIdentities } from './identities.ts';
import { type Linked, link } from './linking.ts';
import { createPins, type Pins } from './pins.ts';
import { type Reading, readings } from './reads.ts';
import { isWrite } from './steps.ts';

export interface Plan {
  /** One for each entry that writes or deletes. */
  readonly deeds: readonly Deed[];
  /** One for each other entry. */
  readonly readings: readonly Reading[];
  readonly changes: readonly Change[];
  readonly expectations: readonly Expectation[];
}

/** @throws FhirError at the first entry that cannot be carried out */
export async function makePlan(deps: RestDeps, whole: FhirRequest, entries: readonly CheckedEntry[]): Promise<Plan> {
  const writers = entries.filter(({ route }) => isWrite(route));
  const identities = await resolveIdentities(deps, whole, writers);
  const { parts, deletions, deeds } = identities;
  const pins = createPins(deps.store);
  const linked = await link(identities, pins);
  const written = await writes(parts, linked, pins);
  const changes = [...deletions.flatMap(deletes), ...written.map((each) => each.change)];
  await refuseTaken(deps.store, written, new Set(changes.map(nameOf)));
  const read = await readings(
    deps,
    entries.filter(({ route }) => !isWrite(route)),
    changes,
  );
  const held = read.flatMap(({ expectation }) => expectation ?? []);
  return { deeds, readings: read, changes, expectations: [...(await parts.findings.expectations()), ...held] };
}

function deletes({ targets, bound }: Deletion): readonly Change[] {
  return targets.map((target) => ({ kind: 'delete', ...target, method: 'DELETE', ...bound }));
}

/** Resources are indexed here, which takes the time; others get their turn in between. */
const AT_ONCE = 10;

async function writes({ registry }: Parts, linked: readonly Linked[], pins: Pins): Promise<readonly { index: number; change: Change }[]> {
  const made: { index: number; change: Change }[] = [];
  for (const { writing, value } of linked) {
    const { method, target, resource, entry } = writing;
    const kind = method === 'POST' ? 'create' : 'update';
    made.push({ index: entry.index, change: change({ kind, method, id: target.id, resource, value, ...pins.bound(writing) }, registry) });
    if (made.length % AT_ONCE === 0) await setImmediate();
  }
  return made;
}
