/** A released url|version does not change by moving to another id either (https://hl7.org/fhir/R4/lifecycle.html). */
import { type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import type { ResourceStore } from '../storage/store.ts';
import { bare, content, isReleased, releaseFault } from './decide.ts';
import type { ContentFile } from './read.ts';
import type { Step } from './step.ts';

/** One sentence for each file that would take over, with other content, the release of a row that loses its file. */
export async function movedReleases(store: Pick<ResourceStore, 'read'>, steps: readonly Step[]): Promise<string[]> {
  const files = new Map(
    steps.flatMap(({ file, decision }) => (file && decision.kind === 'write' ? [[identity(file.type, file.resource), file]] : [])),
  );
  const faults: string[] = [];
  for (const { change, decision } of steps) {
    if (decision.kind !== 'delete' || !change || files.size === 0) continue;
    const version = await store.read(change.type, change.id);
    const stored = content(version);
    const file = stored && files.get(identity(change.type, stored));
    if (version && file && isReleased(stored) && !saysTheSame(file, stored)) faults.push(releaseFault(file, version));
  }
  return faults;
}

function identity(type: string, resource: object): string {
  const { url = '', version = '' } = resource as { url?: string; version?: string };
  return `${type} ${url}|${version}`;
}

function saysTheSame({ text }: ContentFile, stored: LosslessObject): boolean {
  const withoutId = ({ id: _, ...resource }: LosslessObject) => stringifyLossless(bare(resource));
  return withoutId(parseJson(text).lossless() as LosslessObject) === withoutId(stored);
}
