import type { FhirResource } from './types.ts';

/** Reads from a FHIR server that a hook call may read from; `url` is absolute. @throws FhirError `incomplete` where it cannot. */
export type Fetch = (url: string, bearer?: string) => Promise<FhirResource>;
