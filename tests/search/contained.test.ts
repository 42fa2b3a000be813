import { describe, expect, test } from '@jest/globals';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { replaceConcepts } from '../../src/search/concepts.ts';
import { containsKey } from '../../src/search/contained.ts';
import { createContainedMatcher } from '../../src/search/contained-matches.ts';
import { indexEntries } from '../../src/search/index-entries.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import type { Condition } from '../../src/search/query.ts';
import { coreRegistry } from './core-registry.ts';
import { NOW, parse, refused } from './finder.ts';
import { createOracle } from './oracle.ts';
import { createRandom } from './random.ts';
import { randomArtifacts } from './random-artifacts.ts';
import { FORMS, type RandomQuery, randomQueries } from './random-queries.ts';
import { resolveConcepts } from './random-terminology.ts';

const SEED = Number(process.env.SEARCH_SEED ?? 20260314);
const QUERIES = Number(process.env.SEARCH_QUERIES ?? 300);

const registry = coreRegistry();
const ask = (query: string) => parse('Observation', query, registry);

describe('146: what asks for contained resources', () => {
  test.each([
    ['_contained=false', undefined],
    ['_contained=true', { withRows: false, as: 'container' }],
    ['_contained=both', { withRows: true, as: 'container' }],
    ['_contained=true&_containedType=container', { withRows: false, as: 'container' }],
    ['_contained=both&_containedType=contained&_sort=-_lastUpdated', { withRows: true, as: 'contained' }],
  ])('%s', (query, contained) => {
    expect(ask(query).contained).toEqual(contained);
  });

  test.each([
    '_contained=yes',
    '_contained=true&_contained=true',
    '_contained=true&_containedType=both',
    '_containedType=contained',
    '_contained=false&_containedType=container',
    '_contained=true&_sort=date',
    '_contained=true&_sort=_lastUpdated',
    '_contained=true&_include=Observation:subject',
    '_contained=both&_revinclude=Observation:subject',
    '_contained=true&subject.name=a',
    '_contained=both&_has:Observation:has-member:status=final',
    '_contained=true&_list=a',
    '_contained=true&_filter=not (subject.name eq a)',
    '_contained=true&_elements=nothing',
    '_contained=true&_containedType=contained&_elements=title',
  ])('%s is refused with a sentence', (query) => {
    const { kind, message } = refused(() => ask(query));
    expect([kind, message]).toEqual(['invalid', expect.stringMatching(/^[A-Z"].*\.$/)]);
  });

  test('all types, and several, cannot be asked at once', () => {
    expect(refused(() => parse(undefined, '_contained=true', registry)).kind).toBe('invalid');
    expect(refused(() => parse(undefined, '_type=Patient,Observation&_contained=true', registry)).kind).toBe('invalid');
    expect(parse(undefined, '_type=Patient&_contained=true', registry).contained).toBeDefined();
  });

  test('a container may have other elements than the type that is asked for', () => {
    expect(ask('_contained=true&_elements=title').elements).toEqual(['title']);
  });

  test('a paging token of one form is none of another', () => {
    const forms = ['', '_contained=true', '_contained=both', '_contained=true&_containedType=contained'];
    expect(new Set(forms.map((form) => ask(`status=final&${form}`).fingerprint)).size).toBe(4);
  });
});

test('146: a reference inside of the container leads to what stands beside', () => {
  const contained = [
    { resourceType: 'Patient', id: 'p' },
    { resourceType: 'Observation', id: 'o', subject: { reference: '#p' } },
    { resourceType: 'Observation', id: 'q', subject: { reference: '#o' } },
  ];
  const container = { resourceType: 'Basic', contained } as unknown as FhirResource;
  const inside = (query: string) =>
    createContainedMatcher({ type: 'Observation', where: ask(query).query.where, registry }).inside(container, '2026-03-01T10:20:30.123Z');
  expect(inside('_contained=true&patient:missing=false')).toEqual([1]);
  expect(inside('_contained=true&subject:missing=false')).toEqual([1, 2]);
});

describe('146: the index of what contains what', () => {
  const containing = (contained: unknown) =>
    indexEntries({ resourceType: 'Observation', id: '1', contained } as unknown as FhirResource, registry).keys;

  test('has the type of each contained resource, once', () => {
    const keys = containing([{ resourceType: 'Patient', id: 'a' }, { resourceType: 'Patient', id: 'b' }, { resourceType: 'Device' }]);
    expect(keys).toEqual([containsKey('Patient'), containsKey('Device')]);
  });

  test('is of resources that can contain others alone', () => {
    const contained = [{ resourceType: 'Patient', id: 'a' }];
    expect(indexEntries({ resourceType: 'Bundle', id: '1', contained } as unknown as FhirResource, registry).keys).toEqual([]);
  });

  test('takes nothing from what is no list of resources', () => {
    for (const contained of [undefined, null, {}, 'Patient', [null, 1, 'Patient', [], {}, { resourceType: 7 }, { resourceType: '' }]]) {
      expect(containing(contained)).toEqual([]);
    }
  });

  test('has a part in the hash of every type that can contain others, and of no other', () => {
    expect(registry.fingerprints('Observation')).toHaveProperty('_contained');
    for (const type of ['Bundle', 'Binary', 'Parameters'] as const) expect(registry.fingerprints(type)).not.toHaveProperty('_contained');
  });

  test('is not searched before it is complete for all types', () => {
    const indexing = { ...registry, pending: (type: ResourceType) => new Set(type === 'Goal' ? ['_contained'] : []) };
    const { kind, message } = refused(() => parse('Observation', '_contained=both', indexing));
    expect([kind, message]).toEqual(['not-supported', expect.stringMatching(/"_contained" of Goal is being indexed/)]);
    expect(parse('Observation', '_contained=false&status=final', indexing).contained).toBeUndefined();
  });
});

describe(`146: ${QUERIES} random searches among contained resources, seed ${SEED}`, () => {
  const random = createRandom(SEED);
  const pool = randomArtifacts(SEED + 1, 400).map(({ contained: _, ...each }: FhirResource & { contained?: unknown }) => each);
  const containers = randomArtifacts(SEED, 200).map((container, i) => {
    const own = (container as { contained?: readonly FhirResource[] }).contained ?? [];
    const more = random.several(0, 3, () => ({ ...random.pick(pool), id: `c${random.below(20)}` }));
    const lastUpdated = new Date(Date.UTC(2026, 1, 20, 10, 20, 30, 123) + i * 3_600_000).toISOString();
    return { resource: { ...container, contained: [...own, ...more] } as FhirResource & { contained: FhirResource[] }, lastUpdated };
  });
  const contained = containers.flatMap(({ resource }) => resource.contained);
  // a reference inside of the container is resolved in it, so the oracle is shown what stands beside
  const rows = containers.flatMap(({ resource, lastUpdated }, i) =>
    resource.contained.map((each, place) => ({
      name: `${i}#${place}`,
      type: each.resourceType,
      oracle: createOracle([{ resource: { ...each, contained: resource.contained } as FhirResource, lastUpdated }], NOW),
    })),
  );
  const covered = new Map<string, number>();
  let hits = 0;

  test('find what FHIRPath over the contained resources finds', async () => {
    const wrong: unknown[] = [];
    for (const asked of randomQueries(SEED, QUERIES, contained)) {
      const { type, query, covers } = asked;
      const found = await search(asked);
      if (!found) continue;
      const expected = rows.filter((row) => row.type === type && row.oracle.find(type, query).length > 0).map(({ name }) => name);
      if (found.join() !== expected.join()) wrong.push({ seed: SEED, type, query, found, expected });
      if (expected.length > 0) hits++;
      for (const form of covers) covered.set(form, (covered.get(form) ?? 0) + 1);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('reach every type and modifier, and mostly find something', () => {
    const rare = FORMS.filter((form) => form !== 'chain' && form !== 'has' && (covered.get(form) ?? 0) < (8 * QUERIES) / 1000);
    expect(rare).toEqual([]);
    expect(hits / QUERIES).toBeGreaterThan(0.4);
  });

  /** Undefined for a search that leads beyond the container. */
  async function search({ type, query, covers }: RandomQuery) {
    const given = { types: [type], query: [...query, ['_contained', 'true'] as const], registry, now: NOW };
    const leads = covers.some((form) => form === 'chain' || form === 'has');
    if (leads || (covers.includes('filter') && leadsBeyond(parseQuery({ ...given, query }).query.where))) {
      expect(refused(() => parseQuery(given)).message).toMatch(/^No chain/);
      return undefined;
    }
    const where = await replaceConcepts(parseQuery(given).query.where, resolveConcepts);
    const matcher = createContainedMatcher({ type, where, registry });
    return containers.flatMap(({ resource, lastUpdated }, i) => {
      const places = matcher.inside(resource, lastUpdated);
      if (places.length > 0) expect(indexEntries(resource, registry).keys).toContain(containsKey(type));
      return places.map((place) => `${i}#${place}`);
    });
  }
});

function leadsBeyond(condition: Condition): boolean {
  return /"kind":"refer(s|red)"/.test(JSON.stringify(condition));
}
