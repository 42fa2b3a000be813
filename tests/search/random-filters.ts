/** Random `_filter` expressions. */
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import type { Random } from './random.ts';
import { chains } from './random-chains.ts';
import { type Kind, type TestParameter, testParameters, valuesAt } from './random-parameters.ts';
import { type Asked, askPlain, askWith } from './random-query-values.ts';
import type { Value } from './random-values.ts';

type ByType = ReadonlyMap<string, readonly FhirResource[]>;

const ORDERED: readonly Kind[] = ['number', 'date', 'quantity'];

export function randomFilter(random: Random, type: ResourceType, byType: ByType): string {
  const terms = random.several(1, random.pick([1, 2, 4]), () => term(random, type, byType));
  return terms.reduce((before, after) => `${before} ${random.pick(['and', 'or', 'or'])} ${after}`);
}

function term(random: Random, type: ResourceType, byType: ByType): string {
  if (random.chance(0.1)) return `not (${randomFilter(random, type, byType)})`;
  if (random.chance(0.1)) return `(${randomFilter(random, type, byType)})`;
  const leading = chains.filter((each) => each.type === type && each.modifier === undefined);
  if (leading.length === 0 || random.chance(0.7)) return test(random, '', parameterOf(random, type), byType);
  const { name, far, code } = random.pick(leading);
  const parameter = testParameters.find((each) => each.type === far && each.code === code) as TestParameter;
  const path = name.slice(0, -code.length);
  const [, link] = /^(\w+:\w+)\.$/.exec(path) ?? [];
  const also = link && random.chance(0.4) ? `${link}[${test(random, '', parameterOf(random, far), byType)}].` : path;
  return test(random, also, parameter, byType);
}

function parameterOf(random: Random, type: ResourceType): TestParameter {
  return random.pick(testParameters.filter((each) => each.type === type));
}

function test(random: Random, path: string, parameter: TestParameter, byType: ByType): string {
  const rows = byType.get(parameter.type) ?? [];
  const own =
    parameter.kind === 'composite'
      ? (row: FhirResource) => [row]
      : (row: FhirResource) => valuesAt(row as unknown as Value, parameter.paths);
  const filled = rows.filter((row) => own(row).length > 0);
  const stored = filled.length > 0 && random.chance(0.9) ? own(random.pick(filled)) : [];
  const [operator, value] = asked(random, { parameter, random, stored });
  return `${path}${parameter.code} ${operator} ${written(random, value)}`;
}

function asked(random: Random, given: Asked): readonly [operator: string, value: string] {
  const { kind, code } = given.parameter;
  if (kind !== 'composite' && random.chance(0.1)) return ['pr', random.pick(['true', 'false'])];
  if (ORDERED.includes(kind)) {
    const [, prefix = 'eq', value = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s.exec(askPlain(given)) ?? [];
    return [kind === 'date' && random.chance(0.2) ? 'po' : prefix, value];
  }
  if (kind === 'string') {
    const [operator, modifier] = random.pick([
      ['eq', 'exact'],
      ['co', 'contains'],
      ['sw', undefined],
    ] as const);
    return [operator, modifier ? askWith(modifier, given) : askPlain(given)];
  }
  const isCoded = kind === 'token' && !['status', 'version', 'gender', 'active', 'telecom', 'identifier'].includes(code);
  if (!isCoded || random.chance(0.6)) return [kind === 'reference' ? random.pick(['re', 'eq']) : 'eq', askPlain(given)];
  const [operator, modifier] = random.pick([
    ['in', 'in'],
    ['ni', 'not-in'],
    ['ss', 'below'],
    ['sb', 'above'],
  ] as const);
  return [operator, askWith(modifier, given)];
}

function written(random: Random, value: string): string {
  return value === '' || /[\s)\](["]/.test(value) || random.chance(0.2) ? JSON.stringify(value) : value;
}
