/** A CodeSystem made ready for questions: its codes by name, what subsumes what (https://hl7.org/fhir/R4/codesystem.html). */
import type { CodeSystem, CodeSystemConcept } from '../fhir/types.ts';

export interface KnownCode {
  readonly code: string;
  readonly display?: string;
  /** Values by property code, as text. */
  readonly properties: ReadonlyMap<string, readonly string[]>;
}

export interface KnownCodeSystem {
  readonly url: string;
  /** Whether every code of the system is here. */
  readonly complete: boolean;
  /** In the order of the CodeSystem, parents before children. */
  readonly codes: readonly KnownCode[];
  find(code: string): KnownCode | undefined;
  /** The code itself and all that it subsumes. */
  below(code: string): ReadonlySet<string>;
  /** The code itself and all that subsume it. */
  above(code: string): ReadonlySet<string>;
}

type Links = ReadonlyMap<string, readonly string[]>;

/** Codes of concepts that a concept is below, told by a property (https://hl7.org/fhir/R4/codesystem-concept-properties.html). */
const parentProperties: ReadonlySet<string> = new Set(['parent', 'subsumedBy']);

export function readCodeSystem(codeSystem: CodeSystem): KnownCodeSystem {
  const rows = flatten(codeSystem.concept ?? [], undefined);
  const fold = (code: string) => (codeSystem.caseSensitive === false ? code.toLowerCase() : code);
  const codes = new Map(rows.map(({ concept }) => [fold(concept.code), toKnownCode(concept)]));
  const meansSubsumption = (codeSystem.hierarchyMeaning ?? 'is-a') === 'is-a';
  const pairs = meansSubsumption ? rows.flatMap(parentsOf) : [];
  const children = group(pairs.map(([child, parent]) => [fold(parent), fold(child)]));
  const parents = group(pairs.map(([child, parent]) => [fold(child), fold(parent)]));
  const reach = (links: Links, code: string) => new Set([...closure(links, fold(code))].map((each) => codes.get(each)?.code ?? each));
  return {
    url: codeSystem.url ?? '',
    complete: codeSystem.content === 'complete',
    codes: [...codes.values()],
    find: (code) => codes.get(fold(code)),
    below: (code) => reach(children, code),
    above: (code) => reach(parents, code),
  };
}

interface Row {
  readonly concept: CodeSystemConcept;
  readonly parent: string | undefined;
}

function flatten(concepts: readonly CodeSystemConcept[], parent: string | undefined): readonly Row[] {
  return concepts.flatMap((concept) => [{ concept, parent }, ...flatten(concept.concept ?? [], concept.code)]);
}

function parentsOf({ concept, parent }: Row): [child: string, parent: string][] {
  const named = valuesOf(concept)
    .filter(([property]) => parentProperties.has(property))
    .map(([, value]) => value);
  const below = valuesOf(concept).filter(([property]) => property === 'child');
  return [
    ...[...new Set([...(parent === undefined ? [] : [parent]), ...named])].map((each): [string, string] => [concept.code, each]),
    ...below.map(([, child]): [string, string] => [child, concept.code]),
  ];
}

function toKnownCode(concept: CodeSystemConcept): KnownCode {
  return { code: concept.code, ...(concept.display && { display: concept.display }), properties: group(valuesOf(concept)) };
}

function valuesOf(concept: CodeSystemConcept): [property: string, value: string][] {
  return (concept.property ?? []).map((property) => {
    const member = Object.keys(property).find((name) => name.startsWith('value')) as keyof typeof property | undefined;
    const value: unknown = member && property[member];
    return [property.code, typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : String(value ?? '')];
  });
}

function group(pairs: readonly (readonly [string, string])[]): Links {
  const groups = new Map<string, string[]>();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

/** All that is reached from a code, itself included; a circle ends. */
function closure(links: Links, start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const code of reached) for (const next of links.get(code) ?? []) reached.add(next);
  return reached;
}
