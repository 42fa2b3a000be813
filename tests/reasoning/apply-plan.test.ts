import { describe, expect, test } from '@jest/globals';
import type { FhirResource, PlanDefinition, PlanDefinitionAction } from '../../src/fhir/types.ts';
import { applyPlan } from '../../src/reasoning/apply-plan.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import type { SafetyPass } from '../../src/reasoning/safety.ts';
import { vocabularyOf } from '../../src/reasoning/vocabulary.ts';
import { activity, canonical, codes, definitionsOf, item, library, plan, rule, SNOMED, safety, suggestWhen, valueSet } from './content.ts';

const sick = valueSet('sick', 'Sick', codes(SNOMED, '1'));
const named = {
  Codes: "%conditions.code.coding.select(system & '|' & code)",
  Ill: '%Codes.intersect(%Sick).exists()',
  Bad: '%conditions.code.coding.single().code',
};
const letThrough: SafetyPass = (kept) => ({ kept, withheld: [], cautions: [], exclusive: [], missing: [] });

async function apply(cards: PlanDefinitionAction[], others: readonly FhirResource[] = [], pass = letThrough) {
  const resources = [
    library(named, ['sick']),
    sick,
    activity('a', 'ServiceRequest', 'treatment'),
    activity('b', 'Task', 'assessment'),
    ...others,
  ];
  const loaded = await loadPlan(plan('entry', cards), definitionsOf(...resources));
  expect(loaded.faults).toEqual([]);
  if (!loaded.plan) throw new Error('not loaded');
  const data = {
    patient: { resourceType: 'Patient' as const, id: 'p' },
    context: [],
    chart: ['1', '2'].map((code) => ({
      resourceType: 'Condition' as const,
      id: code,
      subject: { reference: 'Patient/p' },
      code: { coding: [{ system: SNOMED, code }] },
    })),
    triggering: 'chart' as const,
    unavailable: [],
    without: [],
  };
  const facts = factsOf(data, vocabularyOf(loaded.plan, []));
  const applied = applyPlan(loaded.plan, facts, { now: new Date('2026-06-01T12:00:00Z'), safety: pass, everything: true });
  const seen = applied.cards.map(({ action, proposals, rules }) => [
    action.resource.id,
    ...proposals.map(({ item: each, definition, rule: by }) => `${by.id}:${each?.code ?? '-'}:${definition?.resource.id ?? '-'}`),
    ...rules.map(({ id }) => `${id}!`),
  ]);
  return { ...applied, seen };
}

const nest = (id: string, target: string): PlanDefinitionAction => ({
  id,
  title: id,
  definitionCanonical: canonical('PlanDefinition', target),
});

describe('conditions', () => {
  test('what holds is exactly true; empty, false and text do not', async () => {
    const { seen, issues } = await apply([
      {
        id: 'card',
        action: [
          rule('R1', '%Ill', [item('i')]),
          rule('R2', '{}', [item('i')]),
          rule('R3', "'true'", [item('i')]),
          rule('R4', '%Ill.not()', [item('i')]),
        ],
      },
    ]);
    expect(seen).toEqual([['card', 'R1:i:-']]);
    expect(issues).toEqual([]);
  });

  test('all conditions must hold; start and stop are not asked; without a condition an action applies', async () => {
    const two = rule('R1', '%Ill', [item('i')]);
    const [first] = two.condition ?? [];
    if (!first) throw new Error();
    const no = { ...first, expression: { language: 'text/fhirpath' as const, expression: 'false' } };
    const { seen } = await apply([
      { id: 'a', action: [{ ...two, condition: [first, no] }] },
      { id: 'b', action: [{ ...two, condition: [first, { ...no, kind: 'start' }] }] },
      { id: 'c', action: [item('free')] },
    ]);
    expect(seen).toEqual([
      ['b', 'R1:i:-'],
      ['c', 'free:free:-'],
    ]);
  });

  test('one that cannot be evaluated closes its rule alone, and is told without data', async () => {
    const { seen, issues } = await apply([
      { id: 'card', action: [rule('R1', "%Bad = '1'", [item('i')]), rule('R2', '%Ill', [item('j')])] },
    ]);
    expect(seen).toEqual([['card', 'R2:j:-']]);
    expect(issues).toEqual([
      { plan: canonical('PlanDefinition', 'entry'), action: 'R1', words: 'words of R1', text: 'The named expression %Bad failed.' },
    ]);
  });

  test('children of what does not apply are not looked at; of a group with behaviour any the first counts', async () => {
    const any = { url: 'http://hl7.org/fhir/StructureDefinition/cqf-applicabilityBehavior', valueCode: 'any' };
    const { seen } = await apply([
      { id: 'a', action: [rule('R1', 'false', [rule('R2', 'true', [item('i')])])] },
      {
        id: 'b',
        action: [
          {
            id: 'G',
            extension: [any],
            action: [rule('R3', 'false', [item('i')]), rule('R4', 'true', [item('j')]), rule('R5', 'true', [item('k')])],
          },
        ],
      },
    ]);
    expect(seen).toEqual([['b', 'R4:j:-']]);
  });

  test('the clock is the one that is given', async () => {
    const { seen } = await apply([
      { id: 'card', action: [rule('R1', 'today() = @2026-06-01 and now() = @2026-06-01T12:00:00Z', [item('i')])] },
    ]);
    expect(seen).toHaveLength(1);
  });
});

describe('proposals', () => {
  test('are item, definition, or both; a rule without either speaks for itself', async () => {
    const { seen } = await apply([
      {
        id: 'card',
        action: [
          rule('R1', '%Ill', [
            item('i', 'a'),
            item('j'),
            { id: 'form', title: 'Form', definitionCanonical: canonical('ActivityDefinition', 'b') },
          ]),
          rule('R2', '%Ill', [item('k', undefined, { action: [{ id: 'k1', definitionCanonical: canonical('ActivityDefinition', 'a') }] })]),
          rule('R3', '%Ill'),
        ],
      },
      { id: 'silent', action: [rule('R4', 'false', [item('i')])] },
    ]);
    expect(seen).toEqual([['card', 'R1:i:a', 'R1:j:-', 'R1:-:b', 'R2:k:a', 'R3!']]);
  });

  test('an item whose drafts do not apply is not proposed without them', async () => {
    const draft = { ...rule('d', 'false'), definitionCanonical: canonical('ActivityDefinition', 'a') };
    expect((await apply([{ id: 'card', action: [rule('R1', 'true', [item('i', undefined, { action: [draft] })])] }])).seen).toEqual([]);
  });

  test('come through nested plans in order; the rule is the first condition below the card', async () => {
    const inner = plan('inner', [rule('R2', '%Ill', [item('j', 'a')])]);
    const outer = plan('outer', [rule('R1', '%Ill', [{ ...rule('window', 'true'), ...item('i'), id: 'i' }]), nest('more', 'inner')]);
    const { seen } = await apply([{ ...nest('card', 'outer'), ...{ condition: rule('x', 'true').condition } }], [outer, inner]);
    expect(seen).toEqual([['card', 'R1:i:-', 'R2:j:a']]);
  });

  test('a red-flag proposal stands alone', async () => {
    const { seen } = await apply([
      { id: 'card.redflag', action: [rule('R1', 'true', [item('i')])] },
      { id: 'card', action: [rule('R2', 'true', [item('i'), item('j')])] },
    ]);
    expect(seen).toEqual([
      ['card.redflag', 'R1:i:-'],
      ['card', 'R2:j:-'],
    ]);
  });

  test('while suggest-when does not hold, items stay, drafts and forms wait', async () => {
    const below = rule('R1', 'true', [item('i', 'a'), { id: 'form', definitionCanonical: canonical('ActivityDefinition', 'b') }]);
    const { cards } = await apply([
      { id: 'waits', extension: [suggestWhen('%Ill.not()')], action: [below] },
      { id: 'goes', extension: [suggestWhen('%Ill')], action: [below] },
      { id: 'fails', extension: [suggestWhen('%Bad.exists()')], action: [below] },
    ]);
    const drawn = cards.map(({ action, proposals }) => [action.resource.id, proposals.map(({ item: i, suggest }) => [i?.code, suggest])]);
    expect(drawn).toEqual([
      ['waits', [['i', false]]],
      [
        'goes',
        [
          ['i', true],
          [undefined, true],
        ],
      ],
      ['fails', [['i', false]]],
    ]);
  });

  test('carry the highest priority of the actions that lead to them', async () => {
    const { cards } = await apply([
      {
        id: 'card',
        action: [
          rule('R1', 'true', [item('i', undefined, { priority: 'routine' })], { priority: 'stat' }),
          rule('R2', 'true', [item('j', undefined, { priority: 'asap' })]),
        ],
      },
    ]);
    expect(cards[0]?.proposals.map(({ priority }) => priority)).toEqual(['stat', 'asap']);
  });
});

describe('safety', () => {
  test('safety plans propose nothing and are handed to the pass, which decides what stays', async () => {
    const safetyPlan = plan('safe', [safety('S1', '%Ill', 'contraindicated', ['a']), rule('M1', '%Ill')]);
    let handed: readonly string[] = [];
    const pass: SafetyPass = (proposals, { safetyPlans }) => {
      handed = safetyPlans.map(({ resource }) => resource.id ?? '');
      const withheld = { item: { system: 's', code: 'i', title: 'I' }, rule: 'S1', severity: 'contraindicated' as const, reason: 'no' };
      return {
        kept: proposals.filter(({ item: each }) => each?.code !== 'i'),
        withheld: [withheld],
        cautions: [],
        exclusive: [],
        missing: [],
      };
    };
    const cards = [nest('card.safety', 'safe'), { id: 'card', action: [rule('R1', 'true', [item('i', 'a'), item('j')])] }];
    const { seen } = await apply(cards, [safetyPlan], pass);
    expect(handed).toEqual(['safe']);
    expect(seen).toEqual([['card.safety'], ['card', 'R1:j:-']]);
    expect((await apply(cards, [safetyPlan])).seen).toEqual([['card', 'R1:i:a', 'R1:j:-']]);
  });
});

describe('a plan that cannot be used says why', () => {
  const load = (action: PlanDefinitionAction[], ...others: FhirResource[]) =>
    loadPlan(plan('entry', action), definitionsOf(library({}, []), ...others));

  test('plans that nest each other', async () => {
    const { faults } = await load([nest('a', 'other')], plan('other', [nest('b', 'entry')]), plan('entry', []));
    expect(faults.join()).toContain('nests itself');
  });

  test.each([
    ['what is not here', { id: 'x', definitionCanonical: canonical('ActivityDefinition', 'gone') }, 'is not here'],
    ['what is no definition', { id: 'x', definitionCanonical: canonical('Library', 'toy-logic') }, 'is a Library'],
    ['a definition by URI', { id: 'x', definitionUri: 'https://x.example' }, 'definitionUri'],
    ['a safety rule of unknown severity', safety('S1', 'true', 'dreadful', ['a']), 'no severity'],
    ['a safety rule that affects nothing', safety('S1', 'true', 'caution', []), 'affects nothing'],
  ])('%s', async (_, action, words) => {
    const { faults, plan: loaded } = await load([action]);
    expect(faults.join()).toContain(words);
    expect(loaded).toBeUndefined();
  });

  test('everything that it was made of is told', async () => {
    const { sources } = await loadPlan(
      plan('entry', [nest('a', 'inner')]),
      definitionsOf(library(named, ['sick']), sick, plan('inner', [item('i', 'a')]) as PlanDefinition, activity('a', 'Task', 'education')),
    );
    expect(sources.map(({ resourceType, id }) => `${resourceType}/${id}`).sort()).toEqual([
      'ActivityDefinition/a',
      'Library/toy-logic',
      'PlanDefinition/entry',
      'PlanDefinition/inner',
      'ValueSet/sick',
    ]);
  });
});
