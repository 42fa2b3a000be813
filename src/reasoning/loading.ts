import { parseCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { FhirResource, PlanDefinition } from '../fhir/types.ts';
import type { Plan } from './plan.ts';

/** What is gathered while one plan and all below it are loaded. */
export interface Loading {
  readonly definitions: Definitions;
  /** Sentences. */
  readonly faults: Set<string>;
  readonly sources: Set<FhirResource>;
  /** Something was not found or names no version: a new resource may change it. */
  open: boolean;
  /** How many actions there are so far, each as often as plans nest it. */
  actions: number;
  /** Loads a plan that another nests. `path`: canonicals of the plans above. */
  nested(resource: PlanDefinition, path: readonly string[]): Promise<Plan>;
}

/** The resource of a canonical that a plan names. */
export async function resolve<T extends FhirResource>(canonical: string, loading: Loading): Promise<T | undefined> {
  const found = await loading.definitions.resolve<T>(canonical);
  if (found) loading.sources.add(found);
  loading.open ||= !found || !parseCanonical(canonical).version;
  return found;
}

/** Runs what may find a fault of the content; the sentence is kept with its place. */
export function noteFault<T>(loading: Loading, place: string, attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    loading.faults.add(`${place}: ${error.message}`);
    return undefined;
  }
}
