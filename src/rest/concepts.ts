import { FhirError } from '../fhir/error.ts';
import { type ConceptsCondition, replaceConcepts } from '../search/concepts.ts';
import type { Condition } from '../search/query.ts';
import { tokenKeys } from '../search/types/token.ts';
import type { Concept, Terminology } from '../terminology/terminology.ts';

/** Codes that one `:in`, `:above` or `:below` may stand for. */
const MOST_CODES = 5000;

/**
 * The condition with `:in`, `:above` and `:below` replaced by the codes that terminology knows
 * (https://hl7.org/fhir/R4/search.html#token). @throws FhirError `invalid` for an unknown value set or code system, `too-costly`
 */
export function withoutConcepts(condition: Condition, terminology: Terminology): Promise<Condition> {
  return replaceConcepts(condition, async (node) => {
    const codes = await codesOf(node, terminology);
    if (codes.length > MOST_CODES) {
      const sentence = `"${node.parameter}:${node.relation}" would ask for ${codes.length} codes, and ${MOST_CODES} are allowed; name a narrower set.`;
      throw new FhirError('too-costly', sentence);
    }
    return { kind: 'key', keys: [...new Set(codes.flatMap(({ system, code }) => tokenKeys(node.parameter, system, code)))] };
  });
}

function codesOf({ relation, value }: ConceptsCondition, terminology: Terminology): Promise<readonly Concept[]> {
  if (relation === 'in') return terminology.expand(value);
  const bar = value.indexOf('|');
  return terminology.related({ system: value.slice(0, bar), code: value.slice(bar + 1) }, relation);
}
