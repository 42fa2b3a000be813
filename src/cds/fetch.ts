import { FhirError } from '../fhir/error.ts';
import type { Fetch } from '../fhir/fetch.ts';
import { parseJson } from '../fhir/json.ts';
import type { FhirResource } from '../fhir/types.ts';

export interface FetchOptions {
  /** Milliseconds for one request. */
  readonly timeout?: number;
  /** Bytes of one answer. */
  readonly limit?: number;
}

/** Reads over HTTP: no redirect is followed, no answer awaited for long or taken when it is too large. The caller decides where to. */
export function createFetch({ timeout = 5000, limit = 20_000_000 }: FetchOptions = {}): Fetch {
  return async (url, bearer) => {
    const headers = { accept: 'application/fhir+json', ...(bearer && { authorization: `Bearer ${bearer}` }) };
    try {
      const answer = await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeout) });
      if (!answer.ok) {
        await answer.body?.cancel();
        throw cannot(url, `it answered ${answer.status}`);
      }
      return parse(url, await textOf(url, answer, limit));
    } catch (error) {
      // the cause may quote the address with its query: it goes nowhere
      throw error instanceof FhirError ? error : cannot(url, 'it could not be reached in time');
    }
  };
}

async function textOf(url: string, answer: Response, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: unknown = answer.body ?? []; // the browser's type of a stream, which some packages bring along, cannot be iterated
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw cannot(url, `its answer is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(url: string, text: string): FhirResource {
  let value: unknown;
  try {
    value = parseJson(text).value;
  } catch {
    throw cannot(url, 'its answer is not JSON as FHIR has it');
  }
  if (typeof (value as { resourceType?: unknown } | null)?.resourceType !== 'string') throw cannot(url, 'its answer is no FHIR resource');
  return value as FhirResource;
}

/** Says which server and type, not the query: it may hold what belongs in no log. */
function cannot(url: string, why: string): FhirError {
  const { origin, pathname } = new URL(url);
  const type = pathname.split('/').find((part) => /^[A-Z][A-Za-z]+$/.test(part)) ?? 'data';
  return new FhirError('incomplete', `${type} could not be read from ${origin}: ${why}.`);
}
