import { describe, expect, test } from '@jest/globals';
import type { ActivityDefinition } from '../../src/fhir/types.ts';
import { applyPlan } from '../../src/reasoning/apply-plan.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { holdBack } from '../../src/reasoning/hold-back.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { vocabularyOf } from '../../src/reasoning/vocabulary.ts';
import { activity, canonical, definitionsOf, item, library, plan, rule, safety } from './content.ts';

/** Items that stay of one definition each, on a card and on the red-flag card, with and without a safety plan. */
async function stays(definition: ActivityDefinition, safetyRules = [safety('S1', 'false', 'contraindicated', ['hit'])], nested = true) {
  const id = definition.id ?? '';
  const cards = [
    { id: 'card.redflag', action: [rule('R1', 'true', [item('urgent', id)])] },
    ...(nested ? [{ id: 'card.safety', definitionCanonical: canonical('PlanDefinition', 'safe') }] : []),
    { id: 'card', action: [rule('R2', 'true', [item('plain', id)])] },
  ];
  const resources = [library({}, []), plan('safe', safetyRules), definition];
  const { plan: entry, faults } = await loadPlan(plan('entry', cards), definitionsOf(...resources));
  if (!entry) throw new Error(faults.join());
  const facts = factsOf(
    { patient: { resourceType: 'Patient', id: 'p' }, context: [], chart: [], triggering: 'chart', unavailable: ['Device'], without: [] },
    vocabularyOf(entry, []),
  );
  const { verdict } = applyPlan(entry, facts, { now: new Date(), safety: holdBack });
  expect([verdict.withheld, verdict.cautions, verdict.exclusive]).toEqual([[], [], []]);
  return verdict.kept.map(({ item: each }) => each?.code);
}

describe('while safety rules cannot be judged', () => {
  test.each([
    ['a message', activity('m', 'CommunicationRequest', 'treatment')],
    ['a form', activity('t', 'Task', 'treatment')],
    ['education', activity('e', 'ServiceRequest', 'education')],
    ['assessment', activity('x', 'ServiceRequest', 'assessment')],
    ['advice against something', activity('n', 'ServiceRequest', 'treatment', { doNotPerform: true })],
  ])('%s passes, with or without a safety plan', async (_, definition) => {
    expect(await stays(definition)).toEqual(['urgent', 'plain']);
    expect(await stays(definition, [], false)).toEqual(['urgent', 'plain']);
  });

  test('a medicine passes nowhere', async () => {
    expect(await stays(activity('d', 'MedicationRequest', 'education'))).toEqual([]);
    expect(await stays(activity('d', 'MedicationRequest', 'education'), [], false)).toEqual([]);
  });

  test('treatment, and what has no topic, passes only where it is urgent', async () => {
    expect(await stays(activity('t', 'ServiceRequest', 'treatment'))).toEqual(['urgent']);
    expect(await stays(activity('t', 'ServiceRequest', 'treatment'), [], false)).toEqual(['urgent']);
    const { topic: _, ...without } = activity('t', 'ServiceRequest', 'x');
    expect(await stays(without)).toEqual(['urgent']);
  });

  test('what a contraindication may hit passes only where it is urgent, whether or not the rule holds, whatever version it names', async () => {
    expect(await stays(activity('hit', 'ServiceRequest', 'assessment'))).toEqual(['urgent']);
    const [unpinned] = [safety('S1', 'false', 'contraindicated', ['hit'])];
    const extension = JSON.parse(JSON.stringify(unpinned?.extension).replace('|1.0.0', '|0.9'));
    expect(await stays(activity('hit', 'CommunicationRequest', 'education'), [{ ...unpinned, extension }])).toEqual(['urgent']);
  });

  test('a caution, a ceiling and a group withhold nothing', async () => {
    const rules = ['caution', 'dose-cap', 'at-most-one'].map((severity, i) => safety(`S${i}`, 'true', severity, ['hit']));
    expect(await stays(activity('hit', 'ServiceRequest', 'assessment'), rules)).toEqual(['urgent', 'plain']);
  });
});
