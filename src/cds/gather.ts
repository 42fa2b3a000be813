/** From a call to the data of one patient (https://cds-hooks.hl7.org/2.0/#providing-fhir-resources-to-a-cds-service). */
import { FhirError } from '../fhir/error.ts';
import type { FhirResource, Patient } from '../fhir/types.ts';
import type { CallData } from '../reasoning/facts.ts';
import type { Ehr } from './ehr.ts';
import { type Hook, resourcesIn } from './hooks/hook.ts';
import { medicationsReferred } from './medications.ts';
import { readPages } from './pages.ts';
import { type Prefetch, resolveTemplate } from './prefetch-templates.ts';
import type { CdsRequest } from './request.ts';

export interface Source {
  readonly hook: Hook;
  readonly prefetch: readonly Prefetch[];
  /** Types that no system here keeps: looked for and none. */
  readonly without: readonly string[];
  readonly ehr: Ehr | undefined;
}

/** Without these nothing can be said (https://cds-hooks.hl7.org/2.0/#http-status-codes). */
const REQUIRED = new Set(['Patient', 'Condition']);

/**
 * What is given is used, what is not given is fetched, what cannot be had is named: half a list is not a list.
 * @throws FhirError `incomplete` where Patient or Condition cannot be had; `invalid` where the patient is another one
 */
export async function gather(request: CdsRequest, source: Source): Promise<CallData> {
  const parts = await Promise.all(
    source.prefetch.map(async (each) => ({ ...each, resources: await resourcesBehind(each, request, source) })),
  );
  for (const { key, type, resources } of parts) if (!resources && REQUIRED.has(type)) throw incomplete(key, type, request);
  const resources = parts.flatMap((part) => part.resources ?? []);
  const patient = patientOf(request, source.prefetch, resources);
  const context = source.hook.resources.flatMap((field) => resourcesIn(request.context[field], `context.${field}`));
  const chart = resources.filter((resource) => resource !== patient);
  return {
    patient,
    context,
    chart: [...chart, ...(await medicationsReferred([...context, ...chart], source.ehr))],
    triggering: source.hook.triggering,
    unavailable: [...new Set(parts.flatMap(({ type, resources: found }) => (found ? [] : [type])))],
    without: source.without.filter((type) => !chart.some(({ resourceType }) => resourceType === type)),
  };
}

/** The resources behind a key; undefined: they cannot be had. */
async function resourcesBehind(
  { key, type, template }: Prefetch,
  request: CdsRequest,
  { ehr, without }: Source,
): Promise<readonly FhirResource[] | undefined> {
  const none = without.includes(type) ? [] : undefined;
  const given = Object.hasOwn(request.prefetch, key) ? request.prefetch[key] : undefined;
  if (given === null) return [];
  if (given !== undefined) return (await readPages(given, type, ehr)) ?? none;
  if (none) return none;
  const query = resolveTemplate(template, request.context);
  const fetched = query === undefined ? undefined : await ehr?.read(query.replace(/^\//, ''));
  return fetched === undefined ? undefined : readPages(fetched, type, ehr);
}

function patientOf({ context }: CdsRequest, prefetch: readonly Prefetch[], resources: readonly FhirResource[]): Patient {
  const found = resources.filter((resource): resource is Patient => resource.resourceType === 'Patient');
  const other = found.find(({ id }) => id !== context.patientId);
  if (other)
    throw new FhirError(
      'invalid',
      `The prefetched Patient/${other.id ?? '(without id)'} is not context.patientId ${context.patientId}: send data of this patient only.`,
    );
  const key = prefetch.find(({ type }) => type === 'Patient')?.key;
  const [patient] = found;
  if (!patient && key !== undefined)
    throw new FhirError('incomplete', `The prefetch key "${key}" holds no Patient: without it nothing can be said.`);
  return patient ?? { resourceType: 'Patient', id: context.patientId };
}

function incomplete(key: string, type: string, { prefetch, fhirServer }: CdsRequest): FhirError {
  const given = Object.hasOwn(prefetch, key);
  const why = given
    ? 'cannot be read whole'
    : fhirServer
      ? 'is absent and could not be fetched'
      : 'is absent, and no fhirServer is given to fetch it from';
  return new FhirError('incomplete', `The prefetch key "${key}" (${type}) ${why}: without it nothing can be said.`);
}
