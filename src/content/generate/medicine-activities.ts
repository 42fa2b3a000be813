/** ActivityDefinitions of medicines: a MedicationRequest with what the article states, and nothing that it does not. */
import type { ActivityDefinition, CodeableConcept, Dosage } from '../../fhir/types.ts';
import { described } from './activities.ts';
import { draftDosage } from './dosage.ts';
import { found, type Generation } from './generation.ts';
import type { Item } from './source-tables.ts';

const DESCRIPTIONS = {
  dose: 'Draft of the dose that the article states; ceilings come from the safety rules.',
  schedule: 'Draft of the schedule that the article states; it gives no amount.',
  none: 'Draft without a dose: the article gives none that could be used.',
};

/** Of a gated section only those that have an indication: the others are information, never drafted. */
export function medicineActivities(generation: Generation): ActivityDefinition[] {
  const { document, items } = generation.sources;
  const medicines = items.filter(({ section }) => document.medicineSections.includes(section));
  return medicines
    .filter(({ section, facts }) => !document.gatedSections.includes(section) || facts.indicationGate)
    .map((item) => medicine(generation, item));
}

function medicine(generation: Generation, item: Item): ActivityDefinition {
  const { activities, rules, document } = generation.sources;
  const own = activities.items[item.id];
  const text = rules.itemNotes[item.id];
  const source = document.noteSources[item.id];
  const dosage = draftDosage(generation.names, item, text ? { text, ...(source && { source }) } : undefined);
  return {
    ...described(generation, item, { title: item.name, description: describe(dosage), ...own }),
    kind: 'MedicationRequest',
    intent: 'proposal',
    productCodeableConcept: product(generation, item),
    ...(dosage.length && { dosage }),
  };
}

function describe([dosage]: readonly Dosage[]): string {
  if (!dosage) return DESCRIPTIONS.none;
  return dosage.doseAndRate ? DESCRIPTIONS.dose : DESCRIPTIONS.schedule;
}

/** All codes of the product, and its name: no EHR can resolve a reference to a resource of ours. */
export function product({ sources }: Generation, item: Item): CodeableConcept {
  const coding = (sources.products[item.id] ?? []).map((code) => {
    const row = sources.codes.find((candidate) => `${candidate.system}|${candidate.code}` === code);
    const { system, code: value, display } = found(row, `The code ${code} of ${item.id} stands in no row of codes.tsv.`);
    return { system, code: value, display };
  });
  return { ...(coding.length && { coding }), text: sources.activities.items[item.id]?.product ?? item.name };
}
