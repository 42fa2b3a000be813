/** Last step of a transaction: references by search (https://hl7.org/fhir/R4/http.html#trules, "Conditional References"). */
import { FhirError } from '../../fhir/error.ts';
import { issue } from '../../fhir/outcome.ts';
import { ambiguous } from '../criteria.ts';
import { type SearchReference, searchReference } from '../search-references.ts';
import type { Bundled } from './bundled.ts';
import { nameOf } from './deeds.ts';
import { type Parts, remaining } from './findings.ts';
import type { LinkPlace } from './links.ts';

export interface Sought {
  /** What the Bundle writes, its links rewritten. */
  readonly written: () => Bundled;
  /** Addresses that the Bundle writes or deletes: what is stored there counts no more. */
  readonly replaced: ReadonlySet<string>;
}

/** Puts the one resource that fits in place of each search; says whether there were any. @throws FhirError `incomplete`, `ambiguous`, `invalid` */
export async function resolveSearches(parts: Parts, places: readonly LinkPlace[], sought: Sought): Promise<boolean> {
  let any = false;
  for (const place of places) {
    const [reference = ''] = place.links;
    const search = place.kind === 'reference' && !place.bundled ? searchReference(reference) : undefined;
    if (!search) continue;
    const address = await target(parts, search, sought);
    place.rewrite(() => address);
    any = true;
  }
  return any;
}

async function target({ findings }: Parts, { type, criteria }: SearchReference, { written, replaced }: Sought): Promise<string> {
  const finding = await findings.ask(type, criteria);
  const names = [
    ...remaining(finding, replaced).map(nameOf),
    ...written()
      .fitting(type, finding.where)
      .map(({ target: made }) => nameOf(made)),
  ];
  if (names.length > 1) throw ambiguous(type);
  const [name] = names;
  if (name !== undefined) return name;
  const sentence = `A reference searches for a ${type}, and none fits its criteria; correct them, or send the ${type} in the same transaction.`;
  throw new FhirError('incomplete', sentence, { issues: [issue('error', 'not-found', sentence)] });
}
