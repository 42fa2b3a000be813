import { FhirError } from './fhir/error.ts';
import type { OperationOutcomeIssue } from './fhir/types.ts';
import type { WriteCheck } from './rest/deps.ts';
import { isKnowledgeType } from './storage/knowledge.ts';
import type { Validator } from './validation/validator.ts';
import { verdict } from './validation/verdict.ts';

/** `off`: nothing is checked. `warn`: what has R4's shape is written, whatever else is wrong. `reject`: only what is valid. */
export type WriteMode = 'off' | 'warn' | 'reject';

/** @param mode - of all types; absent: `reject` for what the server computes with, `warn` for all else */
export function createWriteCheck(validator: Validator, mode?: WriteMode): WriteCheck {
  return async (resource, { type }) => {
    const strictness = mode ?? (type && isKnowledgeType(type) ? 'reject' : 'warn');
    if (strictness === 'off') return [];
    const issues = await validator.validate(resource);
    const refused = strictness === 'reject' ? issues : issues.filter(isMisshapen);
    const kind = verdict(refused);
    if (kind) throw new FhirError(kind, 'The resource is not valid.', { issues });
    return issues.map(asWarning);
  };
}

/** What has not the shape of its type can be neither indexed nor read by anybody. */
function isMisshapen({ code }: OperationOutcomeIssue): boolean {
  return code === 'structure' || code === 'value';
}

/** What did not prevent the write is no error of it. */
function asWarning(issue: OperationOutcomeIssue): OperationOutcomeIssue {
  return issue.severity === 'error' || issue.severity === 'fatal' ? { ...issue, severity: 'warning' } : issue;
}
