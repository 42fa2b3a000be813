/** ValueSets of the rules (https://hl7.org/fhir/R4/valueset.html): single codes as concepts, families as filters. */
import type { ValueSet, ValueSetComposeInclude } from '../../fhir/types.ts';
import { familyPattern } from './families.ts';
import { found, type Generation } from './generation.ts';
import { metadata } from './metadata.ts';
import type { Naming } from './naming.ts';
import type { ValueSetRow } from './source-tables.ts';
import { trace } from './trace.ts';

const SNOMED = 'http://snomed.info/sct';

/** Sources of SNOMED CT codes that need no licence of their own: the Global Patient Set and the IPS free set. */
const FREE = /^HL7\/(?:UTG|fhir-ips)\b/;

/** One for each set that the rules name. */
export function ruleValueSets(generation: Generation): ValueSet[] {
  const { sources, names } = generation;
  const isFree = freeSnomed(generation);
  return Object.entries(sources.rules.valueSets).map(([id, { of, title }]) => {
    const about = {
      id,
      title: found(sources.titles.get(id), `The value set ${id} has no title in value-sets.tsv.`),
      description: `Codes of ${of} that the rules read as: ${title}.`,
      extension: [trace(names, { layer: 'project' })],
    };
    return {
      ...metadata('ValueSet', sources.document, names, about),
      compose: { include: includes(setRows(generation, id), names, isFree) },
    };
  });
}

/** The rows of a set, in the order of the table, each code once. */
export function setRows({ sources }: Generation, id: string): ValueSetRow[] {
  const grades = found(sources.rules.valueSets[id], `The rules have no value set ${id}.`).rows;
  const rows = Object.entries(grades).flatMap(([set, allowed]) =>
    sources.rows.filter((row) => row.set === set && allowed.includes(row.grade)),
  );
  const first = new Map<string, ValueSetRow>();
  for (const row of rows) if (!first.has(`${row.system}|${row.code}`)) first.set(`${row.system}|${row.code}`, row);
  return [...first.values()];
}

function includes(rows: readonly ValueSetRow[], names: Naming, isFree: (code: string) => boolean): ValueSetComposeInclude[] {
  const bySystem = new Map<string, ValueSetRow[]>();
  const licensed: ValueSetRow[] = [];
  for (const row of rows.filter(({ filter }) => !filter)) {
    if (row.system === SNOMED && !isFree(row.code)) licensed.push(row);
    else bySystem.set(row.system, [...(bySystem.get(row.system) ?? []), row]);
  }
  const families = rows.filter(({ filter }) => filter);
  return [
    ...[...bySystem].map(([system, own]) => enumerated(system, own)),
    ...(licensed.length ? [{ extension: [licence(names)], ...enumerated(SNOMED, licensed) }] : []),
    ...families.map(family),
  ];
}

function enumerated(system: string, rows: readonly ValueSetRow[]): ValueSetComposeInclude {
  return { system, concept: rows.map(({ code, display }) => ({ code, display })) };
}

function family({ system, filter, code }: ValueSetRow): ValueSetComposeInclude {
  return { system, filter: [{ property: 'code', op: 'regex', value: familyPattern(system, filter, code) }] };
}

function licence(names: Naming) {
  return trace(names, {
    layer: 'project',
    note: 'SNOMED CT codes outside the free sets: they need a licence, a site without one drops this part',
  });
}

/** Whether any row of the tables found a SNOMED CT code in a free set. */
export function freeSnomed({ sources }: Generation): (code: string) => boolean {
  const rows = [...sources.rows, ...sources.codes].filter(({ system, evidence }) => system === SNOMED && FREE.test(evidence));
  const free = new Set(rows.map(({ code }) => code));
  return (code) => free.has(code);
}
