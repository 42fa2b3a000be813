import { describe, expect, test } from '@jest/globals';
import type { ActivityDefinition, FhirResource, PlanDefinitionAction, Questionnaire } from '../../src/fhir/types.ts';
import { applyPlan } from '../../src/reasoning/apply-plan.ts';
import { applyActivity } from '../../src/reasoning/drafts.ts';
import { setPath } from '../../src/reasoning/dynamic-value.ts';
import { factsOf } from '../../src/reasoning/facts.ts';
import { loadPlan } from '../../src/reasoning/load-plan.ts';
import { vocabularyOf } from '../../src/reasoning/vocabulary.ts';
import { activity, BASE, canonical, definitionsOf, library, plan, rule, UCUM } from './content.ts';

const form: Questionnaire = {
  resourceType: 'Questionnaire',
  id: 'form',
  url: `${BASE}/Questionnaire/form`,
  version: '1.0.0',
  status: 'draft',
  title: 'Form',
};

async function draft(definition: ActivityDefinition | Questionnaire, dynamicValue: PlanDefinitionAction['dynamicValue'] = []) {
  const type = definition.resourceType;
  const action: PlanDefinitionAction = { id: 'i', title: 'I', definitionCanonical: canonical(type, definition.id ?? ''), dynamicValue };
  const { plan: entry, faults } = await loadPlan(
    plan('entry', [{ id: 'card', action: [rule('R1', 'true', [action])] }]),
    definitionsOf(library({}, []), form, definition as FhirResource),
  );
  if (!entry) throw new Error(faults.join());
  const chart: FhirResource[] = ['c1', 'c2'].map((id) => ({ resourceType: 'Condition', id, subject: { reference: 'Patient/p' } }));
  const data = {
    patient: { resourceType: 'Patient' as const, id: 'p' },
    context: [],
    chart,
    triggering: 'chart' as const,
    unavailable: [],
    without: [],
  };
  const now = new Date('2026-06-01T12:00:00.123Z');
  const { verdict, scopeOf } = applyPlan(entry, factsOf(data, vocabularyOf(entry, [])), {
    now,
    safety: (kept) => ({ kept, withheld: [], cautions: [], exclusive: [], missing: [] }),
  });
  const [proposal] = verdict.kept;
  if (!proposal?.definition) throw new Error('nothing proposed');
  return applyActivity(proposal.definition, proposal.action, {
    subject: { reference: 'Patient/p' },
    requester: 'Practitioner/d',
    encounter: 'e',
    now,
    scope: scopeOf(proposal.plan),
  });
}

const common = { encounter: { reference: 'Encounter/e' }, authoredOn: '2026-06-01T12:00:00Z', requester: { reference: 'Practitioner/d' } };
const expression = (text: string) => ({ language: 'text/fhirpath' as const, expression: text });

describe('a draft', () => {
  test('of a ServiceRequest has what its definition says, and no id', async () => {
    const { resource, issues } = await draft(
      activity('a', 'ServiceRequest', 'treatment', {
        intent: 'plan',
        priority: 'urgent',
        bodySite: [{ text: 'back' }],
        timingTiming: { repeat: { frequency: 3, period: 1, periodUnit: 'wk' } },
        quantity: { value: 2 },
        profile: 'https://profile.example',
      }),
    );
    expect(issues).toEqual([]);
    expect(resource).toEqual({
      resourceType: 'ServiceRequest',
      meta: { profile: ['https://profile.example'] },
      instantiatesCanonical: [canonical('ActivityDefinition', 'a')],
      status: 'draft',
      intent: 'plan',
      priority: 'urgent',
      code: { text: 'a' },
      quantityQuantity: { value: 2 },
      subject: { reference: 'Patient/p' },
      occurrenceTiming: { repeat: { frequency: 3, period: 1, periodUnit: 'wk' } },
      bodySite: [{ text: 'back' }],
      ...common,
    });
  });

  test('of a MedicationRequest has product and dosage', async () => {
    const dosage = [{ doseAndRate: [{ doseQuantity: { value: 50, unit: 'mg', system: UCUM, code: 'mg' } }] }];
    const { resource } = await draft(activity('a', 'MedicationRequest', 'treatment', { productCodeableConcept: { text: 'Drug' }, dosage }));
    expect(resource).toMatchObject({
      status: 'draft',
      intent: 'proposal',
      medicationCodeableConcept: { text: 'Drug' },
      dosageInstruction: dosage,
    });
  });

  test('of a CommunicationRequest has a payload and no intent', async () => {
    const definition = activity('a', 'CommunicationRequest', 'education', { description: 'About it.' });
    const { resource } = await draft(definition);
    expect(resource).toMatchObject({
      status: 'draft',
      subject: { reference: 'Patient/p' },
      payload: [{ contentString: 'About it.' }],
      ...common,
    });
    expect(resource).not.toHaveProperty('intent');
    const value = { path: 'payload[0].contentString', expression: expression("'Move.'") };
    const dynamic = await draft({ ...definition, dynamicValue: [value] });
    expect(dynamic.resource).toMatchObject({ payload: [{ contentString: 'Move.' }] });
  });

  test('of a Task asks for its Questionnaire and is based on nothing', async () => {
    const extension = [
      { url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-collectWith', valueCanonical: canonical('Questionnaire', 'form') },
    ];
    const { resource } = await draft(activity('a', 'Task', 'assessment', { extension }));
    expect(resource).toMatchObject({
      instantiatesCanonical: canonical('ActivityDefinition', 'a'),
      status: 'draft',
      for: { reference: 'Patient/p' },
      input: [{ valueCanonical: canonical('Questionnaire', 'form') }],
    });
    expect(resource).not.toHaveProperty('basedOn');
    expect((await draft(form)).resource).toMatchObject({
      resourceType: 'Task',
      input: [{ valueCanonical: canonical('Questionnaire', 'form') }],
    });
  });

  test('of another kind is none, and that is told', async () => {
    const { resource, issues } = await draft(activity('a', 'Appointment', 'treatment'));
    expect(resource).toBeUndefined();
    expect(issues.join()).toContain('Appointment');
  });
});

describe('dynamic values', () => {
  const service = activity('a', 'ServiceRequest', 'treatment');

  test('resources become references, all of them where the element repeats', async () => {
    const { resource } = await draft(service, [{ path: 'reasonReference', expression: expression('%conditions | %triggering') }]);
    expect(resource).toMatchObject({ reasonReference: [{ reference: 'Condition/c1' }, { reference: 'Condition/c2' }] });
  });

  test('of the action come after those of the definition, and see the draft', async () => {
    const { resource } = await draft({ ...service, dynamicValue: [{ path: 'code.text', expression: expression("'first'") }] }, [
      { path: 'code.text', expression: expression("%resource.code.text + ' second'") },
      { path: 'reasonReference[0].reference', expression: expression("'Condition/x'") },
      {
        path: 'note[0].text',
        expression: expression('%subject.reference & %practitioner.reference & %encounter.reference & %context.title & %action.title'),
      },
    ]);
    expect(resource).toMatchObject({
      code: { text: 'first second' },
      reasonReference: [{ reference: 'Condition/x' }],
      note: [{ text: 'Patient/pPractitioner/dEncounter/eActivity aI' }],
    });
  });

  test('that yield nothing set nothing; that fail are told, without what the data held', async () => {
    const { resource, issues } = await draft(service, [
      { path: 'priority', expression: expression('{}') },
      { path: 'patientInstruction', expression: expression('%triggering.id.single()') },
      { path: 'patientInstruction', expression: expression("'kept'") },
    ]);
    expect(resource).toMatchObject({ patientInstruction: 'kept' });
    expect(resource).not.toHaveProperty('priority');
    expect(issues).toEqual(['ActivityDefinition/a: the dynamic value of patientInstruction could not be evaluated.']);
  });

  test.each([
    ['__proto__.polluted'],
    ['constructor'],
    ['resourceType'],
    ['a..b'],
    ['note[99].text'],
    ['note[1].text'],
    ['reasonReference[3]'],
    ['note.where(true)'],
    [''],
  ])('a path that is not simple sets nothing: %s', (path) => {
    const target = { resourceType: 'ServiceRequest' };
    expect(setPath(target, path, ['x'])).toEqual(expect.any(String));
    expect(target.resourceType).toBe('ServiceRequest');
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  test('what cannot be referred to leaves nothing behind, no empty element either', () => {
    const target = { resourceType: 'CommunicationRequest' };
    expect(setPath(target, 'payload[0].contentReference', [{ resourceType: 'Condition' }])).toBeUndefined();
    expect(target).toEqual({ resourceType: 'CommunicationRequest' });
  });

  test('lists grow one by one', () => {
    const target: Record<string, unknown> = { resourceType: 'ServiceRequest' };
    expect(setPath(target, 'note[0].text', ['a'])).toBeUndefined();
    expect(setPath(target, '%resource.note[1].text', ['b'])).toBeUndefined();
    expect(setPath(target, 'bodySite.coding[0].code', ['c'])).toBeUndefined();
    expect(target).toMatchObject({ note: [{ text: 'a' }, { text: 'b' }], bodySite: [{ coding: [{ code: 'c' }] }] });
  });
});
