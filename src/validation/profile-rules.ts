/** Invariants that a profile adds (https://hl7.org/fhir/R4/conformance-rules.html#constraints), where they stand on no slice. */
import type { ElementDefinition, ElementDefinitionConstraint, StructureDefinition } from '../fhir/types.ts';
import { isObject, type Json } from './findings.ts';
import type { Remark } from './invariants.ts';
import { keepsRule } from './second-opinion.ts';

const MOST_PLACES = 1000;

/** Rules of the profile that the resource breaks. @param base the type that the profile constrains: its rules are judged elsewhere */
export function brokenRules(resource: Json, profile: StructureDefinition, base: StructureDefinition | undefined): readonly Remark[] {
  const known = new Set((base?.snapshot?.element ?? []).flatMap(({ constraint }) => constraint ?? []).map(({ key }) => key));
  return (profile.snapshot?.element ?? []).flatMap((element) => {
    const own = (element.constraint ?? []).filter(({ key }) => !known.has(key) && key !== 'ele-1' && key !== 'ext-1');
    if (own.length === 0 || element.id?.includes(':')) return [];
    return placesOf(resource, element).flatMap((place) => own.flatMap((rule) => judge(resource, place, rule)));
  });
}

function judge(
  resource: Json,
  expression: string,
  { key, expression: rule, human, severity }: ElementDefinitionConstraint,
): readonly Remark[] {
  if (!rule) return [];
  const keeps = keepsRule(resource, expression, rule, 'in-element');
  if (keeps) return [];
  const text = keeps === undefined ? `${human} (its expression cannot be evaluated on this resource)` : human;
  return [{ expression, text, key, severity: keeps === undefined ? 'warning' : severity }];
}

/** Where an element stands in a resource: `Patient.name[0].period`; none where it is absent. */
function placesOf(resource: Json, { path }: ElementDefinition): readonly string[] {
  const [root = '', ...names] = path.split('.');
  let places: { readonly place: string; readonly value: unknown }[] = [{ place: root, value: resource }];
  for (const name of names) {
    places = places
      .flatMap(({ place, value }) => below(value, name).map(([at, each]) => ({ place: `${place}.${at}`, value: each })))
      .slice(0, MOST_PLACES);
  }
  return places.map(({ place }) => place);
}

function below(value: unknown, name: string): readonly [string, unknown][] {
  if (!isObject(value)) return [];
  const stem = name.replace('[x]', '');
  const isChoice = stem !== name;
  const members = Object.keys(value).filter((member) =>
    isChoice ? member.startsWith(stem) && /^[A-Z]/.test(member.slice(stem.length)) : member === name,
  );
  return members.flatMap((member) => {
    const found = value[member];
    return Array.isArray(found)
      ? found.map((each, index): [string, unknown] => [`${stem}[${index}]`, each])
      : [[stem, found] as [string, unknown]];
  });
}
