/** What came of each entry of a transaction that was written (https://hl7.org/fhir/R4/http.html#transaction-response). */
import { FhirError } from '../../fhir/error.ts';
import type { FhirResponse } from '../../fhir/request.ts';
import type { Version, Written } from '../../storage/store.ts';
import type { BundleEntry } from '../bundle.ts';
import { writeAnswer } from '../prefer.ts';
import { entryAnswer, refusedEntry } from './answer.ts';
import { type Deed, type Deletion, type Matched, nameOf, type Writing } from './deeds.ts';
import type { Plan } from './plan.ts';
import type { Reading } from './reads.ts';

/** @param written - of each change of the plan */
export async function outcomes({ deeds, readings, changes }: Plan, written: readonly Written[]): Promise<readonly BundleEntry[]> {
  const byName = new Map(changes.map((change, i) => [nameOf(change), written[i]]));
  const versions = new Map([...byName].flatMap(([name, each]) => (each?.version ? [[name, each.version] as const] : [])));
  const entries: BundleEntry[] = [];
  for (const deed of deeds) entries[deed.entry.index] = entryAnswer(deed.entry, deedAnswer(deed, byName, versions));
  for (const reading of readings) entries[reading.entry.index] = await readAnswer(reading, versions);
  return entries;
}

type Versions = ReadonlyMap<string, Version>;

function deedAnswer(deed: Deed, written: ReadonlyMap<string, Written | undefined>, versions: Versions): FhirResponse {
  switch (deed.kind) {
    case 'delete':
      return deletionAnswer(deed, versions);
    case 'match':
      return matchAnswer(deed, versions);
    case 'write':
      return writingAnswer(deed, written.get(nameOf(deed.target)));
  }
}

/** The ETag is that of the one deletion. */
function deletionAnswer({ targets }: Deletion, versions: Versions): FhirResponse {
  const [target, ...more] = targets;
  const version = target && more.length === 0 ? versions.get(nameOf(target)) : undefined;
  return { status: 204, ...(version && { version }) };
}

function matchAnswer({ entry, target, version }: Matched, versions: Versions): FhirResponse {
  const current = versions.get(nameOf(target)) ?? version;
  if (!current) throw new Error(`No version of ${nameOf(target)} was written.`);
  return writeAnswer(entry.request, 200, current, `${nameOf(target)} fits the criteria, so nothing was created.`);
}

function writingAnswer({ entry, method, target, issues }: Writing, written: Written | undefined): FhirResponse {
  if (!written?.version) throw new Error(`The store gave no version of ${nameOf(target)}.`);
  const isNew = written.outcome === 'created';
  const done = method === 'PATCH' ? 'patched' : isNew ? 'created' : 'updated';
  return writeAnswer(entry.request, isNew ? 201 : 200, written.version, `${nameOf(target)} was ${done}.`, issues);
}

/** The Bundle is written: a search that fails now, because the store went away, fails alone. */
async function readAnswer({ entry, answer }: Reading, versions: Versions): Promise<BundleEntry> {
  try {
    return entryAnswer(entry, await answer(versions));
  } catch (error) {
    if (error instanceof FhirError) return refusedEntry(error, entry.index);
    throw error;
  }
}
