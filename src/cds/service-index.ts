import type { CodeableConcept, MedicationKnowledge, PlanDefinition } from '../fhir/types.ts';
import type { Changes, ResourceStore } from '../storage/store.ts';
import { type Candidate, candidateOf, type OfferedService, type ServiceParts } from './service.ts';
import { allOf, current } from './stored.ts';

/** The services of all stored plans, as of now. */
export interface ServiceIndex {
  readonly services: ReadonlyMap<string, OfferedService>;
  readonly heldBack: readonly string[];
  /** Codes of all stored products (`MedicationKnowledge.code`). */
  readonly products: readonly CodeableConcept[];
}

interface State extends ServiceIndex {
  readonly revision: number;
  readonly candidates: ReadonlyMap<string, Candidate>;
}

/** Keeps the index, and makes anew what a write of any process has changed; asked before each call. */
export function createServiceIndex(store: ResourceStore, parts: ServiceParts): () => Promise<ServiceIndex> {
  let state: State | undefined;
  let refreshing: Promise<State> | undefined;
  const refresh = async (): Promise<State> => {
    const { revision, changed } = await store.changes(state?.revision ?? 0);
    if (!state || changed === 'all') state = await build(store, parts, revision);
    else state = changed.length > 0 ? await update(state, changed, revision, store, parts) : { ...state, revision };
    return state;
  };
  return async () => {
    // one at a time; who comes while it runs waits for the next, which sees what he wrote
    const before = refreshing;
    const mine = (async () => {
      await before?.catch(() => undefined);
      return refresh();
    })();
    refreshing = mine;
    return mine;
  };
}

async function build(store: ResourceStore, parts: ServiceParts, revision: number): Promise<State> {
  const plans = await allOf<PlanDefinition>(store, 'PlanDefinition');
  const candidates = new Map<string, Candidate>();
  for (const plan of plans) await put(candidates, plan.id ?? '', plan, parts);
  return stateOf(candidates, await products(store), revision);
}

async function update(
  state: State,
  changed: Exclude<Changes['changed'], 'all'>,
  revision: number,
  store: ResourceStore,
  parts: ServiceParts,
): Promise<State> {
  const keys = new Set(changed.map(({ type, id }) => `${type}/${id}`));
  const affected = [...state.candidates]
    .filter(([, { sources, open }]) => open || [...keys].some((key) => sources.has(key)))
    .map(([id]) => id);
  const plans = changed.flatMap(({ type, id }) => (type === 'PlanDefinition' ? [id] : []));
  const candidates = new Map(state.candidates);
  for (const id of new Set([...affected, ...plans]))
    await put(candidates, id, await current<PlanDefinition>(store, 'PlanDefinition', id), parts);
  const hasNewProducts = changed.some(({ type }) => type === 'MedicationKnowledge');
  return stateOf(candidates, hasNewProducts ? await products(store) : state.products, revision);
}

async function put(candidates: Map<string, Candidate>, id: string, plan: PlanDefinition | undefined, parts: ServiceParts): Promise<void> {
  const candidate = plan && (await candidateOf(plan, parts).catch((error: unknown) => misshapen(id, error)));
  if (candidate) candidates.set(id, candidate);
  else candidates.delete(id);
}

/** A plan that was stored unchecked takes down itself alone, not the services of the others. */
function misshapen(id: string, error: unknown): Candidate {
  if (!(error instanceof TypeError)) throw error;
  const heldBack = `PlanDefinition/${id} is not offered: it, or something that it names, is not shaped as R4 has it; validate them.`;
  return { heldBack, sources: new Set([`PlanDefinition/${id}`]), open: true };
}

async function products(store: ResourceStore): Promise<readonly CodeableConcept[]> {
  const known = await allOf<MedicationKnowledge>(store, 'MedicationKnowledge');
  return known.flatMap(({ code }) => code ?? []);
}

function stateOf(candidates: ReadonlyMap<string, Candidate>, productCodes: readonly CodeableConcept[], revision: number): State {
  const sorted = [...candidates].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    revision,
    candidates,
    products: productCodes,
    services: new Map(sorted.flatMap(([id, { service }]) => (service ? [[id, service]] : []))),
    heldBack: sorted.flatMap(([, { heldBack }]) => heldBack ?? []),
  };
}
