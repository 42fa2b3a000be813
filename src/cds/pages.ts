import type { Bundle, FhirResource } from '../fhir/types.ts';
import type { Ehr } from './ehr.ts';

const MOST_PAGES = 100;

/**
 * All resources of a prefetched or fetched value: a resource, or a Bundle with its further pages.
 * Undefined where some of it cannot be read (an OperationOutcome, a page that cannot be had, what is neither).
 */
export async function readPages(value: unknown, type: string, ehr: Ehr | undefined): Promise<readonly FhirResource[] | undefined> {
  const resources: FhirResource[] = [];
  const seen = new Set<string>();
  let total = 0;
  let page = value;
  for (;;) {
    const found = resourcesOf(page, type);
    if (!found) return undefined;
    for (const resource of found) resources.push(resource);
    total = Math.max(total, totalOf(page));
    const next = nextOf(page);
    if (next === undefined) return resources.length >= total ? resources : undefined;
    if (next === '' || seen.has(next) || seen.size >= MOST_PAGES) return undefined;
    seen.add(next);
    page = await ehr?.read(next);
  }
}

function resourcesOf(value: unknown, type: string): readonly FhirResource[] | undefined {
  if (!isResource(value) || value.resourceType === 'OperationOutcome') return undefined;
  if (value.resourceType !== 'Bundle') return value.resourceType === type ? [value] : undefined;
  const entries: unknown = (value as Bundle).entry ?? [];
  if (!Array.isArray(entries)) return undefined;
  const resources = entries.map((entry: { resource?: unknown } | null) => entry?.resource);
  if (!resources.every(isResource) || resources.some(isFault)) return undefined;
  return resources.filter(({ resourceType }) => resourceType !== 'OperationOutcome');
}

/** An outcome beside the hits says that something is missing, unless it only informs. */
function isFault(resource: FhirResource): boolean {
  if (resource.resourceType !== 'OperationOutcome') return false;
  return !(Array.isArray(resource.issue) && resource.issue.every(({ severity }) => severity === 'information'));
}

function isResource(value: unknown): value is FhirResource {
  return typeof value === 'object' && value !== null && typeof (value as { resourceType?: unknown }).resourceType === 'string';
}

/** The way to the rest; empty where the page says that there is one and not where. */
function nextOf(page: unknown): string | undefined {
  const { link } = page as Bundle;
  const next = Array.isArray(link) ? link.find((each) => each?.relation === 'next') : undefined;
  return next && (typeof next.url === 'string' ? next.url : '');
}

/** A server that counts more hits, on any page, than it gave, without a way to the rest, gave half a list. */
function totalOf(page: unknown): number {
  const { resourceType, total } = page as Bundle;
  return resourceType === 'Bundle' && typeof total === 'number' ? total : 0;
}
