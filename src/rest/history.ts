/** https://hl7.org/fhir/R4/http.html#history: of an instance, a type, the system. */
import { parseInterval } from '../fhir/dates.ts';
import { FhirError } from '../fhir/error.ts';
import type { FhirRequest, FhirResponse, Interaction, QueryParameters } from '../fhir/request.ts';
import { CURSOR } from '../search/cursor.ts';
import type { HistoryScope, Version } from '../storage/store.ts';
import { type Address, addressOf, fullUrl, unknown } from './address.ts';
import { type BundleEntry, type BundleLink, bundleText } from './bundle.ts';
import type { CoreFacts, RestDeps } from './deps.ts';
import { etag } from './etag.ts';
import { openToken, sealToken } from './history-token.ts';
import { addressWith } from './links.ts';
import { GENERAL, once, pageSize, takeOnly, withParameter } from './query-parameters.ts';
import { type Part, partOf, partText } from './summary.ts';

const PARAMETERS = ['_count', '_since', '_at', CURSOR];
const KNOWN: ReadonlySet<string> = new Set([...PARAMETERS, ...GENERAL]);

type Deps = Pick<RestDeps, 'store' | 'core'>;

export function instanceHistory(deps: Deps): Interaction {
  return async (request) => {
    const address = addressOf(request);
    if (!(await deps.store.read(address.type, address.id))) throw unknown(address);
    return historyPage(deps, request, address);
  };
}

/** Of a type, or of all where the address names none. */
export function history(deps: Deps): Interaction {
  return (request) => historyPage(deps, request, request.type ? { type: request.type } : {});
}

async function historyPage({ store, core }: Deps, request: FhirRequest, target: Partial<Address>): Promise<FhirResponse> {
  takeOnly(request, 'history', PARAMETERS);
  const { query } = request;
  const part = partOf(query, core, target.type ? [target.type] : []);
  const onlyTotal = part && 'summary' in part && part.summary === 'count';
  const count = onlyTotal ? 0 : pageSize(query);
  const token = once(query, CURSOR);
  const scope: HistoryScope = { ...target, ...since(query), ...at(query) };
  const after = token === undefined ? undefined : openToken(token, scope);
  const page = await store.history(scope, {
    count: Math.max(count, 1),
    ...(after !== undefined && { after }),
    ...(count === 0 && { total: true }),
  });
  const entries = page.items
    .slice(0, count)
    .map((version) => historyEntry(request.baseUrl, part ? shortened(version, part, core) : version));
  const next = count > 0 && page.next !== undefined ? sealToken(page.next, scope) : undefined;
  const links = historyLinks(request, target, count, next);
  const total = page.total === undefined ? {} : { total: page.total };
  return { status: 200, body: bundleText({ type: 'history', lastUpdated: request.now.toISOString(), ...total, links }, entries) };
}

/** Versions made then or later. @throws FhirError `invalid` where it is no instant with its zone */
function since(query: QueryParameters): Pick<HistoryScope, 'since'> {
  const text = once(query, '_since');
  if (text === undefined) return {};
  const interval = /T.*(Z|[+-]\d{2}:\d{2})$/.test(text) ? parseInterval(text) : undefined;
  if (!interval) {
    throw new FhirError('invalid', '_since takes an instant with its zone, such as 2026-01-31T08:00:00Z (write a "+" as %2B).');
  }
  return { since: milliseconds(interval.low, 'up') };
}

/** Versions current at some time in the value. @throws FhirError `invalid` */
function at(query: QueryParameters): Pick<HistoryScope, 'at'> {
  const text = once(query, '_at');
  if (text === undefined) return {};
  const interval = parseInterval(text);
  if (!interval)
    throw new FhirError('invalid', '_at takes a date or dateTime, such as 2026-01 or 2026-01-31T08:00:00Z (write a "+" as %2B).');
  return { at: { low: milliseconds(interval.low, 'down'), high: milliseconds(interval.high, 'down') } };
}

/** An instant of nanoseconds as the store keeps them, in milliseconds. */
function milliseconds(instant: string, rounded: 'up' | 'down'): string {
  const whole = `${instant.slice(0, 23)}Z`;
  return rounded === 'down' || /^0+Z$/.test(instant.slice(23)) ? whole : new Date(Date.parse(whole) + 1).toISOString();
}

function shortened(version: Version, part: Part, core: CoreFacts): Version {
  return version.json ? { ...version, json: partText(version.json, part, core) } : version;
}

/** What happened: creates as POST to the type, all later versions as PUT (https://hl7.org/fhir/R4/http.html#history). */
function historyEntry(baseUrl: string, version: Version): BundleEntry {
  const { type, id, method, versionId, lastUpdated, json } = version;
  const deleted = json === undefined;
  const created = method === 'POST' || versionId === 1;
  const request = deleted
    ? { method: 'DELETE', url: `${type}/${id}` }
    : method === 'POST'
      ? { method, url: type }
      : { method: 'PUT', url: `${type}/${id}` };
  const response = { status: deleted ? '204' : created ? '201' : '200', etag: etag(versionId), lastModified: lastUpdated };
  return { fullUrl: fullUrl(baseUrl, version), ...(json && { json }), facts: { request, response } };
}

function historyLinks(
  request: FhirRequest,
  { type, id }: Partial<Address>,
  count: number,
  next: string | undefined,
): readonly BundleLink[] {
  const url = [request.baseUrl, type, id, '_history'].filter((step) => step !== undefined).join('/');
  const used = withParameter(
    request.query.filter(([name, value]) => value !== '' && KNOWN.has(name)),
    '_count',
    String(count),
  );
  const self: BundleLink = { relation: 'self', url: addressWith(url, used) };
  if (next === undefined) return [self];
  return [self, { relation: 'next', url: addressWith(url, withParameter(used, CURSOR, next)) }];
}
