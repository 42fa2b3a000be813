/** FHIRPath in the content: every expression compiles, and every `%name` in it means something where it stands. */
import { parseCanonical } from '../../fhir/canonical.ts';
import type { Expression, FhirResource, Library } from '../../fhir/types.ts';
import { compile } from '../../fhirpath/expression.ts';
import { typedElements } from '../../fhirpath/typed-elements.ts';
import type { ContentFile } from '../read.ts';
import { libraryNames } from './names.ts';

/** What FHIRPath itself, R4 and SDC define. */
const STANDARD = ['resource', 'rootResource', 'context', 'ucum', 'sct', 'loinc', 'questionnaire', 'qitem'];
/** What the engine binds when it applies a plan. */
const DATA = [
  ...['patient', 'conditions', 'triggering', 'observations', 'medications', 'allergies', 'devices', 'procedures', 'responses'],
  ...['unavailable', 'offered', 'itemCodes'],
];
/** Members that hold FHIRPath without being of type Expression. */
const TEXTS = /^(SearchParameter\.(expression|component\[\d+\]\.expression)|StructureDefinition\..*\.constraint\[\d+\]\.expression)$/;

interface Place {
  readonly expression: string;
  readonly text: string;
}

export function expressionFaults(files: readonly ContentFile[]): string[] {
  const libraries = new Map(files.flatMap(({ resource }) => (resource.resourceType === 'Library' ? [[resource.url ?? '', resource]] : [])));
  const names = new Map([...libraries].map(([url, library]) => [url, libraryNames(library, files)]));
  const own = files.flatMap(({ path, resource }) =>
    (resource.resourceType === 'Library' ? (names.get(resource.url ?? '')?.faults ?? []) : []).map((fault) => `${path}: ${fault}.`),
  );
  return [
    ...own,
    ...files.flatMap(({ path, resource }) => {
      const known = new Set([
        ...STANDARD,
        ...DATA,
        ...ownNames(resource),
        ...librariesOf(resource).flatMap((url) => [...(names.get(url)?.defined.keys() ?? [])]),
      ]);
      return places(resource).flatMap((place) => faultsOf(place, known).map((fault) => `${path}: ${fault}`));
    }),
  ];
}

function faultsOf({ expression, text }: Place, known: ReadonlySet<string>): string[] {
  try {
    const unknown = [...compile(text).variables].filter((name) => !known.has(name) && !/^(vs|ext)-/.test(name));
    return unknown.map((name) => `${expression} names %${name}, which nothing defines there.`);
  } catch (error) {
    return [`${expression}: ${error instanceof Error ? error.message : 'it does not compile.'}`];
  }
}

function places(resource: FhirResource): Place[] {
  return [...typedElements(resource)].flatMap(({ expression, type, value }) => {
    if (typeof value === 'string') return TEXTS.test(expression) ? [{ expression, text: value }] : [];
    const { language, expression: text } = type === 'Expression' ? (value as Expression) : { language: '', expression: undefined };
    return language === 'text/fhirpath' && text !== undefined ? [{ expression, text }] : [];
  });
}

function librariesOf(resource: FhirResource): string[] {
  const { url, library = [] } = resource as Library & { library?: string[] };
  return resource.resourceType === 'Library' ? [url ?? ''] : library.map((canonical) => parseCanonical(canonical).url);
}

/** Names that a Questionnaire gives: its variables and what it is launched with. */
function ownNames(resource: FhirResource): string[] {
  return [...typedElements(resource)].flatMap(({ type, value }) => {
    if (type !== 'Extension') return [];
    const {
      url = '',
      valueExpression,
      extension = [],
    } = value as {
      url?: string;
      valueExpression?: Expression;
      extension?: { url: string; valueCoding?: { code?: string }; valueId?: string }[];
    };
    if (/\/StructureDefinition\/variable$/.test(url)) return valueExpression?.name ?? [];
    if (!/launchContext$/.test(url)) return [];
    return extension.flatMap((part) => (part.url === 'name' ? (part.valueCoding?.code ?? part.valueId ?? []) : []));
  });
}
