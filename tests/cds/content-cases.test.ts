/** The content of `resources/`, asked about made-up patients over its services. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { cdsServices } from '../../src/cds/cds-services.ts';
import { holdBack } from '../../src/reasoning/hold-back.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';
import { ICD, LOINC, SNOMED, UCUM } from '../reasoning/content.ts';
import { memory, resourcesIn } from './memory.ts';
import { empties, faultsOf } from './oracle.ts';
import { bundle, OUTCOME } from './toy.ts';

const NOW = new Date('2026-09-14T09:30:00Z');
const { store, definitions } = memory([...resourcesIn('resources'), ...resourcesIn('profiles')]);
const reported: string[] = [];
const cds = cdsServices({
  ...{ store, definitions, terminology: createTerminology({ definitions }) },
  ...{ statuses: ['active', 'draft'], safety: holdBack, allowedServers: [], without: [], baseUrl: 'http://127.0.0.1:8080/fhir' },
  fetch: async () => {
    throw new Error('nothing is fetched here');
  },
  report: (sentence) => reported.push(sentence),
});

const subject = { reference: 'Patient/nora' };
const patient = { resourceType: 'Patient', id: 'nora', gender: 'female', birthDate: '1979-03-02' };
const status = (code: string) => ({ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code }] });
const problem = (id: string, system: string, code: string, more: object = {}) => ({
  ...{ resourceType: 'Condition', id, subject, clinicalStatus: status('active'), recordedDate: '2026-09-14', onsetDateTime: '2026-08-20' },
  code: { coding: [{ system, code }] },
  ...more,
});
const form = (name: string, answers: Record<string, boolean>, authored = '2026-09-10T10:00:00Z') => ({
  ...{ resourceType: 'QuestionnaireResponse', id: name, subject, status: 'completed', authored },
  questionnaire: `https://ramus.example.org/fhir/Questionnaire/${name}|1.0.0`,
  item: [{ linkId: 'group', item: Object.entries(answers).map(([linkId, valueBoolean]) => ({ linkId, answer: [{ valueBoolean }] })) }],
});
const screen = (yes: string[] = [], authored?: string) => {
  const flags = 'bowel-bladder weakness numbness fever weight-loss cancer-history severe-trauma persistent-6wk'
    .split(' ')
    .map((each) => `redflag-${each}`);
  const asked = [...flags, 'zoster-rash', 'inflammatory-pattern'];
  return form('red-flag-screen', Object.fromEntries(asked.map((flag) => [flag, yes.includes(flag)])), authored);
};

interface Chart {
  readonly hook?: string;
  /** The new problem. */
  readonly entered: object;
  readonly conditions?: readonly object[];
  readonly observations?: readonly object[];
  readonly responses?: readonly object[];
  readonly prefetch?: Record<string, unknown>;
}

async function ask({
  hook = 'problem-list-item-create',
  entered,
  conditions = [],
  observations = [],
  responses = [],
  prefetch = {},
}: Chart) {
  const { services } = await cds.discover();
  const service = services.find((each) => each.hook === hook);
  if (!service) throw new Error(`no service for ${hook}: ${await cds.heldBack()}`);
  const empty = Object.fromEntries(Object.keys(service.prefetch ?? {}).map((key) => [key, bundle()]));
  const given = { patient, conditions: bundle(...conditions), observations: bundle(...observations), responses: bundle(...responses) };
  const context = {
    userId: 'Practitioner/d',
    patientId: 'nora',
    encounterId: 'e',
    conditions: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: entered }] },
  };
  const answer = await cds.call(
    service.id,
    { hook, hookInstance: randomUUID(), context, prefetch: { ...empty, ...given, ...prefetch } },
    NOW,
  );
  expect(faultsOf(answer)).toEqual([]);
  const traces = answer.cards.map((card) => card.extension['org.ramus.trace']);
  const items = traces.flatMap((trace) => trace.items ?? []);
  const drafts = answer.cards.flatMap(({ suggestions = [] }) =>
    suggestions.flatMap(({ actions }) => actions.map(({ resource }) => resource)),
  );
  expect(items.filter((item) => /^(drug|supplement|procedure|advanced)\./.test(item))).toEqual([]);
  expect(drafts.filter(({ resourceType }) => resourceType === 'MedicationRequest')).toEqual([]);
  return { cards: answer.cards, actions: traces.map(({ action }) => action), items, drafts };
}

const RAMUS = problem('new', ICD, 'M53.85');

describe('the content offers its services', () => {
  test('all plans with a hook, none held back', async () => {
    expect(await cds.heldBack()).toEqual([]);
    const answer = await cds.discover();
    expect(answer.services.map(({ hook }) => hook)).toEqual(expect.arrayContaining(['problem-list-item-create', 'patient-view']));
    expect(empties(answer, '')).toEqual([]);
    for (const { prefetch = {} } of answer.services) {
      expect(prefetch).toMatchObject({
        patient: 'Patient/{{context.patientId}}',
        conditions: 'Condition?patient={{context.patientId}}&_count=500',
      });
      // only what most clients can resolve
      for (const template of Object.values(prefetch)) {
        expect(template).toMatch(/^[A-Z][A-Za-z]+[/?]/);
        expect(template.match(/\{\{(.*?)\}\}/g)).toEqual(['{{context.patientId}}']);
        expect(template).not.toMatch(/_include|:in=/);
      }
    }
  });
});

describe('a new diagnosis', () => {
  test('that has nothing to do with it gets no card, though an old one does', async () => {
    const hypertension = problem('new', ICD, 'I10');
    expect((await ask({ entered: hypertension })).actions).toEqual([]);
    const old = problem('old', ICD, 'M47.816', { onsetDateTime: '2026-03-01' });
    expect((await ask({ entered: hypertension, conditions: [old, hypertension], responses: [screen()] })).actions).toEqual([]);
  });

  test('of plain low back pain gets the screen and nothing else', async () => {
    const { actions, items, drafts } = await ask({ entered: problem('new', ICD, 'M54.50') });
    expect(actions).toEqual(['card.screen']);
    expect(items).toEqual([]);
    expect(drafts.map(({ resourceType }) => resourceType)).toEqual(['Task', 'Task']);
  });

  test('of the junction, never screened, gets the screen first; advice without drafts, no provoking test', async () => {
    const { cards, actions, items } = await ask({ entered: RAMUS });
    expect(actions[0]).toBe('card.screen');
    expect(actions).toEqual(expect.arrayContaining(['card.workup', 'card.conservative', 'card.prevention']));
    expect(items).toEqual(expect.arrayContaining(['exam.sensory-exam', 'doavoid.activity', 'nonpharm.pne']));
    expect(
      items.filter((item) => ['exam.kemp', 'exam.kibler-fold', 'exam.facet-tenderness', 'nonpharm.tens', 'nonpharm.heat'].includes(item)),
    ).toEqual([]);
    for (const card of cards.slice(2)) expect(card).not.toHaveProperty('suggestions');
    expect(cards[0]?.suggestions?.[0]).toMatchObject({
      isRecommended: true,
      actions: [{ resource: { resourceType: 'Task', for: subject } }],
    });
  });

  test('screened and clear, gets the tests that provoke, and no screen', async () => {
    const { actions, items } = await ask({ entered: RAMUS, responses: [screen()] });
    expect(actions).not.toContain('card.screen');
    expect(items).toEqual(expect.arrayContaining(['exam.kibler-fold', 'exam.facet-tenderness']));
  });

  test.each<[string, object[] | undefined]>([
    ['nothing answered', undefined],
    ['questions left open', [{ linkId: 'redflag-fever', answer: [{ valueBoolean: false }] }]],
    ['codes in place of Booleans', [{ linkId: 'redflag-bowel-bladder', answer: [{ valueCoding: { code: 'Y' } }] }]],
    ['answers that are no lists', [{ linkId: 'redflag-bowel-bladder', answer: { valueBoolean: true } }]],
  ])('a completed screen with %s is none, and the card says that it could not be read', async (_, item) => {
    const { actions, items, cards } = await ask({ entered: RAMUS, responses: [{ ...screen(), item }] });
    expect(actions.slice(0, 2)).toEqual(['card.safety', 'card.screen']);
    expect(items).not.toContain('exam.facet-tenderness');
    expect(cards[0]?.detail).toContain('QuestionnaireResponse');
  });

  test.each([
    ['self-management', {}],
    ['self-management', { smoker: false }],
    ['physical-exam', { 'exam.kemp': true }],
    ['diagnostic-criteria', { 'block.done': false }],
  ])('a form that opens something, %s, suspends nothing where a question is left open: %j', async (name, answers) => {
    const { actions, cards } = await ask({ entered: RAMUS, responses: [screen(), form(name, answers)] });
    expect(actions).not.toContain('card.safety');
    expect(cards.find((_, i) => actions[i] === 'card.conservative')?.suggestions).toHaveLength(5);
  });

  test('a later screen that leaves bowel and bladder open does not take back the alarm of an earlier one', async () => {
    const later = form('red-flag-screen', { 'redflag-persistent-6wk': true }, '2026-09-12T10:00:00Z');
    const { actions, items } = await ask({ entered: RAMUS, responses: [screen(['redflag-bowel-bladder']), { ...later, id: 'later' }] });
    expect(actions.slice(0, 2)).toEqual(['card.redflag', 'card.safety']);
    expect(items).toContain('redflag.bowel-bladder');
  });

  test('a chart that says that there are no problems, allergies or medicines is understood', async () => {
    const absent = (code: string, display: string) => ({
      coding: [{ system: 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips', code, display }],
    });
    const { cards } = await ask({
      entered: RAMUS,
      conditions: [{ ...RAMUS, id: 'none', code: absent('no-known-problems', 'No known problems') }],
      responses: [screen()],
      prefetch: {
        allergies: bundle({ resourceType: 'AllergyIntolerance', id: 'a', patient: subject, code: absent('no-known-allergies', 'None') }),
        statements: bundle({
          ...{ resourceType: 'MedicationStatement', id: 's', status: 'active', subject },
          medicationCodeableConcept: absent('no-known-medications', 'No known medications'),
        }),
      },
    });
    expect(cards.map(({ detail }) => detail).join()).not.toContain('Not understood');
  });

  test('a medicine that only its name tells is said to be recognised so', async () => {
    const medicine = {
      resourceType: 'MedicationRequest',
      id: 'm',
      status: 'active',
      subject,
      medicationCodeableConcept: { text: 'Warfarin 5 mg' },
    };
    const { cards } = await ask({ entered: RAMUS, responses: [screen()], prefetch: { medications: bundle(medicine) } });
    expect(cards[0]?.detail).toMatch(/Recognised by name, not by code: warfarin\./i);
  });

  test('a screen of long ago is none', async () => {
    expect((await ask({ entered: RAMUS, responses: [screen([], '2026-06-01T10:00:00Z')] })).actions[0]).toBe('card.screen');
  });

  test('with bowel or bladder trouble gets the urgent card, and the rest is suspended', async () => {
    const { cards, actions, items, drafts } = await ask({
      entered: problem('new', ICD, 'm47816'),
      responses: [screen(['redflag-bowel-bladder'])],
    });
    expect(actions[0]).toBe('card.redflag');
    expect(cards[0]?.indicator).toBe('critical');
    expect(items).toEqual(expect.arrayContaining(['redflag.bowel-bladder', 'imaging.mri']));
    expect(actions.filter((action) => ['card.conservative', 'card.prevention', 'card.screen'].includes(action))).toEqual([]);
    expect(drafts[0]).toMatchObject({ status: 'draft', intent: 'proposal', reasonReference: [{ reference: 'Condition/new' }] });
  });

  test.each([
    ['a cancer in the chart', { conditions: [problem('c', ICD, 'Z85.3')] }],
    ['a fever as measured', { observations: [temperature(102, '[degF]')], responses: [screen()] }],
    ['new numbness', { responses: [screen(['redflag-numbness'])] }],
  ])('%s is a red flag', async (_, chart) => {
    expect((await ask({ entered: RAMUS, ...chart })).actions).toContain('card.redflag');
  });

  test('a temperature without a unit is neither fever nor none, and is named', async () => {
    const { actions, cards } = await ask({ entered: RAMUS, observations: [temperature(39, undefined)], responses: [screen()] });
    expect(actions).not.toContain('card.redflag');
    expect(cards.map(({ detail }) => detail).join()).toContain('Without a unit that can be read');
  });

  test('a SNOMED code beside a plain one decides', async () => {
    const entered = {
      ...RAMUS,
      code: {
        coding: [
          { system: SNOMED, code: '279039007' },
          { system: ICD, code: 'M53.85' },
        ],
      },
    };
    expect((await ask({ entered })).actions).toContain('card.workup');
  });
});

describe('the chart is opened', () => {
  test('a diagnosis that stands in it opens the pathway, one in remission does not', async () => {
    const view = (clinicalStatus: object) =>
      ask({ hook: 'patient-view', entered: RAMUS, conditions: [problem('old', ICD, 'M53.85', { clinicalStatus })] });
    expect((await view(status('active'))).actions).toContain('card.workup');
    expect((await view(status('remission'))).actions).toEqual([]);
  });
});

describe('data that cannot be read', () => {
  test('closes what needs it, and says so', async () => {
    const { actions, cards } = await ask({ entered: RAMUS, responses: [screen()], prefetch: { medications: OUTCOME } });
    expect(actions[0]).toBe('card.safety');
    expect(cards[0]?.detail).toContain('MedicationRequest');
  });

  test('silences no alarm: neither a date nor a comparator that is not understood elsewhere', async () => {
    const unread = form('treatment-follow-up', { 'paraspinal-spasm': true }, '10.09.2026');
    const alarm = await ask({ entered: RAMUS, responses: [screen(['redflag-bowel-bladder']), unread] });
    expect(alarm.actions.slice(0, 2)).toEqual(['card.redflag', 'card.safety']);
    const cool = temperature(36, 'Cel');
    const below = { ...cool, valueQuantity: { ...cool.valueQuantity, comparator: '<' } };
    const fever = await ask({ entered: RAMUS, observations: [below], responses: [screen(['redflag-fever'])] });
    expect(fever.actions[0]).toBe('card.redflag');
  });

  test('without Conditions nothing can be said', async () => {
    await expect(ask({ entered: RAMUS, prefetch: { conditions: OUTCOME } })).rejects.toMatchObject({ kind: 'incomplete' });
  });
});

test('nothing of the content failed while all this was asked', () => {
  expect(reported).toEqual([]);
});

function temperature(value: number, code: string | undefined) {
  return {
    ...{ resourceType: 'Observation', id: 't', subject, status: 'final', effectiveDateTime: '2026-09-13T08:00:00Z' },
    code: { coding: [{ system: LOINC, code: '8310-5' }] },
    valueQuantity: { value, ...(code ? { system: UCUM, code } : { unit: 'deg' }) },
  };
}
