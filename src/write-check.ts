import type { ParameterFault } from './content/parameter-faults.ts';
import { isActive } from './content/parameters-in-force.ts';
import { FhirError } from './fhir/error.ts';
import { issue } from './fhir/outcome.ts';
import type { OperationOutcomeIssue, SearchParameter } from './fhir/types.ts';
import type { WriteCheck } from './rest/deps.ts';
import { isKnowledgeType } from './storage/knowledge.ts';
import type { Validator } from './validation/validator.ts';
import { verdict } from './validation/verdict.ts';

/**
 * What has not R4's shape is never written: it could be neither indexed nor computed with. `reject`: nor is anything else
 * that is not valid. `warn`: all else is written, with remarks. `off`: without remarks.
 */
export type WriteMode = 'off' | 'warn' | 'reject';

/** @param mode - of all types; absent: `reject` for what the server computes with, `warn` for all else */
export function createWriteCheck(validator: Validator, mode?: WriteMode): WriteCheck {
  return async (resource, { type }) => {
    const strictness = mode ?? (type && isKnowledgeType(type) ? 'reject' : 'warn');
    const issues = await validator.validate(resource);
    const refused = strictness === 'reject' ? issues : issues.filter(isMisshapen);
    const kind = verdict(refused);
    if (kind) throw new FhirError(kind, 'The resource is not valid.', { issues });
    return strictness === 'off' ? [] : issues.map(asWarning);
  };
}

/** A search parameter that is to be in force must be one that rows can be indexed with; of others its faults are told as warnings. */
export function withParameterCheck(check: WriteCheck, faults: (given: SearchParameter) => readonly ParameterFault[]): WriteCheck {
  return async (resource, request) => {
    const remarks = await check(resource, request);
    const given = resource as SearchParameter;
    if (given.resourceType !== 'SearchParameter') return remarks;
    const severity = isActive(given) ? 'error' : 'warning';
    const issues = faults(given).map(({ sentence, expression }) => issue(severity, 'business-rule', sentence, expression));
    if (severity === 'error' && issues.length > 0) throw new FhirError('unprocessable', 'The search parameter cannot be used.', { issues });
    return [...remarks, ...issues];
  };
}

/** A member, a type or a value that the definition of the type does not have. */
function isMisshapen({ code }: OperationOutcomeIssue): boolean {
  return code === 'structure' || code === 'value';
}

/** What did not prevent the write is no error of it. */
function asWarning(issue: OperationOutcomeIssue): OperationOutcomeIssue {
  return issue.severity === 'error' || issue.severity === 'fatal' ? { ...issue, severity: 'warning' } : issue;
}
