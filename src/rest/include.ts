/** https://hl7.org/fhir/R4/search.html#include: what a page of matches refers to, and what refers to it. */
import { issue } from '../fhir/outcome.ts';
import type { OperationOutcomeIssue } from '../fhir/types.ts';
import type { Include } from '../search/includes.ts';
import type { ParsedSearch } from '../search/parse-query.ts';
import type { Version } from '../storage/store.ts';
import { referred } from './include-forward.ts';
import { type IncludeDeps, MOST_INCLUDED, nameOf } from './include-level.ts';
import { referring } from './include-reverse.ts';

/** How far `:iterate` goes. */
const DEEPEST = 5;

export interface Included {
  readonly versions: readonly Version[];
  /** What was cut off. */
  readonly issues: readonly OperationOutcomeIssue[];
}

type Wanted = Pick<ParsedSearch, 'includes' | 'revincludes'>;

/** Each resource once, and none that is a match itself. */
export async function include(deps: IncludeDeps, wanted: Wanted, matches: readonly Version[]): Promise<Included> {
  const seen = new Set(matches.map(nameOf));
  const found: Version[] = [];
  let round = wanted;
  let sources = matches;
  for (let depth = 0; depth < DEEPEST && sources.length > 0 && isAny(round); depth++) {
    const fresh: Version[] = [];
    for (const version of await step(deps, round, sources, seen)) {
      if (seen.has(nameOf(version))) continue;
      if (found.length === MOST_INCLUDED) return { versions: found, issues: [cutOff()] };
      seen.add(nameOf(version));
      fresh.push(version);
      found.push(version);
    }
    sources = fresh;
    round = iterated(wanted);
  }
  const isDeeper = sources.length > 0 && isAny(iterated(wanted));
  return { versions: found, issues: isDeeper ? [tooDeep()] : [] };
}

/** What one level leads to; may hold the same resource several times, and more than there is room for. */
async function step(
  deps: IncludeDeps,
  { includes, revincludes }: Wanted,
  versions: readonly Version[],
  known: ReadonlySet<string>,
): Promise<readonly Version[]> {
  const sources = versions.flatMap((version) => (version.json ? [{ version, resource: JSON.parse(version.json.toString('utf8')) }] : []));
  return [...(await referred(deps, includes, { sources, known })), ...(await referring(deps, revincludes, { sources, known }))];
}

function iterated({ includes, revincludes }: Wanted): Wanted {
  const only = (each: readonly Include[]) => each.filter(({ iterate }) => iterate);
  return { includes: only(includes), revincludes: only(revincludes) };
}

function isAny({ includes, revincludes }: Wanted): boolean {
  return includes.length + revincludes.length > 0;
}

function cutOff(): OperationOutcomeIssue {
  return issue(
    'warning',
    'too-costly',
    `More than ${MOST_INCLUDED} resources would be included; the others were left out. Ask for fewer matches a page.`,
  );
}

function tooDeep(): OperationOutcomeIssue {
  return issue('warning', 'too-costly', `Includes were followed over ${DEEPEST} steps and no further.`);
}
