import { FhirError } from '../../fhir/error.ts';
import type { FhirResponse } from '../../fhir/request.ts';

/** Bytes that the reads and searches of one Bundle may answer together: an entry of fifty bytes can ask for a thousand resources. */
const MOST = 64_000_000;

/** Counts answers. @throws FhirError `too-costly` for the one that is too much */
export function createAnswerSize(): (answer: FhirResponse) => FhirResponse {
  let size = 0;
  return (answer) => {
    size += Buffer.isBuffer(answer.body) ? answer.body.length : 0;
    if (size > MOST) throw new FhirError('too-costly', `The Bundle asks for more than ${MOST} bytes; ask for less, or in several Bundles.`);
    return answer;
  };
}
