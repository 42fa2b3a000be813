/**
 * Second step of a transaction: POST (https://hl7.org/fhir/R4/http.html#create, conditional: #ccreate). Criteria see what is
 * stored, without what the Bundle deletes, and what it creates: first the entries without criteria, then those with, in an order
 * of their content, so that the order of the entries makes no difference.
 */
import { newId } from '../../fhir/id.ts';
import { typeOf } from '../address.ts';
import { ambiguous, headerCriteria } from '../criteria.ts';
import { type Bundled, createBundled } from './bundled.ts';
import { type CheckedEntry, type Matched, type Writing, writing } from './deeds.ts';
import { atEntry } from './entry-fault.ts';
import { type Finding, type Parts, remaining } from './findings.ts';

export interface Creations {
  readonly deeds: readonly (Writing | Matched)[];
  /** Those that write. */
  readonly made: Bundled;
}

export async function creations(parts: Parts, entries: readonly CheckedEntry[]): Promise<Creations> {
  const plain = entries.filter((entry) => !hasCriteria(entry)).map(creation);
  const deeds: (Writing | Matched)[] = [...plain];
  const made = createBundled(parts.registry, parts.whole);
  for (const each of plain) made.add(each);
  const byCriteria = new Map<string, Writing | Matched>();
  for (const { entry, finding } of await sorted(parts, entries.filter(hasCriteria))) {
    const twin = byCriteria.get(finding.key);
    const deed = twin ? matched(entry, twin) : await atEntry(entry.index, () => conditional(parts, entry, finding, made));
    byCriteria.set(finding.key, deed);
    deeds.push(deed);
    if (deed.kind === 'write') made.add(deed);
  }
  return { deeds, made };
}

function hasCriteria({ request }: CheckedEntry): boolean {
  return request.conditions.ifNoneExist !== undefined;
}

interface Asked {
  readonly entry: CheckedEntry;
  readonly finding: Finding;
  readonly order: string;
}

async function sorted({ findings }: Parts, entries: readonly CheckedEntry[]): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const entry of entries) {
    const type = typeOf(entry.request);
    const finding = await atEntry(entry.index, () => findings.ask(type, headerCriteria(entry.request.conditions.ifNoneExist ?? '', type)));
    asked.push({ entry, finding, order: `${finding.key}${entry.body?.json.text}` });
  }
  return asked.sort((a, b) => (a.order < b.order ? -1 : 1));
}

function conditional({ deleted }: Parts, entry: CheckedEntry, finding: Finding, made: Bundled): Writing | Matched {
  const type = typeOf(entry.request);
  const stored = remaining(finding, deleted);
  const others = made.fitting(type, finding.where);
  if (stored.length + others.length > 1) throw ambiguous(type);
  const [version] = stored;
  if (version) return { kind: 'match', entry, target: { type, id: version.id }, version };
  return others[0] ? matched(entry, others[0]) : creation(entry);
}

/** What the other entry makes, or has found. */
function matched(entry: CheckedEntry, { target, ...deed }: Writing | Matched): Matched {
  const version = deed.kind === 'match' ? deed.version : undefined;
  return { kind: 'match', entry, target, ...(version && { version }) };
}

function creation(entry: CheckedEntry): Writing {
  return writing(entry, 'POST', { type: typeOf(entry.request), id: newId() }, {});
}
