/** Answers are the same whether all resources are bound or those alone that a value set of the library knows. */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FhirResource, PlanDefinition } from '../../src/fhir/types.ts';
import { applyPlan } from '../../src/reasoning/apply-plan.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { holdBack } from '../../src/reasoning/hold-back.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { vocabularyOf } from '../../src/reasoning/vocabulary.ts';
import { memory, resourcesIn } from '../cds/memory.ts';
import { ATC, ICD, LOINC, RXNORM, SNOMED, UCUM } from './content.ts';

const NOW = new Date('2026-06-01T12:00:00Z');
const { definitions } = memory(resourcesIn('resources'));
const entry = (await definitions.resolve<PlanDefinition>(
  'https://ramus.example.org/fhir/PlanDefinition/prs-problem-list-item-create',
)) as PlanDefinition;
const { plan, faults } = await loadPlan(entry, definitions);
if (!plan) throw new Error(faults.join());
const names = vocabularyOf(plan, []);

const subject = { reference: 'Patient/p' };
const date = fc.integer({ min: 0, max: 900 }).map((days) => new Date(NOW.getTime() - days * 86_400_000).toISOString().slice(0, 10));
const icd = fc.constantFrom(
  'M53.85',
  'm5385',
  'M47.816',
  'M54.50',
  'I10',
  'Z85.3',
  'B02.9',
  'G83.4',
  'M46.46',
  'C50.911',
  'R50.9',
  'E11.9',
  'Z11.0',
  'K35.8',
);
const snomed = fc.constantFrom('279039007', '77386006', '128613002', '1', '38341003');
const coding = fc.oneof(
  icd.map((code) => ({ system: ICD, code })),
  snomed.map((code) => ({ system: SNOMED, code })),
);
const concept = fc.record({ coding: fc.array(coding, { maxLength: 2 }) });
const quantity = fc.record({
  value: fc.double({ min: 0, max: 200, noNaN: true }),
  system: fc.constantFrom(UCUM, undefined),
  code: fc.constantFrom('Cel', '[degF]', 'mg/L', 'mg/dL', 'mm[Hg]', 'kg/m2', 'xyz', undefined),
});
const condition = fc.record({
  code: concept,
  recordedDate: date,
  onsetDateTime: date,
  clinical: fc.constantFrom('active', 'inactive', 'resolved'),
});
const observation = fc.record({
  code: fc.constantFrom('8310-5', '1988-5', '4537-7', '39156-5', '8480-6', '1000-1', '2000-2'),
  value: quantity,
  date,
});
const medicine = fc.record({
  code: fc.constantFrom({ system: RXNORM, code: '11289' }, { system: ATC, code: 'M01AE02' }, { system: ATC, code: 'A10BA02' }),
  date,
});
const answers = fc.record({
  authored: date,
  form: fc.constantFrom('red-flag-screen', 'symptom-intake', 'treatment-follow-up', 'self-management'),
  yes: fc.array(
    fc.constantFrom(
      'redflag-bowel-bladder',
      'redflag-weakness',
      'redflag-fever',
      'redflag-cleared',
      'zoster-rash',
      'smoker',
      'conservative-care-tried',
      'pain.below-knee.neuro',
    ),
  ),
});

interface Chart {
  readonly conditions: readonly { code: object; recordedDate: string; onsetDateTime: string; clinical: string }[];
  readonly observations: readonly { code: string; value: object; date: string }[];
  readonly medicines: readonly { code: object; date: string }[];
  readonly forms: readonly { authored: string; form: string; yes: readonly string[] }[];
  readonly entered: object;
}
const chart: fc.Arbitrary<Chart> = fc.record({
  conditions: fc.array(condition, { maxLength: 6 }),
  observations: fc.array(observation, { maxLength: 6 }),
  medicines: fc.array(medicine, { maxLength: 4 }),
  forms: fc.array(answers, { maxLength: 4 }),
  entered: fc.record({
    coding: fc.constantFrom([{ system: ICD, code: 'M53.85' }], [{ system: ICD, code: 'M54.50' }], [{ system: ICD, code: 'I10' }]),
  }),
});

function resourcesOf({ conditions, observations, medicines, forms }: Chart): FhirResource[] {
  return [
    ...conditions.map(({ clinical, ...rest }, i) => ({
      resourceType: 'Condition',
      id: `c${i}`,
      subject,
      clinicalStatus: { coding: [{ code: clinical }] },
      ...rest,
    })),
    ...observations.map(({ code, value, date: effectiveDateTime }, i) => ({
      ...{ resourceType: 'Observation', id: `o${i}`, subject, status: 'final', effectiveDateTime },
      ...{ code: { coding: [{ system: LOINC, code }] }, valueQuantity: value },
    })),
    ...medicines.map(({ code, date: authoredOn }, i) => ({
      ...{ resourceType: 'MedicationRequest', id: `m${i}`, subject, status: 'active', intent: 'order', authoredOn },
      medicationCodeableConcept: { coding: [code] },
    })),
    ...forms.map(({ authored, form, yes }, i) => ({
      ...{ resourceType: 'QuestionnaireResponse', id: `q${i}`, subject, status: 'completed', authored },
      questionnaire: `https://ramus.example.org/fhir/Questionnaire/${form}|1.0.0`,
      item: [{ linkId: 'group', item: yes.map((linkId) => ({ linkId, answer: [{ valueBoolean: true }] })) }],
    })),
  ] as unknown as FhirResource[];
}

function answer(data: Chart, everything: boolean) {
  if (!plan) throw new Error();
  const entered = { resourceType: 'Condition', id: 'new', subject, code: data.entered, onsetDateTime: '2026-03-01' } as FhirResource;
  const facts = factsOf(
    {
      patient: { resourceType: 'Patient', id: 'p', birthDate: '1970-01-01', gender: 'female' },
      ...{ context: [entered], chart: resourcesOf(data), triggering: 'context', unavailable: [], without: [] },
    },
    names,
  );
  const { verdict, cards, issues } = applyPlan(plan, facts, { now: NOW, safety: holdBack, everything });
  const proposed = (proposals: typeof verdict.kept) =>
    proposals.map(({ card, rule, title, suggest, priority }) => ({ card, rule, title, suggest, priority }));
  return {
    cards: cards.map(({ action, proposals, rules }) => [action.resource.id, proposed(proposals), rules]),
    missing: verdict.missing,
    issues,
  };
}

describe('relevance', () => {
  test('changes no answer', () => {
    const numRuns = Number(process.env.RUNS ?? 40);
    let cards = 0;
    fc.assert(
      fc.property(chart, (data) => {
        const narrow = answer(data, false);
        cards += narrow.cards.length;
        expect(narrow).toEqual(answer(data, true));
      }),
      { numRuns },
    );
    expect(cards).toBeGreaterThan(numRuns / 2);
  });
});
