/** What a write answers with (https://hl7.org/fhir/R4/http.html#ops, "Prefer: return"). */
import { issue, outcome } from '../fhir/outcome.ts';
import type { FhirRequest, FhirResponse } from '../fhir/request.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import type { Version } from '../storage/store.ts';
import { versionUrl } from './address.ts';

/**
 * @param done - the sentence for `return=OperationOutcome` where there are no other remarks
 */
export function writeAnswer(
  request: FhirRequest,
  status: number,
  version: Version,
  done: string,
  issues: readonly OperationOutcomeIssue[] = [],
): FhirResponse {
  const answer = { status, version, location: versionUrl(request.baseUrl, version), issues };
  switch (request.prefer.return) {
    case 'minimal':
      return answer;
    case 'OperationOutcome':
      return { ...answer, body: outcome(issues.length > 0 ? issues : [issue('information', 'informational', done)]) };
    default:
      return { ...answer, ...(version.json && { body: version.json }) };
  }
}
