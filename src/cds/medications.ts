import { parseReference } from '../fhir/reference.ts';
import type { FhirResource } from '../fhir/types.ts';
import type { Ehr } from './ehr.ts';

const MOST = 50;

/** Medications that medicines refer to and that the call does not hold, as far as they can be read. */
export async function medicationsReferred(resources: readonly FhirResource[], ehr: Ehr | undefined): Promise<readonly FhirResource[]> {
  if (!ehr) return [];
  const held = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const wanted = new Set<string>();
  for (const resource of resources) {
    const { reference } = (resource as { medicationReference?: { reference?: unknown } }).medicationReference ?? {};
    const target = typeof reference === 'string' ? parseReference(reference) : undefined;
    if (typeof reference === 'string' && target?.type === 'Medication' && !held.has(`Medication/${target.id}`)) wanted.add(reference);
  }
  const found = await Promise.all([...wanted].slice(0, MOST).map((reference) => ehr.read(reference)));
  return found.filter((resource) => resource?.resourceType === 'Medication');
}
