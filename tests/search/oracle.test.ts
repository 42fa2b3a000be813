import { describe, expect, test } from '@jest/globals';
import { replaceConcepts } from '../../src/search/concepts.ts';
import { matches } from '../../src/search/matches.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { coreRegistry } from './core-registry.ts';
import { NOW, rowOf } from './finder.ts';
import { createOracle } from './oracle.ts';
import { randomArtifacts } from './random-artifacts.ts';
import { FORMS, randomQueries } from './random-queries.ts';
import { resolveConcepts } from './random-terminology.ts';

const SEED = Number(process.env.SEARCH_SEED ?? 20260314);
const QUERIES = Number(process.env.SEARCH_QUERIES ?? 2000);

const registry = coreRegistry();
const artifacts = randomArtifacts(SEED, 300);
const written = (i: number) => new Date(Date.UTC(2026, 1, 20, 10, 20, 30, 123) + i * 3_600_000).toISOString();
const rows = artifacts.map((resource, i) => rowOf(resource, registry, written(i)));
const oracle = createOracle(
  artifacts.map((resource, i) => ({ resource, lastUpdated: written(i) })),
  NOW,
);

describe(`${QUERIES} random searches, seed ${SEED}`, () => {
  const queries = randomQueries(SEED, QUERIES, artifacts);
  const covered = new Map<string, number>();
  let hits = 0;

  test('find what FHIRPath over the raw resources finds', async () => {
    const wrong: unknown[] = [];
    for (const { type, query, covers } of queries) {
      const parsed = parseQuery({ types: [type], query, registry, now: NOW });
      const where = await replaceConcepts(parsed.query.where, resolveConcepts);
      const of = (each: string) => rows.filter((row) => row.type === each);
      const found = of(type)
        .filter((row) => matches(where, row, of))
        .map(({ id }) => id);
      const expected = oracle.find(type, query);
      if (found.join() !== expected.join()) wrong.push({ seed: SEED, type, query, found, expected });
      if (expected.length > 0) hits++;
      for (const form of covers) covered.set(form, (covered.get(form) ?? 0) + 1);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('reach every type and modifier often enough, and mostly find something', () => {
    const rare = FORMS.filter((form) => (covered.get(form) ?? 0) < (30 * QUERIES) / 2000);
    expect(rare).toEqual([]);
    expect(hits / QUERIES).toBeGreaterThan(0.55);
  });
});
