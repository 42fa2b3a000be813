import { describe, expect, test } from '@jest/globals';
import type { ActivityDefinition, Dosage } from '../../src/fhir/types.ts';
import { actionsOf, documentFolders, objects, readFolder, resourcesOf } from './folders.ts';

const PER_DAY = { s: 86_400, min: 1440, h: 24, d: 1, wk: 1 / 7, mo: 1 / 30, a: 1 / 365 } as const;

describe.each(documentFolders)('%s', (name) => {
  const { files } = readFolder(name);
  const activities = resourcesOf(files, 'ActivityDefinition');
  const plans = resourcesOf(files, 'PlanDefinition');
  const codes = new Set(resourcesOf(files, 'CodeSystem').flatMap(({ url, concept = [] }) => concept.map(({ code }) => `${url}|${code}`)));

  test('proposes and traces only items that its code systems have', () => {
    const proposed = plans.flatMap((plan) => actionsOf(plan.action)).flatMap(({ code = [] }) => code.flatMap(({ coding = [] }) => coding));
    expect(proposed.map(({ system, code }) => `${system}|${code}`).filter((key) => !codes.has(key))).toEqual([]);
    const traced = [...objects(files)].flatMap(({ value }) => {
      const { url, valueCode } = value as { url?: string; valueCode?: string };
      return url === 'item' && valueCode ? [valueCode] : [];
    });
    const contentUrl = `https://ramus.example.org/fhir/CodeSystem/content`;
    expect(traced.filter((item) => !codes.has(`${contentUrl}|${item}`))).toEqual([]);
  });

  test('drafts no dose that is above its own maximum, even at its lowest', () => {
    const above = activities.flatMap(({ id, dosage = [] }) => (dosage.some(exceedsItself) ? [id] : []));
    expect(above).toEqual([]);
  });

  test('never proposes what is not to be done', () => {
    const refrained = new Set(activities.filter(({ doNotPerform }) => doNotPerform).map(({ url, version }) => `${url}|${version}`));
    const wrong = plans
      .flatMap((plan) => actionsOf(plan.action))
      .filter(({ definitionCanonical = '', code, precheckBehavior }) => refrained.has(definitionCanonical) && (code || precheckBehavior));
    expect(wrong).toEqual([]);
    expect(activities.filter(({ kind, doNotPerform }) => kind === 'CommunicationRequest' && doNotPerform)).toEqual([]);
  });

  test('has activities that say what to draft', () => {
    const bare = activities.filter((activity) => !isOrderable(activity)).map(({ id }) => id);
    expect(bare).toEqual([]);
  });
});

function isOrderable({ kind, intent, code, productCodeableConcept, dynamicValue = [], extension = [] }: ActivityDefinition): boolean {
  if (intent !== 'proposal') return false;
  if (kind === 'MedicationRequest') return productCodeableConcept?.text !== undefined;
  if (kind === 'CommunicationRequest') return code !== undefined && dynamicValue.some(({ path }) => path === 'payload[0].contentString');
  if (kind === 'Task') return extension.some(({ valueCanonical = '' }) => valueCanonical.includes('/Questionnaire/'));
  return kind === 'ServiceRequest' && code !== undefined;
}

/** The smallest daily amount of a dosage against its own maximum; only where both are in the same unit. */
function exceedsItself({ doseAndRate = [], timing, maxDosePerPeriod }: Dosage): boolean {
  const [dose] = doseAndRate;
  const low = dose?.doseQuantity ?? dose?.doseRange?.low;
  const { frequency = 1, period = 1, periodMax, periodUnit = 'd' } = timing?.repeat ?? {};
  const { numerator, denominator } = maxDosePerPeriod ?? {};
  if (!low?.value || !numerator?.value || low.code !== numerator.code) return false;
  const timesADay = (frequency / (periodMax ?? period)) * PER_DAY[periodUnit];
  return low.value * timesADay > numerator.value / (denominator?.value ?? 1);
}
