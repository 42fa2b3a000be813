/** A question that nobody answered is not a no. */
import { describe, expect, test } from '@jest/globals';
import type { FhirResource, Patient, QuestionnaireItem, QuestionnaireResponseItem } from '../../src/fhir/types.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { formsOf } from '../../src/reasoning/forms.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { nameIndex } from '../../src/reasoning/names.ts';
import { BASE, definitionsOf, library, plan, rule } from './content.ts';

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
  { linkId: 'habit', type: 'boolean', required: true },
  { linkId: 'pain', type: 'boolean', required: true },
  { linkId: 'pain-where', type: 'string', enableWhen: [{ question: 'pain', operator: '=', answerBoolean: true }] },
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
const closing = "%unavailable.empty() and (%Yes contains 'flag' or %Yes contains 'other' or %Yes contains 'pain-where').not()";
const nested = plan('nested', [
  rule('b', closing, [{ id: 'c', definitionCanonical: `${screen.url}|1.0.0` }]),
  rule('d', "%Yes contains 'habit'", [{ id: 'e' }]),
]);
const logic = library({ Yes: '%responses.descendants().where(answer.value.exists($this = true)).linkId' }, []);

async function forms() {
  const loaded = await loadPlan(entry, definitionsOf(entry, nested, screen as FhirResource, logic));
  if (!loaded.plan) throw new Error(loaded.faults.join());
  return formsOf(loaded.plan);
}
const answered = (linkId: string, ...answer: object[]) => ({ linkId, answer });
const no = { valueBoolean: false };
const whole = [{ linkId: 'flags', item: [answered('flag', no)] }, answered('other', no), answered('pain', no)];

async function factsFrom(chart: readonly FhirResource[]) {
  const data = { patient, context: [], chart, triggering: 'chart' as const, unavailable: [], without: [] };
  return factsOf(
    data,
    nameIndex([], [], () => true),
    await forms(),
  );
}

async function read(...given: (readonly [id: string, authored: string, item: object[]])[]) {
  const chart = given.map(([id, authored, items]) => ({
    ...{ resourceType: 'QuestionnaireResponse', id, status: 'completed', subject: { reference: 'Patient/p' } },
    ...{ questionnaire: `${screen.url}|2`, authored, item: items as QuestionnaireResponseItem[] },
  }));
  const { responses, unavailable, notUnderstood } = await factsFrom(chart as FhirResource[]);
  return { responses: responses.map(({ id }) => id), unavailable, said: notUnderstood.length };
}

describe('the latest response to a form', () => {
  test('counts where every question that is always required has its answer', async () => {
    expect(await read(['a', '2026-01-02', whole])).toEqual({ responses: ['a'], unavailable: [], said: 0 });
  });

  test.each<[string, object[]]>([
    ['nothing at all', []],
    ['one question left open', [{ linkId: 'flags', item: [answered('flag', no)] }]],
    ['a code in place of a Boolean', [answered('flag', { valueCoding: { code: 'Y' } }), answered('other', no), answered('pain', no)]],
    ['an answer without value', [answered('flag', {}), answered('other', no), answered('pain', no)]],
    ['the question open that enables one', [{ linkId: 'flags', item: [answered('flag', no)] }, answered('other', no)]],
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

  test('may leave open what only opens something', async () => {
    expect(await read(['a', '2026-01-02', [...whole, answered('habit', {})]])).toMatchObject({
      responses: ['a'],
      unavailable: [],
      said: 0,
    });
  });

  test('that leaves open what an older one affirms takes it over, and no older no', async () => {
    const response = (id: string, authored: string, items: object[]) =>
      ({
        ...{ resourceType: 'QuestionnaireResponse', id, status: 'completed', subject: { reference: 'Patient/p' } },
        ...{ questionnaire: screen.url, authored, item: items },
      }) as FhirResource;
    const { responses } = await factsFrom([
      response('old', '2025-01-01', [answered('flag', no), answered('other', { valueBoolean: true })]),
      response('new', '2026-01-02', [answered('habit', { valueBoolean: true })]),
      response('between', '2025-06-01', [answered('flag', { valueBoolean: true }), answered('other', no), answered('pain', no)]),
    ]);
    expect(responses[0]).toMatchObject({
      id: 'new',
      item: [answered('habit', { valueBoolean: true }), answered('flag', { valueBoolean: true })],
    });
  });
});
