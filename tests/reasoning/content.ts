/** Small content for tests: plans, logic, value sets and activities of a made-up document. */
import type { Definitions } from '../../src/fhir/definitions.ts';
import type {
  ActivityDefinition,
  DataRequirement,
  Extension,
  FhirResource,
  Library,
  PlanDefinition,
  PlanDefinitionAction,
  ValueSet,
  ValueSetComposeInclude,
} from '../../src/fhir/types.ts';

export const BASE = 'https://ramus.example.org/fhir';
export const ICD = 'http://hl7.org/fhir/sid/icd-10-cm';
export const SNOMED = 'http://snomed.info/sct';
export const LOINC = 'http://loinc.org';
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
export const ATC = 'http://www.whocc.no/atc';
export const UCUM = 'http://unitsofmeasure.org';
const CONTENT = `${BASE}/CodeSystem/toy-content`;
const DATA = 'http://hl7.org/fhir/StructureDefinition/cqf-fhirQueryPattern';

export const canonical = (type: string, id: string) => `${BASE}/${type}/${id}|1.0.0`;
const stamp = (type: string, id: string) => ({ id, url: `${BASE}/${type}/${id}`, version: '1.0.0', status: 'draft' as const });

export function plan(id: string, action: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}): PlanDefinition {
  return {
    resourceType: 'PlanDefinition',
    ...stamp('PlanDefinition', id),
    title: id,
    library: [canonical('Library', 'toy-logic')],
    action,
    ...more,
  };
}

/** An entry plan: its actions are cards. */
export function entry(id: string, hook: string, cards: PlanDefinitionAction[], more: Partial<PlanDefinition> = {}): PlanDefinition {
  return plan(
    id,
    cards.map((card) => ({ ...card, trigger: [{ type: 'named-event', name: hook }] })),
    {
      extension: [{ url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled', valueBoolean: true }],
      description: `Entry plan of ${hook}.`,
      publisher: 'Toy project',
      ...more,
    },
  );
}

export function rule(
  id: string,
  expression: string,
  action: PlanDefinitionAction[] = [],
  more: Partial<PlanDefinitionAction> = {},
): PlanDefinitionAction {
  return {
    id,
    title: `Rule ${id}`,
    condition: [{ kind: 'applicability', expression: { description: `words of ${id}`, language: 'text/fhirpath', expression } }],
    ...(action.length > 0 && { action }),
    ...more,
  };
}

export function item(code: string, definition?: string, more: Partial<PlanDefinitionAction> = {}): PlanDefinitionAction {
  return {
    id: code,
    title: `Item ${code}`,
    code: [{ coding: [{ system: CONTENT, code }] }],
    ...(definition && { definitionCanonical: canonical('ActivityDefinition', definition) }),
    ...more,
  };
}

export function safety(id: string, expression: string, severity: string, affects: string[]): PlanDefinitionAction {
  const parts: Extension[] = [
    { url: 'severity', valueCode: severity },
    ...affects.map((each) => ({ url: 'affects', valueCanonical: canonical('ActivityDefinition', each) })),
  ];
  return { ...rule(id, expression), extension: [{ url: `${BASE}/StructureDefinition/safety-rule`, extension: parts }] };
}

export function suggestWhen(expression: string): Extension {
  return { url: `${BASE}/StructureDefinition/suggest-when`, valueExpression: { language: 'text/fhirpath', expression } };
}

export function activity(
  id: string,
  kind: ActivityDefinition['kind'],
  topic: string,
  more: Partial<ActivityDefinition> = {},
): ActivityDefinition {
  return {
    resourceType: 'ActivityDefinition',
    ...stamp('ActivityDefinition', id),
    title: `Activity ${id}`,
    topic: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/definition-topic', code: topic }] }],
    kind,
    intent: 'proposal',
    code: { text: id },
    ...more,
  };
}

export function valueSet(id: string, name: string, ...include: ValueSetComposeInclude[]): ValueSet {
  return { resourceType: 'ValueSet', ...stamp('ValueSet', id), name, compose: { include } };
}

export const codes = (system: string, ...list: string[]): ValueSetComposeInclude => ({ system, concept: list.map((code) => ({ code })) });
export const family = (system: string, value: string): ValueSetComposeInclude => ({
  system,
  filter: [{ property: 'code', op: 'regex', value }],
});

export function library(
  named: Readonly<Record<string, string>>,
  valueSets: readonly string[],
  queries: Readonly<Record<string, string>> = {},
): Library {
  return {
    resourceType: 'Library',
    ...stamp('Library', 'toy-logic'),
    type: { text: 'logic-library' },
    extension: Object.entries(named).map(([name, expression]) => ({
      url: `${BASE}/StructureDefinition/named-expression`,
      valueExpression: { name, language: 'text/fhirpath', expression },
    })),
    relatedArtifact: valueSets.map((id) => ({ type: 'depends-on', resource: canonical('ValueSet', id) })),
    dataRequirement: Object.entries(queries).map(([id, query]) => ({
      id,
      type: (query.split(/[/?]/)[0] ?? '') as DataRequirement['type'],
      extension: [{ url: DATA, valueString: query }],
    })),
  };
}

export function definitionsOf(...resources: FhirResource[]): Definitions {
  return {
    resolve: async <T extends FhirResource>(asked: string) => {
      const [url, version] = asked.split('|');
      return resources.find((each) => {
        const its = each as { url?: string; version?: string };
        return its.url === url && (!version || its.version === version);
      }) as T | undefined;
    },
  };
}
