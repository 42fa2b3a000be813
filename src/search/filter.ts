/** From a resolved name and its value to a condition. */
import { FhirError } from '../fhir/error.ts';
import type { ResourceType } from '../fhir/types.ts';
import { onContained } from './contained.ts';
import { SEPARATOR } from './entries.ts';
import { keyOf, keyPrefix } from './keys.ts';
import type { Resolved } from './parameter-name.ts';
import type { Parameter } from './parameters.ts';
import type { Condition } from './query.ts';
import { dateTests } from './types/date.ts';
import type { Leaf } from './types/search-type.ts';
import { searchType } from './types/types.ts';
import { refused, split, unescaped } from './types/values.ts';

const MOST_VALUES = 512;
const MOST_LEAVES = 4000;

/**
 * The condition of one parameter of a query: commas are OR. Undefined where there is no value.
 * @throws FhirError `invalid` for a value that is not taken, `too-costly`
 */
export function conditionOf(resolved: Resolved, value: string, now: Date): Condition | undefined {
  const values = split(value, ',').filter((each) => each !== '');
  if (values.length > MOST_VALUES) {
    throw new FhirError('invalid', `A parameter has ${values.length} values, and ${MOST_VALUES} are allowed; ask in several requests.`);
  }
  return values.length > 0 ? conditionOfValues(resolved, values, now) : undefined;
}

/** The condition of one parameter for any of some values. @throws FhirError `invalid`, `too-costly` */
export function conditionOfValues(resolved: Resolved, values: readonly string[], now: Date): Condition {
  switch (resolved.kind) {
    case 'has':
      return { kind: 'referred', type: resolved.type, parameter: resolved.code, where: conditionOfValues(resolved.rest, values, now) };
    case 'chain':
      return chainCondition(
        resolved.code,
        resolved.targets.map(({ type, rest }) => ({ type, where: conditionOfValues(rest, values, now) })),
      );
    case 'value':
      return own(resolved, values, now);
  }
}

/** What a target of one type must fulfil. */
interface TargetCondition {
  readonly type: ResourceType;
  readonly where: Condition;
}

/** A reference of the parameter leads to a target that fulfils what is asked of its type, be it a row or contained. */
export function chainCondition(parameter: string, targets: readonly TargetCondition[]): Condition {
  return anyOf(
    grouped(targets).flatMap(({ types, where }): readonly Condition[] => [
      { kind: 'refers', parameter, types, where },
      onContained(parameter, types, where),
    ]),
  );
}

/** Target types for which the rest of the chain comes to the same condition stand together. */
function grouped(targets: readonly TargetCondition[]): readonly { types: ResourceType[]; where: Condition }[] {
  const groups = new Map<string, { types: ResourceType[]; where: Condition }>();
  for (const { type, where } of targets) {
    const key = JSON.stringify(where);
    const group = groups.get(key) ?? { types: [], where };
    group.types.push(type);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function own({ code, modifier, parameters }: Resolved & { kind: 'value' }, values: readonly string[], now: Date): Condition {
  if (modifier === 'missing') return missing(code, values);
  const positive = code === '_id' ? ids(values) : code === '_lastUpdated' ? updated(values, now) : asked(parameters, modifier, values, now);
  return modifier === 'not' || modifier === 'not-in' ? { kind: 'not', condition: positive } : positive;
}

function missing(code: string, values: readonly string[]): Condition {
  const [value = '', ...more] = values;
  if (more.length > 0 || (value !== 'true' && value !== 'false')) throw refused(`${code}:missing`, values.join(','), 'it is true or false');
  if (code === '_id' || code === '_lastUpdated') return { kind: value === 'true' ? 'or' : 'and', conditions: [] };
  const has: Condition = { kind: 'has', parameter: code };
  return value === 'true' ? { kind: 'not', condition: has } : has;
}

function ids(values: readonly string[]): Condition {
  return { kind: 'id', ids: [...new Set(values.map((value) => unescaped(value, '_id')))] };
}

function updated(values: readonly string[], now: Date): Condition {
  return anyOf(
    values.flatMap((value) => {
      const tests = dateTests(unescaped(value, '_lastUpdated'), now);
      if (!tests) throw refused('_lastUpdated', value, 'it is a date or an instant, with a prefix or not');
      return tests.map((each) => ({ kind: 'updated', tests: each }) as const);
    }),
  );
}

function asked(parameters: readonly Parameter[], modifier: string | undefined, values: readonly string[], now: Date): Condition {
  const conditions = parameters.flatMap((parameter) => {
    const question = { parameter, now, ...(modifier !== undefined && { modifier }) };
    const leaves = values.flatMap((value) => searchType(parameter.type)?.ask(value, question) ?? []);
    if (leaves.length > MOST_LEAVES)
      throw new FhirError('too-costly', `The search by "${parameter.code}" asks for too many values at once; name fewer.`);
    return leaves.map((leaf) => named(parameter.code, leaf));
  });
  return anyOf(conditions);
}

function named(code: string, leaf: Leaf): Condition {
  if (leaf.kind === 'condition') return leaf.condition;
  if (leaf.kind === 'range')
    return { kind: 'range', parameter: leaf.unit === undefined ? code : keyOf(code, leaf.unit), tests: leaf.tests };
  const parameter = code + (leaf.suffix ?? '');
  switch (leaf.kind) {
    case 'key':
      return { kind: 'key', keys: [keyOf(parameter, leaf.value)] };
    case 'key-prefix':
      return { kind: 'key-prefix', prefix: keyPrefix(parameter, leaf.value) };
    case 'text-prefix':
      return { kind: 'text-prefix', prefix: `${parameter}${SEPARATOR}${leaf.value}` };
    case 'text-contains':
      return { kind: 'text-contains', parameter, text: leaf.value };
  }
}

/** One condition for any of several: keys together in one, each once. */
function anyOf(conditions: readonly Condition[]): Condition {
  const keys = [...new Set(conditions.flatMap((each) => (each.kind === 'key' ? each.keys : [])))];
  const others = [...new Map(conditions.filter(({ kind }) => kind !== 'key').map((each) => [JSON.stringify(each), each])).values()];
  const all: readonly Condition[] = keys.length > 0 ? [{ kind: 'key', keys }, ...others] : others;
  const [only] = all;
  return only && all.length === 1 ? only : { kind: 'or', conditions: all };
}
