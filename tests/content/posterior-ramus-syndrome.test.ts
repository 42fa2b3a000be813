import { describe, expect, test } from '@jest/globals';
import { generation } from '../../src/content/generate/generation.ts';
import { readSources } from '../../src/content/generate/sources.ts';
import { setRows } from '../../src/content/generate/value-sets.ts';
import type { Dosage, Extension, PlanDefinitionAction, ValueSet } from '../../src/fhir/types.ts';
import { actionsOf, objects, readFolder, resourcesOf } from './folders.ts';

const FOLDER = 'resources/posterior-ramus-syndrome';
const CONTENT = 'https://ramus.example.org/fhir/CodeSystem/content';
const { files } = readFolder(FOLDER);
const sources = readSources(FOLDER);
const plans = resourcesOf(files, 'PlanDefinition');
const actions = plans.flatMap((plan) => actionsOf(plan.action));
const isOf = (section: string) => (id: string) => sources.items.find((item) => item.id === id)?.section.startsWith(section) ?? false;

describe('the items of the article', () => {
  test('are the concepts of its code system', () => {
    const [content] = resourcesOf(files, 'CodeSystem').filter(({ url }) => url === CONTENT);
    expect(content?.concept?.map(({ code }) => code)).toEqual(sources.items.map(({ id }) => id));
    expect(content?.count).toBe(231);
  });

  test('are all carried by some resource', () => {
    const carried = new Set(
      [...objects(files)].flatMap(({ value }) => ((value as Extension).url === 'item' ? [(value as Extension).valueCode] : [])),
    );
    expect(sources.items.filter(({ id }) => !carried.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('of which medicines, procedures and hands-on treatments are not proposed before safety rules run', () => {
    const proposed = actions.flatMap(({ code = [] }) => code.flatMap(({ coding = [] }) => coding.map(({ code: id = '' }) => id)));
    const early = ['pharmacological', 'supplements', 'advanced', 'procedures', 'nonpharm.A', 'nonpharm.B'];
    expect(proposed.filter((id) => early.some((section) => isOf(section)(id)))).toEqual([]);
  });
});

describe('rules', () => {
  const byId = (id: string) => actions.filter((action) => action.id === id);

  test('stand in plans with their words, condition and items', () => {
    const used = sources.rules.pathway.filter(({ id }) => byId(id).length > 0);
    expect(used.length).toBeGreaterThan(20);
    for (const { id, words, when, items } of used) {
      const places = byId(id);
      for (const place of places) expect(condition(place)).toEqual({ description: words, language: 'text/fhirpath', expression: when });
      expect(new Set(places.flatMap(itemsBelow))).toEqual(new Set(items));
    }
  });

  test('of safety stand in one plan each, with severity, affected definitions, ceiling and groups', () => {
    for (const { id, words, when, severity, affects, maxPerDay, groups } of sources.rules.safety) {
      const [action, ...others] = byId(id);
      expect(others).toEqual([]);
      expect(condition(action)).toEqual({ description: words, language: 'text/fhirpath', expression: when });
      const blocks = (action?.extension ?? []).filter(({ url }) => url.endsWith('/safety-rule'));
      expect(blocks.length).toBe(groups ? Object.keys(groups).length : 1);
      expect(new Set(blocks.flatMap((block) => parts(block, 'severity').map(({ valueCode }) => valueCode)))).toEqual(new Set([severity]));
      expect(new Set(blocks.flatMap((block) => parts(block, 'affects').map(({ valueCanonical }) => valueCanonical)))).toEqual(
        new Set(affects.map(definition)),
      );
      const [ceiling] = blocks.flatMap((block) => parts(block, 'maxPerDay'));
      expect(ceiling?.valueQuantity?.value).toBe(maxPerDay?.value);
    }
    for (const { id, when } of sources.rules.missing) expect(byId(id).map((action) => condition(action)?.expression)).toEqual([when]);
  });

  test('have named expressions as the table has them', () => {
    const logic = resourcesOf(files, 'Library').find(({ id }) => id === sources.document.logic);
    const named = (logic?.extension ?? []).flatMap(({ valueExpression }) => (valueExpression ? [valueExpression] : []));
    const table = Object.entries(sources.rules.expressions).map(([name, { words, fhirpath }]) => ({
      description: words,
      name,
      language: 'text/fhirpath',
      expression: fhirpath,
    }));
    expect(named).toEqual(table);
  });
});

describe('codes', () => {
  const sets = new Map(resourcesOf(files, 'ValueSet').map((set) => [set.id, set]));

  test.each(Object.keys(sources.rules.valueSets))('of %s are those of the table', (id) => {
    const set = sets.get(id);
    const rows = setRows(generation(sources), id);
    expect(rows.length).toBeGreaterThan(0);
    for (const { system, code, filter, evidence } of rows) {
      const example = filter
        ? (/e\.g\. (\S+)/.exec(evidence)?.[1] ?? code.slice(0, code.indexOf('-') + 1 ? code.indexOf('-') : undefined))
        : code;
      expect([example, contains(set, system, example)]).toEqual([example, true]);
    }
    const listed = (set?.compose?.include ?? []).flatMap(({ system, concept = [] }) => concept.map(({ code }) => `${system}|${code}`));
    const table = new Set(rows.filter(({ filter }) => !filter).map(({ system, code }) => `${system}|${code}`));
    expect(new Set(listed)).toEqual(table);
    expect(listed.length).toBe(table.size);
  });

  test('of families leave their neighbours out', () => {
    const ids = Object.keys(sources.rules.valueSets);
    const families = ids.flatMap((id) =>
      setRows(generation(sources), id)
        .filter(({ filter }) => filter)
        .map((row) => ({ id, ...row })),
    );
    const wrong = families.flatMap(({ id, system, code, filter }) => {
      const ends = filter === 'range' ? code.split('-') : [code, code];
      const around = [beside(ends[0] ?? '', -1), beside(ends[1] ?? '', 1)].filter((each) => each !== undefined);
      const own = families.filter((other) => other.id === id && other.system === system);
      const foreign = around.filter((each) => !own.some((other) => inFamily(other, each)));
      const table = sources.rows.filter((row) => row.system === system && !row.filter).map((row) => row.code);
      return foreign.filter((each) => !table.includes(each) && contains(sets.get(id), system, each)).map((each) => `${id}: ${each}`);
    });
    expect(families.length).toBeGreaterThan(60);
    expect(wrong).toEqual([]);
  });

  test('of activities stand in the table of codes, as exact ones', () => {
    const table = new Set(sources.codes.filter(({ match }) => match === 'exact').map(({ system, code }) => `${system}|${code}`));
    const standard = resourcesOf(files, 'ActivityDefinition').flatMap(({ code, productCodeableConcept, kind }) =>
      kind === 'Task'
        ? []
        : [...(code?.coding ?? []), ...(productCodeableConcept?.coding ?? [])].filter(({ system }) => system !== CONTENT),
    );
    expect(standard.length).toBeGreaterThan(60);
    expect(standard.map(({ system, code }) => `${system}|${code}`).filter((key) => !table.has(key))).toEqual([]);
  });
});

describe('figures', () => {
  const activities = resourcesOf(files, 'ActivityDefinition');

  test('of doses are those of the inventory; what it does not state is marked', () => {
    const drafts = activities.filter(({ kind }) => kind === 'MedicationRequest');
    expect(drafts.length).toBe(41);
    for (const { id, dosage = [] } of drafts) {
      const item = sources.items.find((each) => definition(each.id).includes(`/${id}|`));
      const [regimen] = (item?.facts.regimens ?? []) as { dosage: Dosage; frequencyDerived?: boolean }[];
      const [draft] = dosage;
      if (!draft) continue;
      const { additionalInstruction, route, timing, ...figures } = draft;
      const { route: statedRoute, timing: statedTiming, ...stated } = regimen?.dosage ?? {};
      expect(figures).toEqual(stated);
      expect(route?.extension ? undefined : route).toEqual(statedRoute);
      expect(timing?.repeat).toEqual(statedTiming?.repeat);
      expect(timing?.extension !== undefined).toBe(regimen?.frequencyDerived === true);
      expect((additionalInstruction ?? []).every(({ extension }) => extension?.length)).toBe(true);
    }
  });

  test('of schedules are those of the inventory', () => {
    const timed = sources.items.filter(({ facts, section }) => section === 'prevention' && facts.timing);
    expect(timed.length).toBe(2);
    for (const { id, facts } of timed) {
      const activity = activities.find((each) => definition(id).includes(`/${each.id}|`));
      expect(activity?.timingTiming?.repeat).toEqual(facts.timing);
    }
  });
});

function condition(action: PlanDefinitionAction | undefined) {
  expect(action?.condition?.length).toBe(1);
  return action?.condition?.[0]?.expression;
}

function itemsBelow(action: PlanDefinitionAction): string[] {
  return actionsOf(action.action).flatMap(({ code = [] }) => code.flatMap(({ coding = [] }) => coding.map(({ code: id = '' }) => id)));
}

function parts({ extension = [] }: Extension, url: string): Extension[] {
  return extension.filter((part) => part.url === url);
}

function definition(item: string): string {
  return `https://ramus.example.org/fhir/ActivityDefinition/prs-${item.replaceAll('.', '-')}|1.0.0`;
}

function contains(set: ValueSet | undefined, system: string, code: string): boolean {
  return (set?.compose?.include ?? []).some(
    (include) =>
      include.system === system &&
      (include.concept?.some((concept) => concept.code === code) ||
        include.filter?.every(
          ({ property, op, value }) => property === 'code' && op === 'regex' && new RegExp(`^(?:${value})$`).test(code),
        )),
  );
}

/** Whether the table's own words for a family take a code. */
function inFamily({ code, filter }: { code: string; filter: string }, candidate: string): boolean {
  if (filter === 'is-a') return candidate.startsWith(code);
  const [from = '', to = ''] = code.split('-');
  return candidate.slice(0, 3) >= from && candidate.slice(0, 3) <= to;
}

/** The code before or after another of the same length; undefined at the end of its characters. */
function beside(code: string, step: 1 | -1): string | undefined {
  const order = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
  const last = order[order.indexOf(code.at(-1) ?? '') + step];
  return last === undefined ? undefined : code.slice(0, -1) + last;
}
