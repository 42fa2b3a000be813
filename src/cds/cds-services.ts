/** CDS Hooks 2.0 (https://cds-hooks.hl7.org/2.0/): discovery and calls, live from the stored plans. */
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { Fetch } from '../fhir/fetch.ts';
import { applyPlan } from '../reasoning/apply-plan.ts';
import { factsOf } from '../reasoning/facts.ts';
import type { SafetyPass } from '../reasoning/safety.ts';
import type { ResourceStore } from '../storage/store.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { Card } from './card.ts';
import { cardsOf } from './cards.ts';
import { ehrOf } from './ehr.ts';
import { gather } from './gather.ts';
import type { OfferedService } from './service.ts';
import { createServiceIndex } from './service-index.ts';

/** An entry of discovery (https://cds-hooks.hl7.org/2.0/#response). */
interface Service {
  readonly hook: string;
  readonly id: string;
  readonly title?: string;
  readonly description: string;
  readonly usageRequirements?: string;
  readonly prefetch?: Readonly<Record<string, string>>;
  /** Version of CDS Hooks. */
  readonly version: string;
}

export interface CdsServices {
  discover(): Promise<{ readonly services: readonly Service[] }>;
  /**
   * Answers one call. @param id - the plan's id  @param body - parsed JSON  @param now - the clock of the whole call
   * @throws FhirError `not-found` for an unknown id; `structure`, `invalid` naming the field; `incomplete` naming the prefetch key
   */
  call(id: string, body: unknown, now: Date): Promise<{ readonly cards: readonly Card[] }>;
  /** Plans with a hook that are not offered, each with its reason in a sentence. */
  heldBack(): Promise<readonly string[]>;
}

export interface CdsParts {
  readonly store: ResourceStore;
  readonly definitions: Definitions;
  readonly terminology: Pick<Terminology, 'expand'>;
  /** Statuses of plans that are offered (`CDS_STATUSES`). */
  readonly statuses: readonly string[];
  readonly safety: SafetyPass;
  readonly fetch: Fetch;
  /** Origins of FHIR servers that may be read from (`FHIR_SERVERS`); `loopback` = any port of this machine. */
  readonly allowedServers: readonly string[];
  /** Types that no EHR here keeps (`EHR_WITHOUT`). */
  readonly without: readonly string[];
  /** Base of this server's FHIR addresses, without trailing slash. */
  readonly baseUrl: string;
  /** Told about content that could not be evaluated; no patient data. */
  readonly report: (sentence: string) => void;
}

const VERSION = '2.0.1';

export function cdsServices(parts: CdsParts): CdsServices {
  const index = createServiceIndex(parts.store, parts);
  return {
    discover: async () => ({ services: [...(await index()).services.values()].map((service) => describe(service, parts.without)) }),
    heldBack: async () => (await index()).heldBack,
    call: async (id, body, now) => {
      const { services, products } = await index();
      const service = services.get(id);
      if (!service)
        throw new FhirError('not-found', `There is no CDS service "${id.slice(0, 80)}": GET cds-services lists those that there are.`);
      return { cards: await answer(service, body, now, service.vocabulary(products), parts) };
    },
  };
}

async function answer(
  service: OfferedService,
  body: unknown,
  now: Date,
  names: ReturnType<OfferedService['vocabulary']>,
  parts: CdsParts,
): Promise<readonly Card[]> {
  const { plan, hook, prefetch, overrideReasons, forms, caveat } = service;
  const request = service.read(body);
  const ehr = ehrOf(request, parts.allowedServers, parts.fetch);
  const data = await gather(request, { hook, prefetch, without: parts.without, ehr });
  const facts = factsOf(data, names, forms);
  const applied = applyPlan(plan, facts, { now, safety: parts.safety });
  for (const issue of applied.issues) parts.report(`${issue.plan}, action ${issue.action}: ${issue.text}`);
  const { userId, encounterId } = request.context;
  return cardsOf(applied, {
    plan,
    facts,
    names,
    overrideReasons,
    caveat,
    baseUrl: parts.baseUrl,
    subject: { reference: `Patient/${request.context.patientId}` },
    ...(userId && { requester: userId }),
    ...(encounterId && { encounter: encounterId }),
    now,
    scopeOf: applied.scopeOf,
    report: parts.report,
  });
}

function describe({ id, hook, plan, prefetch }: OfferedService, without: readonly string[]): Service {
  const { title, name, description, usage } = plan.resource;
  const templates = prefetch.filter(({ type }) => !without.includes(type)).map(({ key, template }) => [key, template]);
  return {
    hook: hook.name,
    id,
    ...(title && { title }),
    description: description || title || name || id,
    ...(usage && { usageRequirements: usage }),
    ...(templates.length > 0 && { prefetch: Object.fromEntries(templates) }),
    version: VERSION,
  };
}
