/**
 * Second step of a transaction: POST (https://hl7.org/fhir/R4/http.html#create, conditional: #ccreate). Criteria see what is
 * stored, without what the Bundle deletes, and what it creates: first the entries without criteria, then those with, in an order
 * of their content, so that the order of the entries makes no difference.
 */
import { newId } from '../../fhir/id.ts';
import { typeOf } from '../address.ts';
import { ambiguous, headerCriteria } from '../criteria.ts';
import { type CheckedEntry, type Matched, type Writing, writing } from './deeds.ts';
import { atEntry } from './entry-fault.ts';
import { type BundledRow, bundledRow, type Finding, fitting, type Parts, remaining } from './findings.ts';

export async function creations(parts: Parts, entries: readonly CheckedEntry[]): Promise<readonly (Writing | Matched)[]> {
  const plain = entries.filter((entry) => !hasCriteria(entry)).map(creation);
  const deeds: (Writing | Matched)[] = [...plain];
  const rows = plain.map((writing) => bundledRow(writing, parts));
  const byCriteria = new Map<string, Writing | Matched>();
  for (const { entry, finding } of await sorted(parts, entries.filter(hasCriteria))) {
    const twin = byCriteria.get(finding.key);
    const deed = twin ? matched(entry, twin) : await atEntry(entry.index, () => conditional(parts, entry, finding, rows));
    byCriteria.set(finding.key, deed);
    deeds.push(deed);
    if (deed.kind === 'write') rows.push(bundledRow(deed, parts));
  }
  return deeds;
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

function conditional({ deleted }: Parts, entry: CheckedEntry, finding: Finding, rows: readonly BundledRow[]): Writing | Matched {
  const type = typeOf(entry.request);
  const stored = remaining(finding, deleted);
  const made = fitting(type, finding.where, rows);
  if (stored.length + made.length > 1) throw ambiguous(type);
  const [version] = stored;
  if (version) return { kind: 'match', entry, target: { type, id: version.id }, version };
  return made[0] ? matched(entry, made[0].writing) : creation(entry);
}

/** What the other entry makes, or has found. */
function matched(entry: CheckedEntry, { target, ...deed }: Writing | Matched): Matched {
  const version = deed.kind === 'match' ? deed.version : undefined;
  return { kind: 'match', entry, target, ...(version && { version }) };
}

function creation(entry: CheckedEntry): Writing {
  return writing(entry, 'POST', { type: typeOf(entry.request), id: newId() }, {});
}
