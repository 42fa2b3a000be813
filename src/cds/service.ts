/** One plan as a service (https://cds-hooks.hl7.org/2.0/#discovery). */
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { CodeableConcept, FhirResource, Library, PlanDefinition, PlanDefinitionAction, ValueSet } from '../fhir/types.ts';
import { ENABLED, extensionOf } from '../reasoning/extensions.ts';
import { type Form, formsOf } from '../reasoning/forms.ts';
import { loadPlan } from '../reasoning/load-plan.ts';
import type { NameIndex } from '../reasoning/names.ts';
import type { Plan } from '../reasoning/plan.ts';
import { vocabularyOf } from '../reasoning/vocabulary.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { OverrideReason } from './card.ts';
import type { Hook } from './hooks/hook.ts';
import { HOOKS } from './hooks/hooks.ts';
import { type Prefetch, prefetchOf } from './prefetch-templates.ts';
import { type RequestReader, requestReader } from './request.ts';
import { caveatOf } from './source.ts';

export interface OfferedService {
  readonly id: string;
  readonly hook: Hook;
  readonly plan: Plan;
  readonly prefetch: readonly Prefetch[];
  readonly overrideReasons: readonly OverrideReason[];
  readonly forms: readonly Form[];
  /** What stands behind the name of its source: that it is a draft, or experimental. */
  readonly caveat: string;
  /** Medicines and substances by code and name; made anew for other products. */
  vocabulary(products: readonly CodeableConcept[]): NameIndex;
  readonly read: RequestReader;
}

/** A plan with a hook: a service, or why it is none. */
export interface Candidate {
  readonly service?: OfferedService;
  /** Why it is not offered; one sentence. */
  readonly heldBack?: string;
  /** `Type/id` of everything that it was made of. */
  readonly sources: ReadonlySet<string>;
  /** Any new resource may change it. */
  readonly open: boolean;
}

export interface ServiceParts {
  readonly definitions: Definitions;
  readonly terminology: Pick<Terminology, 'expand'>;
  /** Statuses of plans that are offered. */
  readonly statuses: readonly string[];
}

/** What comes of a stored plan; undefined: no hook, so it is no service and was not meant to be. */
export async function candidateOf(resource: PlanDefinition, parts: ServiceParts): Promise<Candidate | undefined> {
  const names = [...new Set((resource.action ?? []).flatMap(hooksOf))];
  if (names.length === 0) return undefined;
  const own = new Set([`PlanDefinition/${resource.id}`]);
  const reason = refusal(resource, names, parts.statuses);
  if (reason) return { heldBack: sentence(resource, [reason]), sources: own, open: false };
  const hook = HOOKS.get(names[0] ?? '');
  if (!hook) return { heldBack: sentence(resource, [`the hook ${names[0]} is not known here`]), sources: own, open: false };
  const loaded = await loadPlan(resource, parts.definitions);
  const sources = new Set([...own, ...loaded.sources.map(keyOf)]);
  const { prefetch, faults } = prefetchOf(loaded.plan ? librariesOf(loaded.plan) : [], hook);
  const reasons = loaded.plan && (await overrideReasons(resource, parts, sources));
  const all = [...loaded.faults, ...faults, ...(typeof reasons === 'string' ? [reasons] : [])];
  if (!loaded.plan || !reasons || typeof reasons === 'string' || all.length > 0)
    return { heldBack: sentence(resource, all), sources, open: true };
  const { plan } = loaded;
  const service = {
    id: resource.id ?? '',
    hook,
    plan,
    prefetch,
    overrideReasons: reasons,
    forms: formsOf(plan),
    caveat: caveatOf(loaded.sources),
    vocabulary: remembered((products: readonly CodeableConcept[]) => vocabularyOf(plan, products)),
    read: requestReader(hook),
  };
  return { service, sources, open: loaded.open };
}

function hooksOf({ trigger = [], action = [] }: PlanDefinitionAction): string[] {
  const own = trigger.flatMap(({ type, name }) => (type === 'named-event' && name ? [name] : []));
  return [...own, ...action.flatMap(hooksOf)];
}

function refusal(resource: PlanDefinition, hooks: readonly string[], statuses: readonly string[]): string | undefined {
  if (extensionOf(resource, ENABLED)?.valueBoolean !== true) return 'its extension cpg-enabled is not true';
  if (!statuses.includes(resource.status))
    return `its status is ${resource.status}, and CDS_STATUSES offers ${statuses.join(', ') || 'none'}`;
  if (hooks.length > 1) return `it names the hooks ${hooks.join(' and ')}: make one entry plan for each hook`;
  return undefined;
}

function librariesOf({ logic }: Plan): readonly Library[] {
  return logic.sources.filter((source) => source.resourceType === 'Library');
}

/** Reasons that the plan names, or what is wrong with them. */
async function overrideReasons(
  { relatedArtifact = [] }: PlanDefinition,
  { definitions, terminology }: ServiceParts,
  sources: Set<string>,
): Promise<readonly OverrideReason[] | string> {
  const canonical = relatedArtifact.find(({ type, label }) => type === 'depends-on' && label === 'override-reasons')?.resource;
  if (!canonical) return [];
  const valueSet = await definitions.resolve<ValueSet>(canonical, 'ValueSet');
  if (valueSet) sources.add(keyOf(valueSet));
  try {
    const concepts = await terminology.expand(canonical);
    return concepts.flatMap(({ system, code, display }) => (system ? [{ code, system, display: display ?? code }] : []));
  } catch (error) {
    if (!(error instanceof FhirError)) throw error;
    return `the override reasons ${canonical} cannot be listed: ${error.message}`;
  }
}

const MOST_FAULTS = 3;

function sentence({ id }: PlanDefinition, faults: readonly string[]): string {
  const more = faults.length > MOST_FAULTS ? ` And ${faults.length - MOST_FAULTS} more faults.` : '';
  const said = faults.slice(0, MOST_FAULTS).map((fault) => fault.replace(/\.$/, ''));
  return `PlanDefinition/${id} is not offered: ${said.join('; ')}.${more}`;
}

function keyOf({ resourceType, id }: FhirResource): string {
  return `${resourceType}/${id}`;
}

/** Keeps the last result while the argument is the same. */
function remembered<A, R>(make: (argument: A) => R): (argument: A) => R {
  let last: { readonly argument: A; readonly result: R } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: make(argument) };
    return last.result;
  };
}
