/** A url and version belong to one resource (https://hl7.org/fhir/R4/resource.html#canonical): told at the entry, before the store refuses it. */
import { FhirError } from '../../fhir/error.ts';
import type { ResourceType } from '../../fhir/types.ts';
import { SEPARATOR } from '../../search/entries.ts';
import { escaped, keyOf } from '../../search/keys.ts';
import type { Change, ResourceStore } from '../../storage/store.ts';
import { nameOf } from './deeds.ts';
import { atEntry } from './entry-fault.ts';

export interface Claiming {
  readonly index: number;
  readonly change: Change;
}

/** @param replaced - addresses that the Bundle writes or deletes. @throws FhirError `conflict` */
export async function refuseTaken(store: ResourceStore, claimings: readonly Claiming[], replaced: ReadonlySet<string>): Promise<void> {
  const owners = new Map<string, number>();
  for (const { index, change } of claimings) {
    for (const claim of change.content?.claims ?? []) {
      const owner = owners.get(claim);
      owners.set(claim, index);
      await atEntry(index, async () => {
        if (owner !== undefined) throw taken(claim, `entry ${owner}`);
        const holder = (await holders(store, claim)).find((name) => !replaced.has(name));
        if (holder !== undefined) throw taken(claim, holder);
      });
    }
  }
}

async function holders(store: ResourceStore, claim: string): Promise<readonly string[]> {
  const [type, url = '', version = ''] = claim.split(SEPARATOR);
  const keys = [keyOf('url', `${escaped(url)}|${escaped(version)}`)];
  const { versions } = await store.search({ types: [type as ResourceType], where: { kind: 'key', keys }, sort: [], count: 10 });
  return versions.map(nameOf);
}

function taken(claim: string, holder: string): FhirError {
  const [type, url, version] = claim.split(SEPARATOR);
  return new FhirError(
    'conflict',
    `${type} "${url}|${version}" is ${holder} already; a url and version belong to one resource: update that one, or give another version.`,
  );
}
