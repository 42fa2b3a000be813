/** From the tree of a `_filter` to a condition. */
import { FhirError } from '../fhir/error.ts';
import type { ResourceType } from '../fhir/types.ts';
import { chainCondition } from './filter.ts';
import { type FilterNode, type FilterStep, type FilterTest, parseFilterExpression } from './filter-grammar.ts';
import { askOperator, typeOf } from './filter-operators.ts';
import { chainTargets, checkLinks, HAS, type NameContext, parametersOf, readHas, refuseMixture } from './parameter-name.ts';
import type { Condition } from './query.ts';

interface Context extends NameContext {
  readonly now: Date;
}

interface Place extends Context {
  /** Links of a chain that lead here. */
  readonly links: number;
  /** Names that nothing is known by, as they are met. */
  readonly unknown: string[];
}

/** @throws FhirError `invalid`, `not-supported`, `too-costly` */
export function filterCondition(text: string, context: Context): Condition {
  const unknown: string[] = [];
  const condition = nodeCondition(parseFilterExpression(text), { ...context, links: 0, unknown });
  if (condition) return condition;
  const whose = context.types.length > 0 ? context.types.slice(0, 5).join(', ') : 'all types together';
  throw new FhirError(
    'invalid',
    `"_filter" asks for "${unknown.at(-1)?.slice(0, 100)}", which is no search parameter of ${whose} or leads to none.`,
  );
}

/** Undefined where a parameter is unknown. */
function nodeCondition(node: FilterNode, place: Place): Condition | undefined {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const conditions = node.filters.map((each) => nodeCondition(each, place)).filter((each) => each !== undefined);
      return conditions.length === node.filters.length ? { kind: node.kind, conditions } : undefined;
    }
    case 'not': {
      const condition = nodeCondition(node.filter, place);
      return condition && { kind: 'not', condition };
    }
    case 'test':
      return pathCondition(node.path, node, place)?.where;
  }
}

interface Reached {
  readonly where: Condition;
  /** Search type of the last parameter. */
  readonly meaning: string;
}

function pathCondition([step, ...rest]: readonly FilterStep[], test: FilterTest, place: Place): Reached | undefined {
  if (!step) return undefined;
  const path = [step, ...rest].map(({ name }) => name).join('.');
  checkLinks(path, place.links);
  if (step.name.startsWith(HAS)) return hasCondition(step, rest, test, place);
  const [code = '', modifier, ...more] = step.name.split(':');
  const parameters = more.length > 0 ? undefined : parametersOf(code, place);
  if (!parameters) return missing(path, place);
  if (rest.length > 0) return chain(step, rest, test, place);
  if (modifier !== undefined || step.filter) {
    throw new FhirError('invalid', `"_filter" ends a path with "${step.name}", where only the name of a search parameter may stand.`);
  }
  const asked = { kind: 'value', code, parameters } as const;
  return { where: askOperator(test.operator, asked, test.value, place.now), meaning: typeOf(asked) };
}

function chain(step: FilterStep, rest: readonly FilterStep[], test: FilterTest, place: Place): Reached | undefined {
  const path = [step, ...rest].map(({ name }) => name).join('.');
  const [code = '', modifier] = step.name.split(':');
  const { types } = chainTargets(path, parametersOf(code, place) ?? [], modifier);
  const targets = types.flatMap((type) => {
    const reached = targetCondition(type, step.filter, rest, test, place);
    return reached ? [{ type, ...reached }] : [];
  });
  refuseMixture(
    path,
    targets.map(({ meaning, type }) => [meaning, type]),
  );
  const [first] = targets;
  return first ? { where: chainCondition(code, targets), meaning: first.meaning } : missing(path, place);
}

/** What a target of this type fulfils: the filter in brackets and the rest of the path, both. */
function targetCondition(
  type: ResourceType,
  filter: FilterNode | undefined,
  rest: readonly FilterStep[],
  test: FilterTest,
  place: Place,
): Reached | undefined {
  const there = { ...place, types: [type], links: place.links + 1 };
  const reached = pathCondition(rest, test, there);
  const also = filter && nodeCondition(filter, there);
  if (!reached || (filter && !also)) return undefined;
  return also ? { ...reached, where: { kind: 'and', conditions: [also, reached.where] } } : reached;
}

function hasCondition({ name, filter }: FilterStep, rest: readonly FilterStep[], test: FilterTest, place: Place): Reached | undefined {
  const has = readHas(name, place);
  if (!has) return missing(name, place);
  const next = { name: has.rest, ...(filter && { filter }) };
  const reached = pathCondition([next, ...rest], test, { ...place, types: [has.type], links: place.links + 1 });
  return reached && { ...reached, where: { kind: 'referred', type: has.type, parameter: has.code, where: reached.where } };
}

function missing(name: string, place: Place): undefined {
  place.unknown.push(name);
  return undefined;
}
