/** What the inventory tells about a medicine beside its dose. */
import type {
  CodeableConcept,
  Extension,
  MedicationKnowledgeDrugCharacteristic,
  MedicationKnowledgeMedicineClassification,
} from '../../fhir/types.ts';
import { regimens } from './dosage.ts';
import type { Generation } from './generation.ts';
import type { Item } from './source-tables.ts';
import { trace } from './trace.ts';

/** Words of the inventory for a route, and the concept of the code table. */
const ROUTES: Readonly<Record<string, string>> = {
  oral: 'route-oral',
  topical: 'route-topical',
  'topical (skin)': 'route-topical',
  intravenous: 'route-intravenous',
  subcutaneous: 'route-subcutaneous',
  'intra-articular': 'route-intra-articular',
};

/** Routes of the regimens, and one that is stated without a regimen; an inferred one is marked. */
export function intendedRoutes(generation: Generation, item: Item): CodeableConcept[] {
  const { route } = item.facts;
  const stated = new Set(regimens(item).flatMap(({ dosage }) => dosage.route?.text ?? []));
  if (typeof route === 'string') stated.add(route);
  const inferred = new Set(regimens(item).flatMap(({ routeInferred }) => routeInferred?.text ?? []));
  const mark = trace(generation.names, { layer: 'project', note: 'the article states no route' });
  return [
    ...[...stated].map((text) => routeConcept(generation, text)),
    ...[...inferred].filter((text) => !stated.has(text)).map((text) => routeConcept(generation, text, mark)),
  ];
}

function routeConcept({ sources }: Generation, text: string, mark?: Extension): CodeableConcept {
  const row = sources.codes.find(({ concept, match }) => concept === ROUTES[text] && match === 'exact');
  const coding = row && { system: row.system, code: row.code, display: row.display.replace(/ \([a-z ]+\)$/, '') };
  return { ...(mark && { extension: [mark] }), ...(coding && { coding: [coding] }), text };
}

export function medicineClassifications({ names, sources }: Generation, { facts }: Item): MedicationKnowledgeMedicineClassification[] {
  const told = (type: string, value: unknown): MedicationKnowledgeMedicineClassification[] => {
    const classification = strings(value).map((text) => ({ text }));
    return classification.length ? [{ type: { text: `${type} according to the article` }, classification }] : [];
  };
  return [
    ...groupOf(
      facts.group,
      names.canonical('CodeSystem', 'drug-group'),
      sources.codeSystems.find(({ id }) => id === 'drug-group')?.concepts,
    ),
    ...told('class', facts.drugClass),
    ...told('mechanism', facts.mechanism),
    ...subclass(facts.subclass, trace(names, { layer: 'overlay', citation: '(memory)' })),
  ];
}

function groupOf(
  group: unknown,
  system: string,
  displays: Readonly<Record<string, unknown>> = {},
): MedicationKnowledgeMedicineClassification[] {
  if (typeof group !== 'string') return [];
  const display = displays[group];
  const coding = { system, code: group, ...(typeof display === 'string' && { display }) };
  return [{ type: { text: 'group' }, classification: [{ coding: [coding] }] }];
}

/** The inventory says in brackets that the article does not tell it. */
function subclass(value: unknown, mark: Extension): MedicationKnowledgeMedicineClassification[] {
  return strings(value).map((text) => ({
    extension: [mark],
    type: { text: 'subclass' },
    classification: [{ text: text.replace(/ \(subclass from memory.*\)$/, '') }],
  }));
}

/** Member of the inventory to code of `drug-fact`. */
const FACTS: Readonly<Record<string, string>> = {
  purpose: 'purpose',
  advantage: 'advantage',
  onset: 'onset',
  effect: 'effect',
  potency: 'effect',
  context: 'purpose',
  course: 'course',
  sideEffects: 'side-effect',
  notStated: 'not-stated',
};

export function drugCharacteristics({ names }: Generation, { facts }: Item): MedicationKnowledgeDrugCharacteristic[] {
  const system = names.canonical('CodeSystem', 'drug-fact');
  return Object.entries(FACTS).flatMap(([member, code]) =>
    strings(facts[member]).map((valueString) => ({ type: { coding: [{ system, code }] }, valueString })),
  );
}

export function strings(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((entry) => typeof entry === 'string');
}
