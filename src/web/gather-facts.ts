import type { CdsServices } from '../cds/cds-services.ts';
import type { PlanDefinition } from '../fhir/types.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { OfferedService, StartFacts } from './start-facts.ts';

export interface FactSources {
  readonly publicUrl: string;
  /** The store in words. */
  readonly kind: string;
  /** What loading the content did. */
  readonly report: Pick<StartFacts, 'counts' | 'remarks'>;
  readonly cds: CdsServices;
  readonly store: ResourceStore;
}

/** As of now: services come and go with the plans that are stored. */
export async function gatherFacts({ publicUrl, kind, report, cds, store }: FactSources): Promise<StartFacts> {
  const { services } = await cds.discover();
  const offered = services.map(async ({ id, hook, title }): Promise<OfferedService> => {
    const json = (await store.read('PlanDefinition', id))?.json; // a service has the id of its plan
    const plan = json && (JSON.parse(json.toString()) as PlanDefinition);
    return { id, hook, title: title ?? id, status: plan?.status ?? 'unknown' };
  });
  return {
    baseUrl: `${publicUrl}/fhir`,
    cdsUrl: `${publicUrl}/cds-services`,
    store: kind,
    counts: report.counts,
    services: await Promise.all(offered),
    heldBack: await cds.heldBack(),
    remarks: report.remarks,
  };
}
