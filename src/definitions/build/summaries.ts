/** Which elements of a resource type are summary, mandatory or modifier (https://hl7.org/fhir/R4/search.html#summary). */
import type { ElementDefinition, StructureDefinition } from '../../fhir/types.ts';
import type { StoredSummary } from '../summary.ts';

/** JSON paths below the resource, `title` or `link.other`; a choice stands under each of its JSON names. */
export function summarize(definition: StructureDefinition): StoredSummary {
  const elements = (definition.snapshot?.element ?? []).slice(1);
  const named = elements.map((element) => ({ element, paths: jsonPaths(element) }));
  const pick = (test: (element: ElementDefinition) => boolean) =>
    named.filter(({ element }) => test(element)).flatMap(({ paths }) => paths);
  const summary = pick(({ isSummary }) => isSummary === true);
  return {
    summary: summary.filter((path) => !path.includes('.') || summary.includes(path.slice(0, path.lastIndexOf('.')))),
    mandatory: pick(({ min }) => (min ?? 0) > 0),
    modifier: pick(({ isModifier }) => isModifier === true),
    elements: pick(({ path }) => path.split('.').length === 2),
    choices: Object.fromEntries(
      named
        .filter(({ element }) => element.path.endsWith('[x]') && element.path.split('.').length === 2)
        .map(({ element, paths }) => [below(element.path).slice(0, -3), paths]),
    ),
  };
}

function jsonPaths({ path, type }: ElementDefinition): readonly string[] {
  const name = below(path);
  if (!name.endsWith('[x]')) return [name];
  return (type ?? []).map(({ code }) => `${name.slice(0, -3)}${code.charAt(0).toUpperCase()}${code.slice(1)}`);
}

function below(path: string): string {
  return path.slice(path.indexOf('.') + 1);
}
