import { describe, expect, test } from '@jest/globals';
import type { Expression, Extension, Library, PlanDefinition, PlanDefinitionAction } from '../../src/fhir/types.ts';
import { compile } from '../../src/fhirpath/expression.ts';
import { actionsOf, documentFolders, objects, readFolder, resourcesOf } from './folders.ts';

const VARIABLES = [
  'patient',
  'triggering',
  'conditions',
  'medications',
  'observations',
  'responses',
  'allergies',
  'devices',
  'procedures',
  'unavailable',
];
/** Known in safety plans alone. */
const OF_SAFETY = ['offered', 'itemCodes'];
const NAMED = 'https://ramus.example.org/fhir/StructureDefinition/named-expression';

describe.each(documentFolders)('%s', (name) => {
  const { files } = readFolder(name);
  const libraries = new Map(resourcesOf(files, 'Library').map((library) => [`${library.url}|${library.version}`, library]));
  const plans = resourcesOf(files, 'PlanDefinition');
  const sets = new Map(resourcesOf(files, 'ValueSet').map((set) => [`${set.url}|${set.version}`, set.name ?? '']));

  test('defines each name once, a variable never', () => {
    for (const library of libraries.values()) {
      const names = [...VARIABLES, ...OF_SAFETY, ...expressionsOf(library).keys(), ...setNames(library)];
      expect(names.filter((each, i) => names.indexOf(each) !== i)).toEqual([]);
    }
  });

  test('names only what its library defines, without circles', () => {
    for (const library of libraries.values()) {
      const expressions = expressionsOf(library);
      const known = new Set([...VARIABLES, ...setNames(library), ...expressions.keys()]);
      for (const text of expressions.values()) expect(unknown(text, known)).toEqual([]);
      for (const start of expressions.keys()) expect(circle(expressions, start, [])).toBeUndefined();
    }
  });

  test('has plans whose expressions name only what their library defines', () => {
    const faults = plans.flatMap((plan) => {
      const known = new Set([...VARIABLES, ...OF_SAFETY]);
      for (const canonical of plan.library ?? []) {
        const library = libraries.get(canonical);
        for (const each of library ? [...expressionsOf(library).keys(), ...setNames(library)] : []) known.add(each);
      }
      return expressionsIn(plan).flatMap((text) => unknown(text, known).map((variable) => `${plan.id}: %${variable} in ${text}`));
    });
    expect(faults).toEqual([]);
  });

  test('speaks of offered items and item codes in safety rules alone', () => {
    const rules = plans
      .flatMap((plan) => actionsOf(plan.action))
      .filter((action) => !isSafetyRule(action) && !/^M\d/.test(action.id ?? ''));
    const texts = rules.flatMap(({ condition = [] }) => condition.map(({ expression }) => expression?.expression ?? 'true'));
    expect(texts.filter((text) => OF_SAFETY.some((variable) => compile(text).variables.has(variable)))).toEqual([]);
  });

  test('nests plans without circles, and every action id stands once on its level', () => {
    for (const plan of plans) expect(nestingCircle(plan, [])).toBeUndefined();
    const twice = plans.flatMap((plan) => [...levels(plan.action)].flatMap(repeated).map((id) => `${plan.id}: ${id}`));
    expect(twice).toEqual([]);
  });

  test('has entry plans with one hook each, and no condition on a card', () => {
    for (const plan of plans.filter(({ action = [] }) => action.some(({ trigger }) => trigger))) {
      const hooks = new Set((plan.action ?? []).flatMap(({ trigger = [] }) => trigger.map((each) => each.name)));
      expect(hooks.size).toBe(1);
      expect((plan.action ?? []).filter(({ trigger, condition }) => !trigger || condition)).toEqual([]);
    }
  });

  test('asks for inputs by keys that differ, with tokens of the hook alone', () => {
    for (const library of libraries.values()) {
      const requirements = library.dataRequirement ?? [];
      expect(new Set(requirements.map(({ id }) => id)).size).toBe(requirements.length);
      for (const { extension = [], type } of requirements) {
        const [query = ''] = extension.map(({ valueString = '' }) => valueString);
        expect(query.startsWith(`${type}?`) || query.startsWith(`${type}/`)).toBe(true);
        expect(query.replaceAll('{{context.patientId}}', '')).not.toMatch(/\{\{|_include|:in=/);
      }
    }
  });

  function setNames(library: Library): string[] {
    return (library.relatedArtifact ?? []).flatMap(({ resource = '' }) => sets.get(resource) ?? []);
  }

  function nestingCircle({ url, version, action }: PlanDefinition, path: readonly string[]): string | undefined {
    const own = `${url}|${version}`;
    if (path.includes(own)) return [...path, own].join(' → ');
    const nested = actionsOf(action).flatMap(({ definitionCanonical = '' }) =>
      plans.filter((plan) => `${plan.url}|${plan.version}` === definitionCanonical),
    );
    return nested.map((plan) => nestingCircle(plan, [...path, own])).find(Boolean);
  }
});

function expressionsOf({ extension = [] }: Library): Map<string, string> {
  const named = extension.filter(({ url }) => url === NAMED).map(({ valueExpression }) => valueExpression as Expression);
  return new Map(named.map(({ name = '', expression = '' }) => [name, expression]));
}

function expressionsIn(plan: PlanDefinition): string[] {
  const file = { folder: '', path: plan.id ?? '', type: 'PlanDefinition' as const, id: plan.id ?? '', text: '', hash: '', resource: plan };
  return [...objects([file])].flatMap(({ value }) => {
    const { language, expression } = value as Partial<Expression>;
    return language === 'text/fhirpath' && expression ? [expression] : [];
  });
}

function unknown(text: string, known: ReadonlySet<string>): string[] {
  return [...compile(text).variables].filter((variable) => !known.has(variable));
}

function circle(expressions: ReadonlyMap<string, string>, name: string, path: readonly string[]): string | undefined {
  if (path.includes(name)) return [...path, name].join(' → ');
  const text = expressions.get(name);
  if (text === undefined) return undefined;
  return [...compile(text).variables].map((used) => circle(expressions, used, [...path, name])).find(Boolean);
}

function* levels(actions: readonly PlanDefinitionAction[] = []): Generator<readonly PlanDefinitionAction[]> {
  yield actions;
  for (const { action } of actions) yield* levels(action);
}

function repeated(actions: readonly PlanDefinitionAction[]): string[] {
  const ids = actions.flatMap(({ id }) => id ?? []);
  return ids.filter((id, i) => ids.indexOf(id) !== i);
}

function isSafetyRule({ extension = [] }: PlanDefinitionAction): boolean {
  return extension.some(({ url }: Extension) => url === 'https://ramus.example.org/fhir/StructureDefinition/safety-rule');
}
