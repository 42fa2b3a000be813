import { describe, expect, test } from '@jest/globals';
import { openCore } from '../../src/definitions/core.ts';
import type { Definitions } from '../../src/fhir/definitions.ts';
import { FhirError } from '../../src/fhir/error.ts';
import type { CodeSystem, FhirResource, ValueSet, ValueSetCompose } from '../../src/fhir/types.ts';
import { createTerminology } from '../../src/terminology/local-terminology.ts';

const core = openCore();
const base = 'http://example.org';
const icd = 'http://hl7.org/fhir/sid/icd-10-cm';
const snomed = 'http://snomed.info/sct';

const spine: CodeSystem = {
  resourceType: 'CodeSystem',
  url: `${base}/spine`,
  status: 'active',
  content: 'complete',
  hierarchyMeaning: 'is-a',
  property: [
    { code: 'parent', type: 'code' },
    { code: 'level', type: 'integer' },
    { code: 'inactive', type: 'boolean' },
  ],
  concept: [
    {
      code: 'spine',
      display: 'Spine',
      concept: [
        { code: 'thoracic', display: 'Thoracic spine', concept: [{ code: 't12', property: [{ code: 'level', valueInteger: 12 }] }] },
        { code: 'lumbar', display: 'Lumbar spine' },
      ],
    },
    {
      code: 'junction',
      display: 'Thoracolumbar junction',
      property: [
        { code: 'parent', valueCode: 'thoracic' },
        { code: 'parent', valueCode: 'lumbar' },
      ],
    },
    { code: 'old', property: [{ code: 'inactive', valueBoolean: true }] },
  ],
};

/** A terminology over R4 and these resources; `put` replaces one. */
function terminologyOf(...resources: (FhirResource & { url?: string })[]) {
  const stored = new Map(resources.map((each) => [each.url ?? '', each]));
  const definitions: Definitions = {
    resolve: async <T extends FhirResource>(canonical: string, type?: string) => {
      const found = stored.get(canonical);
      return (found?.resourceType === type ? found : core.resolve(canonical)) as T | undefined;
    },
  };
  return {
    terminology: createTerminology({ definitions }),
    put: (resource: FhirResource & { url?: string }) => stored.set(resource.url ?? '', resource),
  };
}

const valueSet = (name: string, compose: ValueSetCompose): ValueSet => ({
  resourceType: 'ValueSet',
  url: `${base}/${name}`,
  status: 'active',
  compose,
});

async function codes(compose: ValueSetCompose, ...others: (FhirResource & { url?: string })[]): Promise<string[]> {
  const { terminology } = terminologyOf(spine, valueSet('asked', compose), ...others);
  return (await terminology.expand(`${base}/asked`)).map(({ code }) => code);
}

async function faultOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FhirError);
  return `${(error as FhirError).kind}: ${(error as FhirError).message}`;
}

describe('expand', () => {
  test('lists enumerated codes, with the display of the code system where the value set has none', async () => {
    const { terminology } = terminologyOf(
      spine,
      valueSet('a', { include: [{ system: spine.url, concept: [{ code: 'lumbar' }, { code: 't12', display: 'T12' }] }] }),
    );
    expect(await terminology.expand(`${base}/a`)).toEqual([
      { system: spine.url, code: 'lumbar', display: 'Lumbar spine' },
      { system: spine.url, code: 't12', display: 'T12' },
    ]);
  });

  test('lists codes of a system that is not here where the value set enumerates them', async () => {
    expect(await codes({ include: [{ system: snomed, concept: [{ code: '161891005' }] }] })).toEqual(['161891005']);
  });

  test('lists whole code systems, hierarchies included, without the inactive ones where asked so', async () => {
    expect(await codes({ include: [{ system: spine.url }] })).toEqual(['spine', 'thoracic', 't12', 'lumbar', 'junction', 'old']);
    expect(await codes({ inactive: false, include: [{ system: spine.url }] })).not.toContain('old');
  });

  test('applies filters', async () => {
    const filtered = (property: string, op: string, value: string) =>
      codes({ include: [{ system: spine.url, filter: [{ property, op: op as '=', value }] }] });
    expect(await filtered('concept', 'is-a', 'thoracic')).toEqual(['thoracic', 't12', 'junction']);
    expect(await filtered('concept', 'descendent-of', 'lumbar')).toEqual(['junction']);
    expect(await filtered('concept', 'is-not-a', 'spine')).toEqual(['old']);
    expect(await filtered('concept', 'generalizes', 't12')).toEqual(['spine', 'thoracic', 't12']);
    expect(await filtered('code', 'regex', 't.*|old')).toEqual(['thoracic', 't12', 'old']);
    expect(await filtered('code', 'regex', 'horaci')).toEqual([]);
    expect(await filtered('code', 'in', 'old, lumbar,none')).toEqual(['lumbar', 'old']);
    expect(await filtered('level', '=', '12')).toEqual(['t12']);
    expect(await filtered('level', 'exists', 'true')).toEqual(['t12']);
    expect(await filtered('display', 'regex', '.*spine')).toEqual(['thoracic', 'lumbar']);
  });

  test('several filters hold together, several includes add up without duplicates, excludes take away', async () => {
    const isA = (value: string) => ({ property: 'concept', op: 'is-a' as const, value });
    expect(await codes({ include: [{ system: spine.url, filter: [isA('thoracic'), isA('lumbar')] }] })).toEqual(['junction']);
    expect(
      await codes({
        include: [
          { system: spine.url, filter: [isA('lumbar')] },
          { system: spine.url, concept: [{ code: 'old' }, { code: 'lumbar' }] },
        ],
      }),
    ).toEqual(['lumbar', 'junction', 'old']);
    expect(await codes({ include: [{ system: spine.url }], exclude: [{ system: spine.url, filter: [isA('spine')] }] })).toEqual(['old']);
  });

  test('imports value sets: several in one include are an intersection', async () => {
    const a = valueSet('a', { include: [{ system: spine.url, concept: [{ code: 't12' }, { code: 'old' }] }] });
    const b = valueSet('b', { include: [{ system: spine.url, concept: [{ code: 'old' }, { code: 'lumbar' }] }] });
    expect(await codes({ include: [{ valueSet: [`${base}/a`, `${base}/b`] }] }, a, b)).toEqual(['old']);
    expect(await codes({ include: [{ valueSet: [`${base}/a`] }, { valueSet: [`${base}/b`] }] }, a, b)).toEqual(['t12', 'old', 'lumbar']);
    expect(
      await codes(
        { include: [{ system: spine.url, filter: [{ property: 'concept', op: 'is-a', value: 'spine' }], valueSet: [`${base}/a`] }] },
        a,
      ),
    ).toEqual(['t12']);
  });

  test('lists a stored expansion where there is no definition', async () => {
    const stored: ValueSet = {
      resourceType: 'ValueSet',
      url: `${base}/e`,
      status: 'active',
      expansion: { timestamp: '2024-01-01', contains: [{ abstract: true, display: 'Group', contains: [{ system: snomed, code: '1' }] }] },
    };
    expect(await terminologyOf(stored).terminology.expand(`${base}/e`)).toEqual([{ system: snomed, code: '1' }]);
  });

  test('refuses what it cannot list, naming the part', async () => {
    const { terminology } = terminologyOf(
      spine,
      valueSet('whole', { include: [{ system: snomed }] }),
      valueSet('family', { include: [{ system: icd, filter: [{ property: 'code', op: 'regex', value: 'G40(\\..+)?' }] }] }),
      valueSet('odd', { include: [{ system: spine.url, filter: [{ property: 'colour', op: 'child-of' as '=', value: 'x' }] }] }),
      valueSet('broken', { include: [{ system: spine.url, filter: [{ property: 'code', op: 'regex', value: 'G40(' }] }] }),
      valueSet('outer', { include: [{ valueSet: [`${base}/whole`] }] }),
      valueSet('circle', { include: [{ valueSet: [`${base}/circle`] }] }),
      { resourceType: 'ValueSet', url: `${base}/empty`, status: 'active' },
    );
    const fault = (name: string) => faultOf(terminology.expand(`${base}/${name}`));
    expect(await fault('none')).toBe(`invalid: The value set ${base}/none is not known here; store it, or correct the url.`);
    expect(await fault('whole')).toContain(snomed);
    expect(await fault('family')).toContain(icd);
    expect(await fault('odd')).toContain('colour child-of x');
    expect(await fault('broken')).toContain('regular expression "G40("');
    expect(await fault('outer')).toBe(await fault('whole'));
    expect(await fault('circle')).toContain('imports itself');
    expect(await fault('empty')).toContain('neither compose nor expansion');
  });

  test('sees another version of what it was made from', async () => {
    const set = valueSet('asked', { include: [{ system: spine.url }] });
    const { terminology, put } = terminologyOf(spine, set);
    const first = await terminology.expand(`${base}/asked`);
    expect(await terminology.expand(`${base}/asked`)).toBe(first);
    put({ ...spine, concept: [{ code: 'new' }] });
    expect(await terminology.expand(`${base}/asked`)).toEqual([{ system: spine.url, code: 'new' }]);
    put(valueSet('asked', { include: [{ system: spine.url, concept: [] }] }));
    expect(await terminology.expand(`${base}/asked`)).toEqual([]);
  });
});

describe('contains', () => {
  const family = valueSet('family', {
    include: [{ system: icd, filter: [{ property: 'code', op: 'regex', value: 'G40(\\..+)?' }] }],
    exclude: [{ system: icd, concept: [{ code: 'G40.9' }] }],
  });
  const { terminology } = terminologyOf(
    spine,
    family,
    valueSet('mixed', { include: [{ system: snomed }, { system: spine.url }] }),
    valueSet('below', { include: [{ system: snomed, filter: [{ property: 'concept', op: 'is-a', value: '161891005' }] }] }),
    valueSet('import', { include: [{ valueSet: [`${base}/family`] }, { valueSet: [`${base}/none`] }] }),
  );
  const contains = (name: string, system: string | undefined, code: string) =>
    terminology.contains(`${base}/${name}`, { ...(system && { system }), code });

  test('understands a code family of a system that is not here, the whole code counting', async () => {
    expect(await contains('family', icd, 'G40')).toBe(true);
    expect(await contains('family', icd, 'G40.11')).toBe(true);
    expect(await contains('family', icd, 'G401')).toBe(false);
    expect(await contains('family', icd, 'G40.9')).toBe(false);
    expect(await contains('family', 'http://hl7.org/fhir/sid/icd-10', 'G40')).toBe(false);
    expect(await contains('family', undefined, 'G40')).toBe(true);
  });

  test('tells only what can be told', async () => {
    expect(await contains('mixed', spine.url, 't12')).toBe(true);
    expect(await contains('mixed', snomed, '1')).toBeUndefined();
    expect(await contains('mixed', spine.url, 'x')).toBe(false);
    expect(await contains('below', snomed, '161891005')).toBe(true);
    expect(await contains('below', snomed, '2')).toBeUndefined();
    expect(await contains('import', icd, 'G40')).toBe(true);
    expect(await contains('import', icd, 'A00')).toBeUndefined();
    expect(await contains('none', icd, 'G40')).toBeUndefined();
  });

  test('ends on a regular expression that would take the built-in engine for ever', async () => {
    const slow = terminologyOf(
      valueSet('slow', { include: [{ system: icd, filter: [{ property: 'code', op: 'regex', value: '(a+)+b' }] }] }),
    ).terminology;
    expect(await slow.contains(`${base}/slow`, { system: icd, code: 'a'.repeat(5000) })).toBe(false);
  });

  test('knows the value sets of R4', async () => {
    const status = 'http://hl7.org/fhir/ValueSet/publication-status|4.0.1';
    expect(await terminology.contains(status, { code: 'active' })).toBe(true);
    expect(await terminology.contains(status, { code: 'aktiv' })).toBe(false);
    expect((await terminology.expand(status)).map(({ code }) => code)).toEqual(['draft', 'active', 'retired', 'unknown']);
  });
});

describe('related', () => {
  const { terminology } = terminologyOf(
    spine,
    { ...spine, url: `${base}/loose`, hierarchyMeaning: 'part-of' },
    { ...spine, url: `${base}/part`, content: 'fragment' },
  );
  const related = async (system: string | undefined, code: string, relation: 'above' | 'below') =>
    (await terminology.related({ ...(system && { system }), code }, relation)).map((each) => each.code).sort();

  test('follows nesting and parent properties', async () => {
    expect(await related(spine.url, 'thoracic', 'below')).toEqual(['junction', 't12', 'thoracic']);
    expect(await related(spine.url, 'junction', 'above')).toEqual(['junction', 'lumbar', 'spine', 'thoracic']);
    expect(await related('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'HH', 'above')).toEqual(
      expect.arrayContaining(['HH', '_ActEncounterCode']),
    );
  });

  test('nesting that does not mean subsumption is none', async () => {
    expect(await related(`${base}/loose`, 'spine', 'below')).toEqual(['spine']);
  });

  test('refuses an unknown system, an incomplete one, an unknown code, a code without system', async () => {
    expect(await faultOf(related(snomed, '1', 'below'))).toContain('not');
    expect(await faultOf(related('http://example.org/none', '1', 'below'))).toContain('not known here');
    expect(await faultOf(related(`${base}/part`, 't12', 'below'))).toContain('not all codes');
    expect(await faultOf(related(spine.url, 'x', 'above'))).toContain('has no code "x"');
    expect(await faultOf(related(undefined, 't12', 'above'))).toContain('system|code');
  });
});
