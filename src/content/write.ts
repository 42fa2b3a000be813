/** Carries decisions out in few units, and decides again where another process was faster. */
import { FhirError } from '../fhir/error.ts';
import type { ResourceStore } from '../storage/store.ts';
import { ContentFault } from './fault.ts';
import type { Step } from './step.ts';

const UNIT = 50;
const ATTEMPTS = 5;

/**
 * Writes in units of 50 changes, each all or nothing; gives the steps as they were carried out in the end.
 * @throws ContentFault where a row cannot be written however often it is tried (its url|version belongs to another)
 */
export async function carryOut(
  store: ResourceStore,
  steps: readonly Step[],
  progress: (done: number, of: number) => void,
): Promise<readonly Step[]> {
  const done = steps.filter((step) => !step.change);
  const open = steps.filter((step) => step.change);
  const faults: string[] = [];
  for (let i = 0; i < open.length; i += UNIT) {
    done.push(...(await collect(faults, () => writeUnit(store, open.slice(i, i + UNIT), 1))));
    progress(Math.min(i + UNIT, open.length), open.length);
  }
  if (faults.length) throw new ContentFault(faults);
  return done;
}

async function writeUnit(store: ResourceStore, steps: readonly Step[], attempt: number): Promise<readonly Step[]> {
  const changes = steps.flatMap((step) => step.change ?? []);
  if (!changes.length) return steps;
  try {
    await store.write(changes);
    return steps;
  } catch (error) {
    if (!(error instanceof FhirError) || (error.kind !== 'stale' && error.kind !== 'conflict')) throw error;
    const again = await Promise.all(steps.map((step) => step.again()));
    refuseFaults(again);
    if (attempt < ATTEMPTS) return writeUnit(store, again, attempt + 1);
    return oneByOne(store, again, error.message);
  }
}

/** Finds which of several changes cannot be written. */
async function oneByOne(store: ResourceStore, steps: readonly Step[], reason: string): Promise<readonly Step[]> {
  if (steps.length === 1) throw new ContentFault([`${steps[0]?.file?.path ?? steps[0]?.name} cannot be loaded: ${reason}`]);
  const faults: string[] = [];
  const done: Step[] = [];
  for (const step of steps) done.push(...(await collect(faults, () => writeUnit(store, [step], 1))));
  if (faults.length) throw new ContentFault(faults);
  return done;
}

async function collect(faults: string[], run: () => Promise<readonly Step[]>): Promise<readonly Step[]> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ContentFault)) throw error;
    faults.push(...error.faults);
    return [];
  }
}

function refuseFaults(steps: readonly Step[]): void {
  const faults = steps.flatMap(({ decision }) => (decision.kind === 'fault' ? [decision.sentence] : []));
  if (faults.length) throw new ContentFault(faults);
}
