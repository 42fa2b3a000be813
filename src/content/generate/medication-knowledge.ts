/**
 * What the article says about a medicine, with the ceilings of the safety rules beside it
 * (https://hl7.org/fhir/R4/medicationknowledge.html, https://hl7.org/fhir/R4/medication.html). All three resources of a
 * medicine, its ActivityDefinition among them, are joined by their code.
 */
import type {
  CodeableConcept,
  Dosage,
  Medication,
  MedicationKnowledge,
  MedicationKnowledgeAdministrationGuidelines,
  MedicationKnowledgeRelatedMedicationKnowledge,
  Ratio,
} from '../../fhir/types.ts';
import { issueId, medicineRules } from './detected-issues.ts';
import { markedDosage, regimens } from './dosage.ts';
import type { Generation } from './generation.ts';
import { product } from './medicine-activities.ts';
import { drugCharacteristics, intendedRoutes, medicineClassifications, strings } from './medicine-facts.ts';
import { reviewTag } from './review-tag.ts';
import type { Item, Regimen, SafetyRule } from './source-tables.ts';
import { itemTrace, ruleTraces } from './trace.ts';

type Guideline = MedicationKnowledgeAdministrationGuidelines;

const UCUM = 'http://unitsofmeasure.org';

/** Every medicine of the document, those that are never proposed included. */
export function medicines(generation: Generation): (MedicationKnowledge | Medication)[] {
  const { document, items } = generation.sources;
  const all = items.filter(({ section }) => document.medicineSections.includes(section));
  return [...all.map((item) => knowledge(generation, item, all)), ...all.map((item) => medication(generation, item))];
}

function knowledge(generation: Generation, item: Item, all: readonly Item[]): MedicationKnowledge {
  const { names, resourceId, sources } = generation;
  const rules = medicineRules(generation).filter(({ affects }) => affects.includes(item.id));
  const { presentation } = item.facts;
  return {
    resourceType: 'MedicationKnowledge',
    id: resourceId(item.id),
    meta: reviewTag(names),
    extension: [itemTrace(names, [item])],
    code: product(generation, item),
    status: 'active',
    ...filled({
      doseForm: doseForm(item),
      synonym: synonyms(item),
      relatedMedicationKnowledge: relatedMedicines(generation, item, all),
      associatedMedication: [{ reference: `Medication/${resourceId(item.id)}` }],
      monograph: [{ source: { reference: `DocumentReference/${sources.document.article}` } }],
      ingredient: strengthOf(generation, item),
      intendedRoute: intendedRoutes(generation, item),
      administrationGuidelines: administrationGuidelines(generation, item, rules),
      medicineClassification: medicineClassifications(generation, item),
      packaging: typeof presentation === 'string' ? { type: { text: presentation } } : undefined,
      drugCharacteristic: drugCharacteristics(generation, item),
      contraindication: rules.map((rule) => ({ reference: `DetectedIssue/${issueId(generation, rule)}` })),
    }),
  };
}

function medication(generation: Generation, item: Item): Medication {
  return {
    resourceType: 'Medication',
    id: generation.resourceId(item.id),
    meta: reviewTag(generation.names),
    extension: [itemTrace(generation.names, [item])],
    code: product(generation, item),
    status: 'active',
    ...filled({ form: doseForm(item), ingredient: strengthOf(generation, item) }),
  };
}

/** Members that have a value: R4 knows no empty lists. */
function filled<T extends object>(members: T): Partial<T> {
  const present = Object.entries(members).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(present) as Partial<T>;
}

function doseForm({ facts }: Item): CodeableConcept | undefined {
  return typeof facts.doseForm === 'string' ? { text: facts.doseForm } : undefined;
}

/** A strength is never a dose. */
function strengthOf(generation: Generation, item: Item): { itemCodeableConcept: CodeableConcept; strength: Ratio }[] {
  const strength = item.facts.strength as Ratio | { value: number; unit: string } | undefined;
  if (!strength) return [];
  const itemCodeableConcept = { text: product(generation, item).text ?? item.name };
  if (!('value' in strength)) return [{ itemCodeableConcept, strength }];
  const share = { numerator: { ...strength, system: UCUM, code: strength.unit }, denominator: { value: 1, system: UCUM, code: '1' } };
  return [{ itemCodeableConcept, strength: share }];
}

function synonyms({ facts }: Item): string[] {
  return [facts.synonyms, facts.abbrev, facts.brand, facts.brandExample].flatMap(strings);
}

/** What the article states, what it titrates to, and the ceilings of the rules: three layers that are never mixed. */
function administrationGuidelines(generation: Generation, item: Item, rules: readonly SafetyRule[]): Guideline[] {
  const { names } = generation;
  const told = (layer: string, stated: readonly Regimen[]): Guideline[] => {
    const dosage = stated.map((regimen) => ({ text: regimen.text, ...markedDosage(names, regimen) }));
    return dosage.length ? [{ dosage: [layered(generation, layer, dosage)] }] : [];
  };
  return [
    ...told(
      'document-stated',
      regimens(item).filter(({ phase }) => phase !== 'target'),
    ),
    ...told(
      'document-target',
      regimens(item).filter(({ phase }) => phase === 'target'),
    ),
    ...rules.flatMap((rule) => ceiling(generation, rule)),
  ];
}

function ceiling(generation: Generation, rule: SafetyRule): Guideline[] {
  const { maxPerDay, words } = rule;
  if (!maxPerDay) return [];
  const numerator = { ...maxPerDay, system: UCUM, code: maxPerDay.unit };
  const maxDosePerPeriod = { numerator, denominator: { value: 1, unit: 'd', system: UCUM, code: 'd' } };
  const [condition = words] = words.split(': ');
  return [
    {
      extension: ruleTraces(generation.names, rule),
      dosage: [layered(generation, 'safety-ceiling', [{ text: words, maxDosePerPeriod }])],
      patientCharacteristics: [{ characteristicCodeableConcept: { text: 'condition' }, value: [condition] }],
    },
  ];
}

function layered({ names }: Generation, code: string, dosage: Dosage[]) {
  return { type: { coding: [{ system: names.canonical('CodeSystem', 'dosage-layer'), code }] }, dosage };
}

/** Medicines of the same group; what protects the stomach belongs to the NSAIDs. */
function relatedMedicines({ resourceId }: Generation, item: Item, all: readonly Item[]): MedicationKnowledgeRelatedMedicationKnowledge[] {
  const { group } = item.facts;
  const partner = group === 'gastroprotection' ? 'nsaid-oral' : group === 'nsaid-oral' ? 'gastroprotection' : undefined;
  const related = (type: string, other: unknown) => {
    const reference = all
      .filter(({ id, facts }) => id !== item.id && typeof other === 'string' && facts.group === other)
      .map(({ id }) => ({ reference: `MedicationKnowledge/${resourceId(id)}` }));
    return reference.length ? [{ type: { text: type }, reference }] : [];
  };
  return [...related('same group', group), ...related('taken together', partner)];
}
