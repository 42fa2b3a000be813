/** https://hl7.org/fhir/R4/http.html#search: of a type, a compartment, the system; by GET and by POST to `_search`. */
import { randomUUID } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import { outcome } from '../fhir/outcome.ts';
import { LONGEST_ADDRESS } from '../fhir/query-string.ts';
import type { FhirRequest, Interaction, QueryParameters } from '../fhir/request.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import { CURSOR, encodeCursor } from '../search/cursor.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { type ParsedSearch, parseQuery } from '../search/parse-query.ts';
import type { SearchQuery } from '../search/query.ts';
import { fullUrl } from './address.ts';
import { refuseAmbiguousIds } from './bare-ids.ts';
import { type BundleEntry, type BundleLink, bundleText } from './bundle.ts';
import { compartmentCondition, typesSearched } from './compartment.ts';
import { withoutConcepts } from './concepts.ts';
import { containedPage, type HitPage } from './contained.ts';
import { containedEntries } from './contained-entry.ts';
import { type Hit, hitOf, WHOLE } from './contained-order.ts';
import type { RestDeps } from './deps.ts';
import { include } from './include.ts';
import { keptSearch, withKeptSearch } from './kept-search.ts';
import { addressWith } from './links.ts';
import { type Part, partFrom, partText } from './summary.ts';
import { versionedLinks } from './versioned-links.ts';

export function search(deps: RestDeps): Interaction {
  return async (given) => {
    const request = await withKeptSearch(deps.ledger, given);
    const registry = deps.parameters();
    const lenient = request.prefer.handling === 'lenient';
    const parsed = parseQuery({ types: typesSearched(request, deps.core), query: request.query, registry, now: request.now, lenient });
    const part = partFrom(parsed);
    const page = await pageOf(deps, await queryOf(deps, request, parsed), parsed, registry);
    const versions = page.hits.map(({ version }) => version);
    const included = await include({ store: deps.store, registry, baseUrl: request.baseUrl }, parsed, versions);
    const addressOf = addressed(request.baseUrl);
    const entries = [
      ...page.hits.map((hit) => entry(addressOf(hit), 'match', part, deps.core)),
      ...included.versions.map((version) => entry(addressOf(hitOf(version, WHOLE)), 'include', part, deps.core)),
      ...remarks([...parsed.ignored, ...versionedLinks(parsed.query.where, versions, registry, request.baseUrl), ...included.issues]),
    ];
    const total = page.total === undefined ? {} : { total: page.total };
    const head = {
      type: 'searchset',
      lastUpdated: request.now.toISOString(),
      ...total,
      links: await links(deps, request, parsed, page),
    } as const;
    return { status: 200, body: bundleText(head, entries) };
  };
}

async function queryOf(
  { core, terminology, parameters, store }: RestDeps,
  request: FhirRequest,
  { query, contained }: ParsedSearch,
): Promise<SearchQuery> {
  const within = compartmentCondition(request, core);
  if (within && contained) throw new FhirError('invalid', 'No contained resource is part of a compartment; leave "_contained" out.');
  const where = within ? ({ kind: 'and', conditions: [within, query.where] } as const) : query.where;
  await refuseAmbiguousIds(query, parameters(), store);
  return { ...query, where: await withoutConcepts(where, terminology) };
}

async function pageOf({ store }: RestDeps, query: SearchQuery, { contained }: ParsedSearch, registry: ParameterRegistry): Promise<HitPage> {
  if (contained) return containedPage({ store, registry }, query, contained);
  const { versions, ...rest } = await store.search(query);
  return { ...rest, hits: versions.map((version) => hitOf(version, WHOLE)) };
}

type Addressed = Pick<BundleEntry, 'fullUrl' | 'json'>;

function addressed(baseUrl: string): (hit: Hit) => Addressed {
  const inside = containedEntries();
  return ({ version, position }) => {
    const whole = { fullUrl: fullUrl(baseUrl, version), ...(version.json && { json: version.json }) };
    return position === WHOLE ? whole : inside(whole, position);
  };
}

/** `_elements` shortens matches only, `_summary` all. */
function entry({ json, ...address }: Addressed, mode: 'match' | 'include', part: Part | undefined, core: RestDeps['core']): BundleEntry {
  const shortens = part && (mode === 'match' || 'summary' in part);
  const text = json && shortens ? partText(json, part, core) : json;
  return { ...address, ...(text && { json: text }), facts: { search: { mode } } };
}

/** What the answer does not hold and why, as one entry. */
function remarks(issues: readonly OperationOutcomeIssue[]): readonly BundleEntry[] {
  if (issues.length === 0) return [];
  const json = Buffer.from(JSON.stringify(outcome(issues)), 'utf8');
  return [{ fullUrl: `urn:uuid:${randomUUID()}`, json, facts: { search: { mode: 'outcome' } } }];
}

async function links(
  { ledger }: RestDeps,
  request: FhirRequest,
  { used, fingerprint }: ParsedSearch,
  { next }: HitPage,
): Promise<readonly BundleLink[]> {
  const { baseUrl, compartment, type, query } = request;
  const url = [baseUrl, compartment?.type, compartment?.id, type ?? (compartment && '*')].filter((step) => step !== undefined).join('/');
  const here = query.filter(([name, value]) => name === CURSOR && value !== '');
  const self: BundleLink = { relation: 'self', url: addressWith(url, [...used, ...here]) };
  if (!next) return [self];
  const behind: QueryParameters = [[CURSOR, encodeCursor(next, fingerprint)]];
  const whole = addressWith(url, [...used, ...behind]);
  const isBearable = whole.length <= LONGEST_ADDRESS;
  return [
    self,
    { relation: 'next', url: isBearable ? whole : addressWith(url, [...(await keptSearch(ledger, used, request.now)), ...behind]) },
  ];
}
