/**
 * A store's searches against the pure `matches`: random searches over random resources, in random orders and pages.
 * For long runs by hand: SEARCH_QUERIES=100000 SEARCH_SEED=7.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { replaceConcepts } from '../../src/search/concepts.ts';
import type { RangeValue } from '../../src/search/entries.ts';
import { matches, type Row } from '../../src/search/matches.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import type { Condition, Cursor, SearchQuery, SortKey } from '../../src/search/query.ts';
import { contentIndex } from '../../src/storage/change.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import { coreRegistry } from '../search/core-registry.ts';
import { NOW, rowOf } from '../search/finder.ts';
import { createRandom, type Random } from '../search/random.ts';
import { randomArtifacts } from '../search/random-artifacts.ts';
import { type RandomQuery, randomQueries } from '../search/random-queries.ts';
import { resolveConcepts } from '../search/random-terminology.ts';
import type { Open, Opened } from './opened.ts';

const SEED = Number(process.env.SEARCH_SEED ?? 20260314);
const QUERIES = Number(process.env.SEARCH_QUERIES ?? 2000);

/** @param share - how many of the searches are made */
export function searchesAgree(name: string, open: Open, share = 1, seed = SEED): void {
  const count = QUERIES * share;
  describe(`${name}: ${count} random searches, seed ${seed}`, () => {
    const registry = coreRegistry();
    const artifacts = randomArtifacts(seed, 300);
    // several at one time, so that ids decide
    const written = (i: number) => new Date(Date.UTC(2026, 1, 20, 10, 20, 30, 123) + Math.floor(i / 3) * 10_800_000).toISOString();
    const rows = artifacts.map((resource, i) => rowOf(resource, registry, written(i)));
    let opened: Opened;

    beforeAll(async () => {
      opened = await open();
      const versions = artifacts.map(({ resourceType: type, id = '' }, i) => ({
        type,
        id,
        versionId: 1,
        lastUpdated: written(i),
        method: 'PUT' as const,
      }));
      await opened.upkeep.importVersions(versions.map((version) => ({ ...version, json: Buffer.from('{}') })));
      const indexed = artifacts.map(
        (value, i) => ({ ...versions[i], ...contentIndex(value, registry) }) as Parameters<typeof opened.upkeep.reindex>[0][0],
      );
      expect(await opened.upkeep.reindex(indexed)).toBe(artifacts.length);
    });
    afterAll(() => opened.close());

    test(
      'find the same rows in the same order, whatever the size of the pages, and count them',
      async () => {
        const random = createRandom(seed);
        const wrong: unknown[] = [];
        let before: Condition = { kind: 'or', conditions: [] };
        for (const asked of randomQueries(seed, count, artifacts)) {
          const plain = await conditionOf(asked);
          const where = combined(random, plain, before);
          before = plain;
          const types = random.chance(0.9) ? [asked.type] : [];
          const query: SearchQuery = {
            types,
            where,
            sort: sortOf(random),
            count: random.pick([2, 7, 20, 300]),
            total: random.chance(0.3),
          };
          const expected = inOrder(query, rows);
          const found = await pagesOf(opened.store, query, expected.length);
          if (found.join() !== expected.join()) wrong.push({ seed, asked, query, found, expected });
          if (wrong.length === 2) break;
        }
        expect(wrong).toEqual([]);
      },
      60_000 + count * 2_000,
    );

    async function conditionOf({ type, query }: RandomQuery): Promise<Condition> {
      const parsed = parseQuery({ types: [type], query, registry, now: NOW });
      return replaceConcepts(parsed.query.where, resolveConcepts);
    }

    const codes = [...new Set(artifacts.flatMap(({ resourceType }) => registry.of(resourceType).map(({ code }) => code)))];
    function sortOf(random: Random): readonly SortKey[] {
      const one = () => ({
        parameter: random.pick(random.pick([['_id', '_lastUpdated'], ['date', 'title', 'name', 'status', 'url'], codes])),
        descending: random.chance(0.5),
      });
      const keys = random.several(0, random.pick([1, 1, 3]), one);
      return keys.filter(({ parameter }, i) => keys.findIndex((key) => key.parameter === parameter) === i);
    }
  });
}

function combined(random: Random, one: Condition, other: Condition): Condition {
  const kind = random.pick(['and', 'or', 'not', 'one', 'one', 'one', 'one'] as const);
  if (kind === 'one') return one;
  if (kind === 'not')
    return {
      kind: 'and',
      conditions: [
        { kind: 'not', condition: one },
        { kind: 'or', conditions: [other, { kind: 'not', condition: other }] },
      ],
    };
  return { kind, conditions: [one, other] };
}

/** All pages, one after the other; says so where a total is wrong. */
async function pagesOf(store: ResourceStore, query: SearchQuery, total: number): Promise<readonly string[]> {
  const found: string[] = [];
  let after: Cursor | undefined;
  do {
    const page: Awaited<ReturnType<typeof store.search>> = await store.search({ ...query, ...(after && { after }) });
    found.push(...page.versions.map(({ type, id }) => `${type}/${id}`));
    if (query.total && page.total !== total) found.push(`total ${page.total} instead of ${total}`);
    after = page.next && JSON.parse(JSON.stringify(page.next));
  } while (after);
  return found;
}

function inOrder({ types, where, sort }: SearchQuery, rows: readonly Row[]): readonly string[] {
  const of = (type: string) => rows.filter((row) => row.type === type);
  const hits = rows.filter((row) => (types.length === 0 || types.includes(row.type)) && matches(where, row, of));
  const keys = sort.length > 0 ? sort : [{ parameter: '_lastUpdated', descending: true }];
  const compare = (a: Row, b: Row) => {
    for (const key of keys) {
      const order = compareValues(sortValue(a, key), sortValue(b, key), key.descending);
      if (order !== 0) return order;
    }
    return compareTexts(a.type, b.type) || compareTexts(a.id, b.id);
  };
  return hits.sort(compare).map(({ type, id }) => `${type}/${id}`);
}

function sortValue({ id, lastUpdated, entries }: Row, { parameter, descending }: SortKey): RangeValue | undefined {
  if (parameter === '_id') return id;
  if (parameter === '_lastUpdated') return lastUpdated;
  const value = entries.sort[parameter];
  return descending ? value?.high : value?.low;
}

function compareValues(a: RangeValue | undefined, b: RangeValue | undefined, descending: boolean): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  const order = typeof a === 'string' && typeof b === 'string' ? compareTexts(a, b) : Number(a > b) - Number(a < b);
  return descending ? -order : order;
}

/** By code point, as databases compare UTF-8. */
function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
