/** A question that nobody answered is not a no. */
import { describe, expect, test } from '@jest/globals';
import type { FhirResource, Patient, QuestionnaireItem, QuestionnaireResponseItem } from '../../src/fhir/types.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { formsOf } from '../../src/reasoning/forms.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { nameIndex } from '../../src/reasoning/names.ts';
import { BASE, definitionsOf, library, plan } from './content.ts';

const patient: Patient = { resourceType: 'Patient', id: 'p' };
const item: QuestionnaireItem[] = [
  {
    linkId: 'flags',
    type: 'group',
    required: true,
    item: [
      { linkId: 'flag', type: 'boolean', required: true },
      { linkId: 'where', type: 'string', required: true, enableWhen: [{ question: 'flag', operator: '=', answerBoolean: true }] },
      { linkId: 'since', type: 'date' },
    ],
  },
  { linkId: 'other', type: 'boolean', required: true },
];
const screen = {
  resourceType: 'Questionnaire',
  id: 'screen',
  url: `${BASE}/Questionnaire/screen`,
  version: '1.0.0',
  status: 'draft',
  item,
} as const;
const entry = plan('entry', [{ id: 'a', definitionCanonical: `${BASE}/PlanDefinition/nested|1.0.0` }]);
const nested = plan('nested', [{ id: 'b', action: [{ id: 'c', definitionCanonical: `${screen.url}|1.0.0` }] }]);

async function forms() {
  const loaded = await loadPlan(entry, definitionsOf(entry, nested, screen as FhirResource, library({}, [])));
  if (!loaded.plan) throw new Error(loaded.faults.join());
  return formsOf(loaded.plan);
}
const answered = (linkId: string, ...answer: object[]) => ({ linkId, answer });
const no = { valueBoolean: false };
const whole = [{ linkId: 'flags', item: [answered('flag', no)] }, answered('other', no)];

async function read(...given: (readonly [id: string, authored: string, item: object[]])[]) {
  const chart = given.map(([id, authored, items]) => ({
    ...{ resourceType: 'QuestionnaireResponse', id, status: 'completed', subject: { reference: 'Patient/p' } },
    ...{ questionnaire: `${screen.url}|2`, authored, item: items as QuestionnaireResponseItem[] },
  }));
  const data = { patient, context: [], chart: chart as FhirResource[], triggering: 'chart' as const, unavailable: [], without: [] };
  const { responses, unavailable, notUnderstood } = factsOf(
    data,
    nameIndex([], [], () => true),
    await forms(),
  );
  return { responses: responses.map(({ id }) => id), unavailable, said: notUnderstood.length };
}

describe('the latest response to a form', () => {
  test('counts where every question that is always required has its answer', async () => {
    expect(await read(['a', '2026-01-02', whole])).toEqual({ responses: ['a'], unavailable: [], said: 0 });
  });

  test.each<[string, object[]]>([
    ['nothing at all', []],
    ['one question left open', [{ linkId: 'flags', item: [answered('flag', no)] }]],
    ['a code in place of a Boolean', [answered('flag', { valueCoding: { code: 'Y' } }), answered('other', no)]],
    ['an answer without value', [answered('flag', {}), answered('other', no)]],
  ])('with %s is no response, and the forms count as not read', async (_, items) => {
    expect(await read(['a', '2026-01-02', items])).toEqual({ responses: [], unavailable: ['QuestionnaireResponse'], said: 1 });
  });

  test('that is not complete does not hide what it affirms, nor what an older one says', async () => {
    expect(await read(['a', '2026-01-02', [answered('flag', { valueBoolean: true })]], ['b', '2026-01-01', whole])).toEqual({
      responses: ['a', 'b'],
      unavailable: ['QuestionnaireResponse'],
      said: 1,
    });
    expect(await read(['b', '2026-01-01', whole], ['a', '2026-01-02', []])).toEqual({
      responses: ['b'],
      unavailable: ['QuestionnaireResponse'],
      said: 1,
    });
  });

  test('that is complete makes an older one of no account', async () => {
    expect(await read(['a', '2026-01-02', whole], ['b', '2026-01-01', []])).toEqual({
      responses: ['a', 'b'],
      unavailable: [],
      said: 0,
    });
  });
});
