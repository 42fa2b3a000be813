/** https://hl7.org/fhir/R4/http.html#transaction-response: one entry for each that was sent, in the same order. */
import type { FhirError } from '../../fhir/error.ts';
import { refusalOf } from '../../fhir/refusal.ts';
import type { FhirRequest, FhirResponse } from '../../fhir/request.ts';
import { fullUrl } from '../address.ts';
import { type BundleEntry, bundleText } from '../bundle.ts';
import { etag } from '../etag.ts';
import type { Entry } from './entries.ts';
import { entryFault } from './entry-fault.ts';
import { isWrite } from './steps.ts';

export function bundleAnswer(
  type: 'batch-response' | 'transaction-response',
  { now }: FhirRequest,
  entries: readonly BundleEntry[],
): FhirResponse {
  const named = new Set<string>();
  const once = ({ fullUrl: name, ...entry }: BundleEntry): BundleEntry => {
    if (name === undefined || named.has(name)) return entry; // no fullUrl twice in one Bundle (bdl-7)
    named.add(name);
    return { fullUrl: name, ...entry };
  };
  return { status: 200, body: bundleText({ type, lastUpdated: now.toISOString(), links: [] }, entries.map(once)) };
}

/** What came of an entry: its resource where one is answered, else status and headers alone. */
export function entryAnswer({ request, route, head }: Entry, answer: FhirResponse): BundleEntry {
  const { status, body, version, location, headers } = answer;
  const tag = version ? etag(version.versionId) : headers?.ETag;
  const isRemark = isWrite(route) && request.prefer.return === 'OperationOutcome';
  const json = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body), 'utf8');
  const response = {
    status: String(status),
    ...(location !== undefined && { location }),
    ...(tag !== undefined && { etag: tag }),
    ...(version && { lastModified: version.lastUpdated }),
    ...(json && isRemark && { outcome: JSON.parse(json.toString('utf8')) as object }),
  };
  if (!json || isRemark || head) return { facts: { response } };
  const name = version && nameOf(request, location);
  return { ...(name !== undefined && { fullUrl: name }), json, facts: { response } };
}

/** @param error - why the entry was not carried out */
export function refusedEntry(error: FhirError, index: number): BundleEntry {
  const { status, outcome } = refusalOf(entryFault(error, index));
  const { ETag: tag } = error.headers;
  return { facts: { response: { status: String(status), ...(tag !== undefined && { etag: tag }), outcome } } };
}

/** Address without version of the resource that is answered. */
function nameOf({ baseUrl, type, id }: FhirRequest, location: string | undefined): string | undefined {
  if (location !== undefined) return location.replace(/\/_history\/.*$/, '');
  return type && id !== undefined ? fullUrl(baseUrl, { type, id }) : undefined;
}
