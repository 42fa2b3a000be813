import { expect, test } from '@jest/globals';
import { applyPlan } from '../../src/reasoning/apply-plan.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { holdBack } from '../../src/reasoning/hold-back.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { vocabularyOf } from '../../src/reasoning/vocabulary.ts';
import { canonical, definitionsOf, item, library, plan, rule, safety } from './content.ts';

test('actions of a safety plan that are no rules name what is missing', async () => {
  const says = (id: string, expression: string, description: string) => ({
    ...rule(id, expression),
    condition: [{ kind: 'applicability' as const, expression: { description, language: 'text/fhirpath' as const, expression } }],
  });
  const safe = plan('safe', [
    safety('S1', 'true', 'caution', ['x']),
    says('M1', '%unavailable.exists()', 'Not read: the names of %unavailable'),
    says('M2', "'plain' in %offered", 'Something is offered'),
    says('M3', "'withheld' in %offered", 'Not said'),
    says('M4', "('a' | 'b').single() = 'a'", 'Not said either'),
  ]);
  const cards = [
    { id: 'card.safety', definitionCanonical: canonical('PlanDefinition', 'safe') },
    { id: 'card', action: [rule('R1', 'true', [item('plain')])] },
  ];
  const { plan: entry } = await loadPlan(plan('entry', cards), definitionsOf(library({}, []), safe));
  if (!entry) throw new Error('not loaded');
  const patient = { resourceType: 'Patient' as const, id: 'p' };
  const data = { patient, context: [], chart: [], triggering: 'chart' as const, unavailable: ['Device', 'Observation'], without: [] };
  const { verdict } = applyPlan(entry, factsOf(data, vocabularyOf(entry, [])), { now: new Date(), safety: holdBack });
  expect(verdict.missing).toEqual([
    { rule: 'M1', reason: 'Not read: Device, Observation' },
    { rule: 'M2', reason: 'Something is offered' },
  ]);
  expect(verdict.unchecked).toEqual(['Not said either']);
});
