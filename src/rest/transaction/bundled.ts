/** What a Bundle itself writes, as a search would see it. */
import type { FhirRequest } from '../../fhir/request.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { indexEntries } from '../../search/index-entries.ts';
import { matches, type Row } from '../../search/matches.ts';
import type { ParameterRegistry } from '../../search/parameters.ts';
import type { Condition } from '../../search/query.ts';
import type { Writing } from './deeds.ts';

/** A resource that the Bundle writes. */
interface BundledRow extends Row {
  readonly writing: Writing;
}

/** Resources of a Bundle that grow in number while it is resolved. Each is indexed when it is first looked at. */
export interface Bundled {
  /** @param value - the resource as it will be written */
  add(writing: Writing, value?: Writing['value']): void;
  /** Those that fit; chains are followed inside the Bundle. */
  fitting(type: ResourceType, where: Condition): readonly Writing[];
}

interface Rows {
  readonly all: BundledRow[];
  readonly byKey: Map<string, BundledRow[]>;
  /** How many of all are in byKey. */
  known: number;
}

export function createBundled(registry: ParameterRegistry, { now }: FhirRequest): Bundled {
  const byType = new Map<ResourceType, Rows>();
  const rowsOf = (type: ResourceType): Rows => {
    const rows = byType.get(type) ?? { all: [], byKey: new Map(), known: 0 };
    byType.set(type, rows);
    return rows;
  };
  return {
    add: (writing, value = writing.value) => void rowsOf(writing.target.type).all.push(rowOf(writing, value, registry, now)),
    fitting: (type, where) =>
      candidates(rowsOf(type), where)
        .filter((row) => matches(where, row, (each) => rowsOf(each).all))
        .map(({ writing }) => writing),
  };
}

function rowOf(writing: Writing, value: Writing['value'], registry: ParameterRegistry, now: Date): BundledRow {
  let entries: Row['entries'] | undefined;
  const { type, id } = writing.target;
  return {
    ...{ type, id, lastUpdated: now.toISOString(), writing },
    get entries() {
      entries ??= indexEntries({ ...value, id }, registry);
      return entries;
    },
  };
}

/** A Bundle may hold thousands of criteria and of resources: those with a key are looked up, not gone through. */
function candidates(rows: Rows, where: Condition): readonly BundledRow[] {
  const keys = keysOf(where);
  if (!keys) return rows.all;
  for (; rows.known < rows.all.length; rows.known++) {
    const row = rows.all[rows.known] as BundledRow;
    for (const key of row.entries.keys) rows.byKey.set(key, [...(rows.byKey.get(key) ?? []), row]);
  }
  return [...new Set(keys.flatMap((key) => rows.byKey.get(key) ?? []))];
}

/** Keys of which whatever fits has one. */
function keysOf(where: Condition): readonly string[] | undefined {
  if (where.kind === 'key') return where.keys;
  return where.kind === 'and' ? where.conditions.map(keysOf).find((keys) => keys !== undefined) : undefined;
}
