import { FhirError } from '../../fhir/error.ts';
import type { FhirRequest } from '../../fhir/request.ts';

/**
 * Whoever was told 503, or hung up, sends a Bundle again: what is not begun by then is left out.
 * @param what - what that means, for the sentence
 * @throws FhirError `unavailable`
 */
export function refuseLate({ isOver }: FhirRequest, what: string): void {
  if (isOver?.()) throw new FhirError('unavailable', `Nobody waited for the Bundle any more, so ${what}; send it again.`);
}
