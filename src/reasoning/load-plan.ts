/** Finds and checks all that a plan needs (https://hl7.org/fhir/R4/plandefinition.html, https://hl7.org/fhir/R4/activitydefinition.html). */
import { formatCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { PlanDefinition, PlanDefinitionAction } from '../fhir/types.ts';
import { extensionsOf, SAFETY_RULE } from './extensions.ts';
import { loadAction } from './load-action.ts';
import type { Loading } from './loading.ts';
import { type Logic, loadLogic } from './logic.ts';
import type { LoadedPlan, Plan } from './plan.ts';
import { createScopes } from './scope.ts';

export async function loadPlan(resource: PlanDefinition, definitions: Definitions): Promise<LoadedPlan> {
  const logicOf = logics();
  const loading: Loading = {
    definitions,
    faults: new Set(),
    sources: new Set(),
    open: false,
    actions: 0,
    nested: (plan, path) => loadNested(plan, path, loading, logicOf),
  };
  const plan = await loading.nested(resource, []);
  const faults = [...loading.faults];
  return { ...(faults.length === 0 && { plan }), faults, sources: [...loading.sources], open: loading.open };
}

async function loadNested(resource: PlanDefinition, path: readonly string[], loading: Loading, logicOf: LogicOf): Promise<Plan> {
  const canonical = formatCanonical(resource.url ?? `PlanDefinition/${resource.id}`, resource.version);
  const isSafety = (resource.action ?? []).some(hasSafetyRule);
  loading.sources.add(resource);
  const { logic, scopes } = await logicOf(resource.library ?? [], loading);
  const within = { resource, logic, loading, isSafety, path: [...path, canonical] };
  const actions = await Promise.all((resource.action ?? []).map((action) => loadAction(action, within)));
  return { resource, canonical, logic, scopes, actions, isSafety };
}

function hasSafetyRule(action: PlanDefinitionAction): boolean {
  return extensionsOf(action, SAFETY_RULE).length > 0 || (action.action ?? []).some(hasSafetyRule);
}

interface LoadedLogic {
  readonly logic: Logic;
  readonly scopes: Plan['scopes'];
}
type LogicOf = (libraries: readonly string[], loading: Loading) => Promise<LoadedLogic>;

/** One logic for all plans that name the same libraries. */
function logics(): LogicOf {
  const known = new Map<string, Promise<LoadedLogic>>();
  return (libraries, loading) => {
    const key = libraries.join('\n');
    const made = known.get(key) ?? load(libraries, loading);
    known.set(key, made);
    return made;
  };
}

async function load(libraries: readonly string[], loading: Loading): Promise<LoadedLogic> {
  const logic = await loadLogic(libraries, loading.definitions);
  for (const source of logic.sources) loading.sources.add(source);
  loading.open ||= logic.unresolved.length > 0 || logic.unversioned;
  let scopes: Plan['scopes'] | undefined;
  // made at the first call: only then are the expressions of all plans checked
  const late: Plan['scopes'] = (facts, options) => {
    scopes ??= createScopes(logic);
    return scopes(facts, options);
  };
  return { logic, scopes: late };
}
