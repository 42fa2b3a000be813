import type { ActivityDefinition, Expression, FhirResource, PlanDefinition, PlanDefinitionAction, Questionnaire } from '../fhir/types.ts';
import type { Compiled } from '../fhirpath/expression.ts';
import { codingsOf } from './codings.ts';
import { COLLECT_WITH, extensionOf, SUGGEST_WHEN } from './extensions.ts';
import { type Loading, noteFault, resolve } from './loading.ts';
import type { Logic } from './logic.ts';
import type { Action, Definition, DynamicValue, Item, Plan } from './plan.ts';
import { safetyRules } from './safety-rules.ts';

interface Within {
  readonly resource: PlanDefinition;
  readonly logic: Logic;
  readonly loading: Loading;
  readonly isSafety: boolean;
  /** Canonicals of the plans above, this one last. */
  readonly path: readonly string[];
}

/** Names that the engine binds besides variables: while a safety rule is judged, and while a draft is made. */
const SAFETY_NAMES = ['offered', 'itemCodes'];
const DRAFT_NAMES = ['subject', 'practitioner', 'encounter', 'context', 'resource', 'rootResource', 'action'];
/** Codings of the content's own concepts: the only codes of an action that are items. */
const CONTENT = /\/CodeSystem\/([^/]+-)?content$/;

/** A plan that nests the next one twice, and so on, would fill the memory: each place where an action stands counts. */
const MOST_ACTIONS = 10_000;

export async function loadAction(action: PlanDefinitionAction, within: Within): Promise<Action> {
  const { loading } = within;
  const place = placeOf(action, within);
  if (++loading.actions > MOST_ACTIONS) return tooMany(action, loading);
  const { rules, faults } = safetyRules(action);
  for (const fault of faults) loading.faults.add(`${place}: ${fault}`);
  const conditions = (action.condition ?? []).filter(({ kind }) => kind === 'applicability');
  const suggestWhen = extensionOf(action, SUGGEST_WHEN);
  const ready = suggestWhen && compiled(suggestWhen.valueExpression, within, place);
  const item = itemOf(action);
  const below = await target(action, within, place);
  return {
    resource: action,
    conditions: conditions.flatMap(({ expression }) =>
      expression ? (compiled(expression, within, place, within.isSafety ? SAFETY_NAMES : []) ?? []) : [],
    ),
    words: conditions[0]?.expression?.description ?? action.title ?? action.id ?? 'without a title',
    ...(ready && { suggestWhen: ready }),
    ...(item && { item }),
    dynamicValues: dynamicValues(action, within, place),
    ...below,
    children: await Promise.all((action.action ?? []).map((child) => loadAction(child, within))),
    safetyRules: rules,
  };
}

function tooMany(action: PlanDefinitionAction, { faults }: Loading): Action {
  faults.add(`The plan comes to more than ${MOST_ACTIONS} actions, all that it nests included: nest fewer plans, or each less often.`);
  return { resource: action, conditions: [], words: '', dynamicValues: [], children: [], safetyRules: [] };
}

function placeOf(action: PlanDefinitionAction, { resource }: Within): string {
  return `PlanDefinition/${resource.id}, action ${action.id ?? action.title ?? 'without id'}`;
}

function compiled(
  expression: Expression | undefined,
  { logic, loading }: Within,
  place: string,
  extra: readonly string[] = [],
): Compiled | undefined {
  const { language, expression: text } = expression ?? {};
  if (language !== 'text/fhirpath' || text === undefined) {
    loading.faults.add(
      `${place}: an expression in ${language ?? 'no language'}, or without text; only text/fhirpath can be evaluated here.`,
    );
    return undefined;
  }
  return noteFault(loading, place, () => logic.expression(text, extra));
}

function itemOf({ code, title }: PlanDefinitionAction): Item | undefined {
  const coding = (code ?? []).flatMap(codingsOf).find(({ system }) => CONTENT.test(system ?? ''));
  if (!coding?.system || !coding.code) return undefined;
  return { system: coding.system, code: coding.code, title: title ?? coding.display ?? coding.code };
}

function dynamicValues(of: Pick<PlanDefinitionAction, 'dynamicValue'>, within: Within, place: string): DynamicValue[] {
  return (of.dynamicValue ?? []).flatMap(({ path, expression }) => {
    const ready = path && expression ? compiled(expression, within, place, DRAFT_NAMES) : undefined;
    return path && ready ? [{ path, expression: ready }] : [];
  });
}

/** The nested plan or the definition that the action leads to. */
async function target(action: PlanDefinitionAction, within: Within, place: string): Promise<{ nested?: Plan; definition?: Definition }> {
  const { loading, path, resource } = within;
  const canonical = action.definitionCanonical;
  if (action.definitionUri) loading.faults.add(`${place}: definitionUri leads to what nobody can check here; use definitionCanonical.`);
  if (!canonical) return {};
  const found = canonical.startsWith('#') ? contained(resource, canonical) : await resolve<FhirResource>(canonical, loading);
  switch (found?.resourceType) {
    case 'PlanDefinition':
      if (path.some((above) => above.split('|')[0] === found.url)) {
        loading.faults.add(`${place}: ${canonical} nests itself: ${[...path, canonical].join(' → ')}.`);
        return {};
      }
      return { nested: await loading.nested(found, path) };
    case 'ActivityDefinition':
      return { definition: await activity(canonical, found, within, place) };
    case 'Questionnaire':
      return { definition: { canonical, resource: found, dynamicValues: [], questionnaire: found } };
    default:
      loading.faults.add(
        `${place}: ${canonical} ${found ? `is a ${found.resourceType}, which is no definition of an action` : 'is not here'}.`,
      );
      return {};
  }
}

async function activity(canonical: string, resource: ActivityDefinition, within: Within, place: string): Promise<Definition> {
  const collectWith = extensionOf(resource, COLLECT_WITH)?.valueCanonical;
  const questionnaire = collectWith ? await resolve<Questionnaire>(collectWith, within.loading) : undefined;
  const where = `${place}, ActivityDefinition/${resource.id}`;
  if (collectWith && questionnaire?.resourceType !== 'Questionnaire') within.loading.faults.add(`${where}: ${collectWith} is not here.`);
  return { canonical, resource, dynamicValues: dynamicValues(resource, within, where), ...(questionnaire && { questionnaire }) };
}

function contained({ contained: inside }: PlanDefinition, reference: string): FhirResource | undefined {
  return inside?.find(({ id }) => `#${id}` === reference) as FhirResource | undefined;
}
