/** https://hl7.org/fhir/R4/http.html#brules: each entry by itself, as if it had come alone. */
import { FhirError } from '../../fhir/error.ts';
import { isLosslessObject } from '../../fhir/json.ts';
import type { FhirRequest, FhirResponse } from '../../fhir/request.ts';
import type { BundleEntry } from '../bundle.ts';
import { bundleAnswer, entryAnswer, refusedEntry } from './answer.ts';
import { createAnswerSize } from './answer-size.ts';
import type { Entry, ReadEntry, RequestBundle } from './entries.ts';
import { fullUrlOwners, refuseSharedFullUrl } from './full-url.ts';
import { refuseLate } from './late.ts';
import { inside, leadsTo, linkPlaces } from './links.ts';
import { isCanonicalOf } from './rewrite.ts';
import { isWrite, STEPS, stepOf } from './steps.ts';

/** Entries that are under way at once. */
const TOGETHER = 8;

/** @throws what is none of a caller's faults, after every entry has been tried */
export async function batch(whole: FhirRequest, { items }: RequestBundle, read: ReadEntry): Promise<FhirResponse> {
  const answers: BundleEntry[] = [];
  const unexpected: unknown[] = [];
  const settle = async <T>(index: number, work: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof FhirError) answers[index] = refusedEntry(error, index);
      else unexpected.push(error);
      return undefined;
    }
  };
  const readable: Entry[] = [];
  for (const [index, item] of items.entries()) {
    const entry = await settle(index, () => read(item, index));
    if (entry) readable.push(entry);
  }
  const check = dependencies(readable);
  const limited = createAnswerSize();
  const run = (entry: Entry) =>
    settle(entry.index, async () => {
      refuseLate(whole, 'this entry was not carried out');
      check(entry);
      const answer = await entry.route.run(entry.request);
      answers[entry.index] = entryAnswer(entry, isWrite(entry.route) ? answer : limited(answer));
    });
  for (const step of STEPS)
    await inGroups(
      readable.filter((entry) => stepOf(entry) === step),
      run,
    );
  if (unexpected.length > 0) throw unexpected[0];
  return bundleAnswer('batch-response', whole, answers);
}

/** @throws FhirError `invalid` at an entry whose resource could only be linked to another one after that was carried out */
function dependencies(entries: readonly Entry[]): (entry: Entry) => void {
  const owners = fullUrlOwners(entries);
  const names = new Map(entries.flatMap((entry) => (entry.fullUrl !== undefined && isWrite(entry.route) ? [[entry.fullUrl, entry]] : [])));
  return (entry) => {
    refuseSharedFullUrl(entry, owners);
    const tree = names.size > 0 ? entry.request.body?.lossless() : undefined;
    if (!isLosslessObject(tree)) return;
    const isDependent = linkPlaces(tree).some(({ kind, links }) =>
      links.some((link) => {
        const found = inside(link, entry.fullUrl, names);
        return found && !(kind === 'uri' && isCanonicalOf(found.name, found.target)) && needs(link, entry, found.target);
      }),
    );
    if (!isDependent) return;
    throw new FhirError('invalid', 'The resource refers to another entry, and the entries of a batch stand alone; send a transaction.');
  };
}

/** Whether a link would have to be rewritten once the other entry has its address. */
function needs(link: string, entry: Entry, other: Entry): boolean {
  if (other === entry) return false;
  const { type, id, baseUrl } = other.request;
  return id === undefined || !leadsTo(link, `${type}/${id}`, baseUrl);
}

/** Several at once, those on the same resource one after the other. */
async function inGroups(entries: readonly Entry[], run: (entry: Entry) => Promise<unknown>): Promise<void> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { type, id } = entry.request;
    const name = id === undefined ? String(entry.index) : `${type}/${id}`;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  const waiting = [...groups.values()];
  const work = async () => {
    for (let group = waiting.shift(); group; group = waiting.shift()) for (const entry of group) await run(entry);
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
}
