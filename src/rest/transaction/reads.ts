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
import type { CheckedEntry } from './deeds.ts';
import { nameOf } from './deeds.ts';

export interface Reading {
  readonly entry: CheckedEntry;
  /** That what was read is still current. */
  readonly expectation?: Expectation;
  /** The answer behind the write. @param written - by address */
  answer(written: ReadonlyMap<string, Version>): Promise<FhirResponse>;
}

/** What never changes, or not by a write. */
const ONCE: ReadonlySet<string> = new Set(['vread', 'capabilities']);

/** @param changes - what the Bundle writes, by address. @throws FhirError */
export async function reading(deps: RestDeps, entry: CheckedEntry, changes: ReadonlyMap<string, Change>): Promise<Reading> {
  const { route, request } = entry;
  if (route.interaction === 'read') {
    const address = addressOf(request);
    const change = changes.get(nameOf(address));
    return change ? readWritten(deps, entry, address, change) : readStored(deps, entry, address);
  }
  const first = await route.run(request);
  const again = changes.size > 0 && !ONCE.has(route.interaction);
  return { entry, answer: async () => (again ? route.run(request) : first) };
}

async function readStored({ store, core }: RestDeps, entry: CheckedEntry, { type, id }: Address): Promise<Reading> {
  const version = await store.read(type, id);
  if (!version) throw unknown({ type, id });
  const answer = versionAnswer(entry.request, version, core);
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
  return { entry, expectation: { query: { types: [type], where, sort: [], count: 1 }, ids: [id] }, answer: async () => answer };
}

async function readWritten({ store, core }: RestDeps, entry: CheckedEntry, address: Address, { content }: Change): Promise<Reading> {
  const name = nameOf(address);
  if (!content) {
    const stored = await store.read(address.type, address.id);
    if (!stored) throw unknown(address);
    throw new FhirError('gone', `${name} is deleted by the same transaction, so it cannot be read in it.`);
  }
  const now = entry.request.now.toISOString();
  const draft = { ...address, versionId: 1, lastUpdated: now, method: 'PUT', json: fillText(content.text, 1, now) } as const;
  versionAnswer(entry.request, draft, core); // what the request asks for can be answered
  return { entry, answer: async (written) => versionAnswer(entry.request, versionOf(name, written), core) };
}

function versionOf(name: string, written: ReadonlyMap<string, Version>): Version {
  const version = written.get(name);
  if (!version) throw new Error(`No version of ${name} was written.`);
  return version;
}
