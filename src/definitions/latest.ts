/** Which of several versions of one canonical resource is meant where none is asked for. */
import type { FhirResource } from '../fhir/types.ts';

export type CanonicalResource = FhirResource & {
  readonly url?: string;
  readonly version?: string;
  readonly status?: string;
  readonly date?: string;
};

/** The latest active one, else the latest. Undefined of none. */
export function latest(resources: readonly CanonicalResource[]): CanonicalResource | undefined {
  const active = resources.filter(({ status }) => status === 'active');
  return [...(active.length > 0 ? active : resources)].sort(compare).at(-1);
}

/** By version, where both are numbers with dots; else by date, then by last update. */
function compare(a: CanonicalResource, b: CanonicalResource): number {
  return (
    compareVersions(a.version, b.version) ||
    compareTexts(a.date, b.date) ||
    compareTexts(a.meta?.lastUpdated, b.meta?.lastUpdated) ||
    compareTexts(a.version, b.version)
  );
}

const SEMANTIC = /^v?(\d+(?:\.\d+)*)(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/;

function compareVersions(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  const [left, right] = [SEMANTIC.exec(a), SEMANTIC.exec(b)];
  if (!left?.[1] || !right?.[1]) return 0;
  return compareParts(left[1].split('.'), right[1].split('.')) || comparePrereleases(left[2], right[2]);
}

/** `1.0.0-draft` comes before `1.0.0`. */
function comparePrereleases(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return compareParts(a.split('.'), b.split('.'));
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [left = '0', right = '0'] = [a[i], b[i]];
    const difference = /^\d+$/.test(left) && /^\d+$/.test(right) ? Number(left) - Number(right) : compareTexts(left, right);
    if (difference) return difference;
  }
  return 0;
}

function compareTexts(a = '', b = ''): number {
  return a < b ? -1 : Number(a > b);
}
