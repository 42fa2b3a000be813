/** R4's types: the one place that names the type package. */
import type { FhirResource } from 'fhir/r4.js';

export type * from 'fhir/r4.js';

/** Name of a concrete R4 resource type. */
export type ResourceType = FhirResource['resourceType'];
