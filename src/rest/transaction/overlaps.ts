/** A transaction writes or deletes each resource once (https://hl7.org/fhir/R4/http.html#trules). */
import { FhirError } from '../../fhir/error.ts';
import { addressCriteria } from '../criteria.ts';
import { createBundled } from './bundled.ts';
import { isConditional } from './check-entry.ts';
import { type CheckedEntry, type Deletion, nameOf, type Writing } from './deeds.ts';
import { atEntry } from './entry-fault.ts';
import type { Parts } from './findings.ts';

/** @throws FhirError `invalid` at an entry whose resource another entry writes or deletes, by its id or by criteria */
export async function refuseOverlaps(parts: Parts, deletions: readonly Deletion[], writings: readonly Writing[]): Promise<void> {
  const owners = new Map<string, number>();
  const named = [
    ...deletions.flatMap(({ entry, targets }) => targets.map((target) => ({ entry, name: nameOf(target) }))),
    ...writings.map(({ entry, target }) => ({ entry, name: nameOf(target) })),
  ];
  for (const { entry, name } of named.sort((a, b) => a.entry.index - b.entry.index)) {
    const owner = owners.get(name);
    if (owner !== undefined) await refuse(entry, `${name} is written or deleted by entry ${owner}, too`);
    owners.set(name, entry.index);
  }
  await refuseSameCriteria(
    parts,
    writings.filter(({ method }) => method === 'PUT'),
  );
}

/** Two updates that come to one resource though it has no id yet: by equal criteria, or because one writes what the other asks for. */
async function refuseSameCriteria(parts: Parts, updates: readonly Writing[]): Promise<void> {
  const conditional = updates.filter(({ entry }) => isConditional(entry.request));
  const plain = createBundled(parts.registry, parts.whole);
  for (const each of updates) if (!isConditional(each.entry.request)) plain.add(each);
  const owners = new Map<string, number>();
  for (const { entry, target } of conditional) {
    const { key, where } = await parts.findings.ask(target.type, addressCriteria(entry.request));
    const owner = owners.get(key) ?? plain.fitting(target.type, where)[0]?.entry.index;
    if (owner !== undefined) await refuse(entry, `The criteria are met by entry ${owner}, too`);
    owners.set(key, entry.index);
  }
}

function refuse({ index }: CheckedEntry, what: string): Promise<never> {
  return atEntry(index, () => {
    throw new FhirError('invalid', `${what}; a transaction writes each resource once, so join the two entries or send two transactions.`);
  });
}
