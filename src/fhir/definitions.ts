import type { FhirResource, ResourceType } from './types.ts';

/** Finds conformance and knowledge resources by canonical: R4 core, then what is stored. */
export interface Definitions {
  /**
   * The resource of a `url` or `url|version`; without a version the latest active one, else the latest.
   * Undefined where nothing has it.
   */
  resolve<T extends FhirResource = FhirResource>(canonical: string, type?: ResourceType): Promise<T | undefined>;
}
