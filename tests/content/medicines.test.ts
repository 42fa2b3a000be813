import { describe, expect, test } from '@jest/globals';
import { generation } from '../../src/content/generate/generation.ts';
import { readSources } from '../../src/content/generate/sources.ts';
import type { Dosage, Extension, QuestionnaireItem, QuestionnaireResponse } from '../../src/fhir/types.ts';
import { compile, evaluate } from '../../src/fhirpath/expression.ts';
import { readFolder, resourcesOf } from './folders.ts';

const folder = 'resources/posterior-ramus-syndrome';
const { files } = readFolder(folder);
const sources = readSources(folder);
const { resourceId } = generation(sources);
const medicines = sources.items.filter(({ section }) => sources.document.medicineSections.includes(section));
const knowledge = new Map(resourcesOf(files, 'MedicationKnowledge').map((each) => [each.id, each]));
const activities = new Map(resourcesOf(files, 'ActivityDefinition').map((each) => [each.id, each]));

type Regimens = readonly { readonly text: string; readonly phase?: string; readonly dosage: Dosage }[];

/** Dosages of one layer, as they are told. */
function layered(id: string, layer: string): Dosage[] {
  const all = (knowledge.get(id)?.administrationGuidelines ?? []).flatMap(({ dosage = [] }) => dosage);
  return all.filter(({ type }) => type.coding?.[0]?.code === layer).flatMap(({ dosage }) => dosage);
}

/** Without what is marked as another layer's. */
function stated({ text: _, route, timing, ...rest }: Dosage): Dosage {
  const told = (value: object | undefined) => value && !('extension' in value);
  const { extension: __, ...bare } = (timing ?? {}) as { extension?: Extension[] };
  return { ...(timing && { timing: bare }), ...(told(route) && route && { route }), ...rest };
}

describe('medicines', () => {
  test('each have what is known, the product, and one code that joins them with their draft', () => {
    const products = new Map(resourcesOf(files, 'Medication').map((each) => [each.id, each]));
    expect([knowledge.size, products.size]).toEqual([medicines.length, medicines.length]);
    for (const { id } of medicines) {
      const { code, associatedMedication } = knowledge.get(resourceId(id)) ?? {};
      expect(products.get(resourceId(id))?.code).toEqual(code);
      expect(associatedMedication).toEqual([{ reference: `Medication/${resourceId(id)}` }]);
      const draft = activities.get(resourceId(id));
      if (draft) expect(draft.productCodeableConcept).toEqual(code);
    }
  });

  test('tell the doses of the inventory unchanged, what to begin with apart from what to reach', () => {
    for (const { id, facts } of medicines) {
      const regimens = (facts.regimens ?? []) as Regimens;
      const isTarget = ({ phase }: Regimens[number]) => phase === 'target';
      const begin = regimens.filter((each) => !isTarget(each)).map(({ dosage }) => dosage);
      expect(layered(resourceId(id), 'document-stated').map(stated)).toEqual(begin);
      expect(layered(resourceId(id), 'document-target').map(stated)).toEqual(regimens.filter(isTarget).map(({ dosage }) => dosage));
    }
  });

  test('have exactly the ceilings of the rules, never one of arithmetic', () => {
    const caps = sources.rules.safety.filter(({ severity }) => severity === 'dose-cap');
    for (const { id } of medicines) {
      const most = layered(resourceId(id), 'safety-ceiling').map(({ text, maxDosePerPeriod }) => [
        text,
        maxDosePerPeriod?.numerator?.value,
      ]);
      expect(most).toEqual(caps.filter(({ affects }) => affects.includes(id)).map(({ words, maxPerDay }) => [words, maxPerDay?.value]));
    }
  });

  test('name every rule that hits them, and the twin of the rule names them', () => {
    const issues = new Map(resourcesOf(files, 'DetectedIssue').map((each) => [each.identifier?.[0]?.value, each]));
    const rules = sources.rules.safety.filter(({ severity }) => severity !== 'at-most-one');
    for (const { id } of medicines) {
      const hit = rules.filter(({ affects }) => affects.includes(id)).map((rule) => issues.get(rule.id));
      const references = hit.map((issue) => ({ reference: `DetectedIssue/${issue?.id}` }));
      expect(knowledge.get(resourceId(id))?.contraindication ?? []).toEqual(references);
      for (const issue of hit) expect(issue?.implicated).toContainEqual({ reference: `MedicationKnowledge/${resourceId(id)}` });
    }
  });

  test('have a twin for each rule of the plan of medicines, with its words and severity', () => {
    const plan = resourcesOf(files, 'PlanDefinition').find(({ id }) => id === sources.document.safetyPlans.medicines);
    const rules = new Map(sources.rules.safety.map((rule) => [rule.id, rule]));
    const planned = new Set((plan?.action ?? []).flatMap(({ id = '' }) => rules.get(id) ?? []));
    const expected = [...planned]
      .filter(({ severity }) => severity !== 'at-most-one')
      .map(({ id, words, severity }) => [id, words, severity]);
    const twins = resourcesOf(files, 'DetectedIssue').map(({ identifier, detail, code }) => [
      identifier?.[0]?.value,
      detail,
      code?.coding?.[0]?.code,
    ]);
    expect(twins.sort()).toEqual(expected.sort());
  });
});

describe('questionnaires', () => {
  const all = resourcesOf(files, 'Questionnaire');
  const items = (list: readonly QuestionnaireItem[] = []): QuestionnaireItem[] => list.flatMap((item) => [item, ...items(item.item)]);

  test('ask what the contract of linkIds asks, with help that is never answered', () => {
    const asked = all.map(({ id, item }) => [id, items(item).filter(({ type }) => type !== 'display').length]);
    expect(Object.fromEntries(asked)).toEqual({
      'symptom-intake': 23,
      'red-flag-screen': 17,
      'physical-exam': 64,
      'diagnostic-criteria': 13,
      'treatment-follow-up': 25,
      'self-management': 35,
      'medication-safety': 20,
    });
    const help = all.flatMap(({ item }) => items(item)).filter(({ type }) => type === 'display');
    expect(help.filter(({ linkId }) => !linkId.endsWith('-help'))).toEqual([]);
  });

  test('count the criteria, the relief of a block among them', () => {
    const criteria = all.find(({ id }) => id === 'diagnostic-criteria');
    const calculated = new Map(
      items(criteria?.item).flatMap(
        ({ linkId, extension = [] }) =>
          extension.flatMap(({ url, valueExpression }) =>
            url.endsWith('calculatedExpression') ? [[linkId, valueExpression?.expression ?? '']] : [],
          ) as [string, string][],
      ),
    );
    const response = (relief: boolean, ...met: string[]): QuestionnaireResponse => ({
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      item: [
        { linkId: 'criteria', item: met.map((linkId) => ({ linkId, answer: [{ valueBoolean: true }] })) },
        { linkId: 'block', item: [{ linkId: 'block.relief', answer: [{ valueBoolean: relief }] }] },
      ],
    });
    const value = (linkId: string, from: QuestionnaireResponse) => evaluate(compile(calculated.get(linkId) ?? ''), from);
    expect(value('criterion.block-relief', response(true))).toEqual([true]);
    expect(value('criterion.block-relief', response(false))).toEqual([false]);
    expect(value('criteria.count', response(true, 'criterion.block-relief', 'criterion.no-spinal-pain'))).toEqual([2]);
    expect(value('criteria.count', response(false))).toEqual([0]);
  });
});
