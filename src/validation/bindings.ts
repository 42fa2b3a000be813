/** Codes against the value sets that R4 requires for them (https://hl7.org/fhir/R4/terminologies.html#required). */
import { FhirError } from '../fhir/error.ts';
import { issue } from '../fhir/outcome.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { BoundCodes } from './findings.ts';

const FEW = 12;

/** Faults of the codes of which it can be told; a value set of an outside body (languages, units) is passed over. */
export async function checkBindings(bound: readonly BoundCodes[], terminology: Terminology): Promise<readonly OperationOutcomeIssue[]> {
  const asked = new Map<string, Promise<boolean | undefined>>();
  const contains = (valueSet: string, concept: { system?: string; code: string }) => {
    const key = `${valueSet}\u001f${concept.system}\u001f${concept.code}`;
    const answer = asked.get(key) ?? terminology.contains(valueSet, concept);
    asked.set(key, answer);
    return answer;
  };
  const issues: OperationOutcomeIssue[] = [];
  for (const each of bound) {
    const answers = await Promise.all(each.codes.map((code) => contains(each.valueSet, code)));
    if (answers.every((answer) => answer === false)) issues.push(await fault(each, terminology));
  }
  return issues;
}

async function fault({ expression, valueSet, short, codes }: BoundCodes, terminology: Terminology): Promise<OperationOutcomeIssue> {
  const choice = short.includes(' | ') ? short : await listed(valueSet, terminology);
  const what = codes.length === 0 ? 'has no code; one is required' : 'must be a code';
  return issue('error', 'value', `${expression} ${what} of the value set ${valueSet}${choice && ` (${choice})`}; correct it.`, expression);
}

async function listed(valueSet: string, terminology: Terminology): Promise<string> {
  try {
    const concepts = await terminology.expand(valueSet);
    return concepts.length <= FEW ? concepts.map(({ code }) => code).join(' | ') : '';
  } catch (error) {
    if (error instanceof FhirError) return '';
    throw error;
  }
}
