/** A small terminology for random queries: value sets and a hierarchy over the codes that random resources carry. */
import type { ConceptsCondition } from '../../src/search/concepts.ts';
import type { Condition } from '../../src/search/query.ts';
import { tokenKeys } from '../../src/search/types/token.ts';
import { CODES, SYSTEMS } from './random-values.ts';

export interface TestConcept {
  readonly system: string;
  readonly code: string;
}

const [SNOMED = '', LOINC = ''] = SYSTEMS;
const of = (system: string, codes: readonly string[]): readonly TestConcept[] => codes.map((code) => ({ system, code }));

export const valueSets: ReadonlyMap<string, readonly TestConcept[]> = new Map([
  ['http://vs/pain', of(SNOMED, ['73211009', 'M54.5', 'Ab'])],
  ['http://vs/codes', [...of(LOINC, CODES), ...of('http://hl7.org/fhir/publication-status', ['active'])]],
  ['http://vs/empty', []],
]);

/** From the most general down, in both systems. */
const LINE = ['73211009', 'M54.5', 'Ab', 'x|y'];

/** The concept itself and those above or below it. */
export function relatedConcepts(value: string, relation: 'above' | 'below'): readonly TestConcept[] {
  const bar = value.indexOf('|');
  const [system, code] = [value.slice(0, bar), value.slice(bar + 1)];
  const at = LINE.indexOf(code);
  if (at < 0) return [{ system, code }];
  return of(system, relation === 'above' ? LINE.slice(0, at + 1) : LINE.slice(at));
}

export function conceptsOf({ relation, value }: Pick<ConceptsCondition, 'relation' | 'value'>): readonly TestConcept[] {
  return relation === 'in' ? (valueSets.get(value) ?? []) : relatedConcepts(value, relation);
}

/** What a server does with a `concepts` node before a store sees it. */
export async function resolveConcepts(node: ConceptsCondition): Promise<Condition> {
  return { kind: 'key', keys: conceptsOf(node).flatMap(({ system, code }) => tokenKeys(node.parameter, system, code)) };
}
