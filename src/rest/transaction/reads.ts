/**
 * Last step of a transaction: GET and HEAD. Each is answered once before the Bundle is written, so that one that fails
 * fails the transaction. A read of what the Bundle writes is answered from the version written; any other read is
 * held to what it found until the Bundle is written. Searches, histories and operations are carried out again behind it.
 */
import { parseInterval } from '../../fhir/dates.ts';
import { FhirError } from '../../fhir/error.ts';
import type { FhirResponse } from '../../fhir/request.ts';
import { fillText } from '../../fhir/resource-text.ts';
import type { Change, Expectation, Version } from '../../storage/store.ts';
import { type Address, addressOf, unknown } from '../address.ts';
import type { RestDeps } from '../deps.ts';
import { versionAnswer } from '../read.ts';
import { createAnswerSize } from './answer-size.ts';
import { type CheckedEntry, nameOf } from './deeds.ts';
import { atEach } from './entry-fault.ts';

export interface Reading {
  readonly entry: CheckedEntry;
  /** That what was read is still current. */
  readonly expectation?: Expectation;
  /** The answer behind the write. @param written - by address */
  answer(written: ReadonlyMap<string, Version>): Promise<FhirResponse>;
}

interface First {
  readonly first: FhirResponse;
}

/** What never changes, or not by a write. */
const ONCE: ReadonlySet<string> = new Set(['vread', 'capabilities']);

/** @throws FhirError of the first read that fails */
export function readings(deps: RestDeps, entries: readonly CheckedEntry[], changes: readonly Change[]): Promise<readonly Reading[]> {
  const byName = new Map(changes.map((each) => [nameOf(each), each]));
  const limited = createAnswerSize();
  return atEach(entries, async (entry) => {
    const { first, ...made } = await reading(deps, entry, byName);
    limited(first);
    return made;
  });
}

/** A reading with its answer before the write. @param changes - what the Bundle writes, by address */
async function reading(deps: RestDeps, entry: CheckedEntry, changes: ReadonlyMap<string, Change>): Promise<Reading & First> {
  const { route, request } = entry;
  if (route.interaction === 'read') {
    const address = addressOf(request);
    const change = changes.get(nameOf(address));
    return change ? readWritten(deps, entry, address, change) : readStored(deps, entry, address);
  }
  const first = await route.run(request);
  const again = changes.size > 0 && !ONCE.has(route.interaction);
  return { entry, first, answer: async () => (again ? route.run(request) : first) };
}

async function readStored({ store, core }: RestDeps, entry: CheckedEntry, { type, id }: Address): Promise<Reading & First> {
  const version = await store.read(type, id);
  if (!version) throw unknown({ type, id });
  const first = versionAnswer(entry.request, version, core);
  const at = parseInterval(version.lastUpdated)?.low ?? '';
  const tests = [
    { end: 'low', operator: '>=', value: at },
    { end: 'high', operator: '<=', value: at },
  ] as const;
  const where = {
    kind: 'and',
    conditions: [
      { kind: 'id', ids: [id] },
      { kind: 'updated', tests },
    ],
  } as const;
  return { entry, expectation: { query: { types: [type], where, sort: [], count: 1 }, ids: [id] }, first, answer: async () => first };
}

async function readWritten(
  { store, core }: RestDeps,
  entry: CheckedEntry,
  address: Address,
  { content }: Change,
): Promise<Reading & First> {
  const name = nameOf(address);
  if (!content) {
    const stored = await store.read(address.type, address.id);
    if (!stored) throw unknown(address);
    throw new FhirError('gone', `${name} is deleted by the same transaction, so it cannot be read in it.`);
  }
  const now = entry.request.now.toISOString();
  const draft = { ...address, versionId: 1, lastUpdated: now, method: 'PUT', json: fillText(content.text, 1, now) } as const;
  const first = versionAnswer(entry.request, draft, core);
  return { entry, first, answer: async (written) => versionAnswer(entry.request, versionOf(name, written), core) };
}

function versionOf(name: string, written: ReadonlyMap<string, Version>): Version {
  const version = written.get(name);
  if (!version) throw new Error(`No version of ${name} was written.`);
  return version;
}
