import { describe, expect, test } from '@jest/globals';
import { canonicalLinks } from '../../src/content/canonical-links.ts';
import type { Extension, FhirResource, StructureDefinition } from '../../src/fhir/types.ts';
import { compile, evaluate } from '../../src/fhirpath/expression.ts';
import { documentFolders, objects, profiles, readFolder, resourcesOf } from './folders.ts';

const DRAFT = [
  'PlanDefinition',
  'ActivityDefinition',
  'Questionnaire',
  'Library',
  'ValueSet',
  'CodeSystem',
  'ConceptMap',
  'StructureDefinition',
  'SearchParameter',
];

describe.each([...documentFolders, 'profiles'])('%s', (name) => {
  const { files, faults } = name === 'profiles' ? profiles : readFolder(name);
  const all = name === 'profiles' ? files : [...files, ...profiles.files];
  const canonicals = new Set(
    all.map(({ resource }) => `${(resource as { url?: string }).url}|${(resource as { version?: string }).version}`),
  );
  const urls = new Set([...canonicals].map((canonical) => canonical.split('|')[0]));

  test('can be read as a content folder', () => {
    expect(faults).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
  });

  test('has no null, no empty object, list or text', () => {
    const empty = [...objects(files)].flatMap(({ place, value }) =>
      Object.entries(value)
        .filter(([, child]) => child === null || child === '' || (typeof child === 'object' && Object.keys(child).length === 0))
        .map(([member]) => `${place}.${member}`),
    );
    expect(empty).toEqual([]);
  });

  test('links to its own resources by url and version, and each link leads somewhere', () => {
    const wrong = files.flatMap(({ path, resource }) =>
      canonicalLinks(resource)
        .filter(({ canonical }) => urls.has(canonical.split('|')[0] ?? '') || canonical.startsWith('https://ramus.example.org/'))
        .filter(({ canonical }) => !canonicals.has(canonical))
        .map(({ expression, canonical }) => `${path}: ${expression} ${canonical}`),
    );
    expect(wrong).toEqual([]);
  });

  test('refers only to resources that it has', () => {
    const own = new Set(files.map(({ type, id }) => `${type}/${id}`));
    const references = [...objects(files)].flatMap(({ place, value }) => {
      const { reference } = value as { reference?: unknown };
      return typeof reference === 'string' ? [{ place, reference }] : [];
    });
    expect(references.filter(({ reference }) => !own.has(reference))).toEqual([]);
  });

  test('is marked as not reviewed', () => {
    const unmarked = files.filter(({ type, resource }) => !isMarked(type, resource)).map(({ path }) => path);
    expect(unmarked).toEqual([]);
  });

  test('has only extensions that are defined, and they keep their invariants', () => {
    const definitions = new Map(resourcesOf(profiles.files, 'StructureDefinition').map((definition) => [definition.url, definition]));
    const broken = [...objects(files)].flatMap(({ place, value }) => {
      const extension = value as Extension;
      if (typeof extension.url !== 'string' || !extension.url.startsWith('https://ramus.example.org/fhir/StructureDefinition/')) return [];
      if ('resourceType' in extension) return [];
      const definition = definitions.get(extension.url);
      return definition
        ? brokenInvariants(definition, extension).map((key) => `${place}: ${key}`)
        : [`${place}: ${extension.url} is not defined`];
    });
    expect(broken).toEqual([]);
  });

  test('carries a trace on every resource', () => {
    const untraced = files.filter(({ resource }) => !traces(resource).length).map(({ path }) => path);
    expect(untraced).toEqual([]);
  });

  test('has expressions that compile', () => {
    const faults = [...objects(files)].flatMap(({ place, value }) => {
      const { language, expression } = value as { language?: unknown; expression?: unknown };
      if (language !== 'text/fhirpath' || typeof expression !== 'string') return [];
      try {
        compile(expression);
        return [];
      } catch (error) {
        return [`${place}: ${error instanceof Error ? error.message : error}`];
      }
    });
    expect(faults).toEqual([]);
  });

  test('has no overlay without its source or a note; a plan as a whole has those of its rules', () => {
    const bare = [...objects(files)].filter(({ value }) => {
      const { url, extension = [] } = value as Extension;
      if (!url?.endsWith('/StructureDefinition/trace')) return false;
      const isOverlay = extension.some((part) => part.url === 'layer' && part.valueCode === 'overlay');
      return isOverlay && !extension.some((part) => part.url === 'source' || part.url === 'note');
    });
    const unsourced = bare.filter(({ place }) => !/\/PlanDefinition\/[^/]+\.json\.extension\.\d+$/.test(place));
    expect(unsourced.map(({ place }) => place)).toEqual([]);
  });
});

function isMarked(type: string, resource: FhirResource): boolean {
  const { status, experimental, meta } = resource as {
    status?: string;
    experimental?: boolean;
    meta?: { tag?: { system?: string; code?: string }[] };
  };
  if (DRAFT.includes(type)) return status === 'draft' && experimental === true;
  return (meta?.tag ?? []).some(
    ({ system, code }) => system === 'https://ramus.example.org/fhir/CodeSystem/review' && code === 'not-clinically-reviewed',
  );
}

function traces(resource: FhirResource): Extension[] {
  const { extension = [] } = resource as { extension?: Extension[] };
  return extension.filter(({ url }) => url === 'https://ramus.example.org/fhir/StructureDefinition/trace');
}

/** Keys of the invariants of the definition's root that an extension does not keep. */
function brokenInvariants(definition: StructureDefinition, extension: Extension): string[] {
  const [root] = definition.snapshot?.element ?? [];
  const own = (root?.constraint ?? []).filter(({ key }) => !['ele-1', 'ext-1'].includes(key));
  return own.filter(({ expression = 'true' }) => evaluate(compile(expression, 'Extension'), extension)[0] !== true).map(({ key }) => key);
}
