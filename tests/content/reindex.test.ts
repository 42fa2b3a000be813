import { afterEach, describe, expect, test } from '@jest/globals';
import { type Pending, planReindex } from '../../src/content/reindex.ts';
import { parseJson } from '../../src/fhir/json.ts';
import type { FhirResource, SearchParameter } from '../../src/fhir/types.ts';
import type { ParameterRegistry } from '../../src/search/parameters.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { change } from '../../src/storage/change.ts';
import type { ResourceStore } from '../../src/storage/store.ts';
import type { StoreUpkeep } from '../../src/storage/upkeep.ts';
import { cleanUp, openStore, registryWith } from './folder.ts';

const usage: SearchParameter = {
  resourceType: 'SearchParameter',
  url: 'https://example.org/fhir/SearchParameter/usage',
  name: 'Usage',
  status: 'draft',
  description: 'What a plan is used for',
  code: 'usage',
  base: ['PlanDefinition'],
  type: 'string',
  expression: 'PlanDefinition.usage',
};
const older = registryWith();
const newer = registryWith([usage]);

function write(store: ResourceStore, registry: ParameterRegistry, id: string, used: string) {
  const plan = { resourceType: 'PlanDefinition', id, status: 'draft', title: `Plan ${id}`, usage: used };
  const { value, lossless } = parseJson(JSON.stringify(plan));
  const body = { resource: lossless() as never, value: value as FhirResource };
  return store.write([change({ kind: 'update', method: 'PUT', id, ...body }, registry)]);
}

async function find(store: ResourceStore, registry: ParameterRegistry, query: string): Promise<string[]> {
  const pairs = [...new URLSearchParams(query)];
  const parsed = parseQuery({ types: ['PlanDefinition'], query: pairs, registry, now: new Date() });
  return (await store.search({ ...parsed.query, count: 1000 })).versions.map(({ id }) => id).sort();
}

/** Starts a server with these parameters, and lets it finish in the background. */
async function start(upkeep: StoreUpkeep, registry: ParameterRegistry) {
  const plan = await planReindex({ upkeep, registry });
  await plan.run();
  return plan;
}

/** A store of 60 plans, indexed and noted as complete without the new parameter. */
async function olderStore() {
  const opened = openStore();
  await start(opened.upkeep, older);
  for (let i = 0; i < 60; i++) await write(opened.store, older, `p${i}`, i % 2 ? 'odd' : 'even');
  return opened;
}

const pendingCodes = (pending: Pending) => [...pending].map(([type, codes]) => [type, [...codes]]);

afterEach(cleanUp);

describe('indexing again', () => {
  test('has nothing to do in a fresh store, nor in one that has the same parameters', async () => {
    const { upkeep } = openStore();
    expect(await start(upkeep, newer)).toMatchObject({ types: [], pending: new Map() });
    expect((await upkeep.indexed()).get('PlanDefinition')).toEqual(newer.fingerprints('PlanDefinition'));
    expect(await planReindex({ upkeep, registry: newer })).toMatchObject({ types: [], pending: new Map() });
  });

  test('makes a new parameter wait until every row has it, and searches all others meanwhile', async () => {
    const { store, upkeep } = await olderStore();
    const plan = await planReindex({ upkeep, registry: newer });
    expect(pendingCodes(plan.pending)).toEqual([['PlanDefinition', ['usage']]]);

    const before = registryWith([usage], { pending: plan.pending });
    await expect(find(store, before, 'usage=odd')).rejects.toThrow('"usage" of PlanDefinition is being indexed');
    expect(await find(store, before, 'title=Plan p7')).toEqual(['p7']);

    const left: Pending[] = [];
    await plan.run({ completed: (pending) => left.push(pending) });
    expect(left).toEqual([new Map()]);
    const after = registryWith([usage], { pending: left[0] ?? new Map() });
    expect(await find(store, after, 'usage=odd')).toHaveLength(30);
    expect(await find(store, after, 'title=Plan p7')).toEqual(['p7']);
    expect((await store.read('PlanDefinition', 'p7'))?.versionId).toBe(1);
    expect((await planReindex({ upkeep, registry: newer })).types).toEqual([]);
  });

  test('makes searches among contained resources wait where rows were written before there were such', async () => {
    const { store, upkeep } = openStore();
    const without: ParameterRegistry = {
      ...newer,
      hash: (type) => `${newer.hash(type)} before`,
      fingerprints: (type) => Object.fromEntries(Object.entries(newer.fingerprints(type)).filter(([code]) => code !== '_contained')),
    };
    await start(upkeep, without);
    await write(store, without, 'p1', 'odd');
    const plan = await planReindex({ upkeep, registry: newer });
    expect(pendingCodes(plan.pending)).toEqual([['PlanDefinition', ['_contained']]]);
    const before = registryWith([usage], { pending: plan.pending });
    await expect(find(store, before, '_contained=true')).rejects.toThrow('"_contained" of PlanDefinition is being indexed');
    expect(await find(store, before, 'usage=odd')).toEqual(['p1']);
    await plan.run();
    expect((await planReindex({ upkeep, registry: newer })).types).toEqual([]);
  });

  test('loses no write that comes in between', async () => {
    const { store, upkeep } = await olderStore();
    const reindex: StoreUpkeep['reindex'] = async (rows) => {
      const [first] = rows;
      if (first) await write(store, newer, first.id, 'changed');
      return upkeep.reindex(rows);
    };
    const racing = new Proxy(upkeep, {
      get: (target, member) => {
        const value: unknown = member === 'reindex' ? reindex : Reflect.get(target, member);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await (await planReindex({ upkeep: racing, registry: newer })).run();
    const changed = await find(store, newer, 'usage=changed');
    expect(changed.length).toBeGreaterThan(0);
    expect(new Set([...changed, ...(await find(store, newer, 'usage=odd')), ...(await find(store, newer, 'usage=even'))]).size).toBe(60);
  });

  test('can be stopped and goes on at the next start', async () => {
    const { store, upkeep } = await olderStore();
    const stop = new AbortController();
    const completed: Pending[] = [];
    const stopping = new Proxy(upkeep, {
      get: (target, member) => {
        const value: unknown = Reflect.get(target, member);
        if (member === 'reindex') stop.abort();
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await (await planReindex({ upkeep: stopping, registry: newer })).run({
      signal: stop.signal,
      completed: (pending) => completed.push(pending),
    });
    expect(completed).toEqual([]);
    const next = await planReindex({ upkeep, registry: newer });
    expect(pendingCodes(next.pending)).toEqual([['PlanDefinition', ['usage']]]);
    const { items } = await upkeep.stale('PlanDefinition', newer.hash('PlanDefinition'), { count: 100 });
    expect(items).toHaveLength(35);
    await next.run();
    expect(await find(store, newer, 'usage=even')).toHaveLength(30);
  });

  test('lets every parameter wait where a process of another release wrote behind the note', async () => {
    const { store, upkeep } = openStore();
    await start(upkeep, newer);
    await write(store, older, 'late', 'odd');
    const plan = await planReindex({ upkeep, registry: newer });
    expect(plan.pending.get('PlanDefinition')).toEqual(
      new Set(Object.keys(newer.fingerprints('PlanDefinition')).filter((code) => code !== '_id' && code !== '_lastUpdated')),
    );
    await plan.run();
    expect(await find(store, newer, 'usage=odd')).toEqual(['late']);
  });

  test('clears what a parameter left that is gone, without making others wait', async () => {
    const { store, upkeep } = openStore();
    await start(upkeep, newer);
    await write(store, newer, 'a', 'odd');
    const plan = await planReindex({ upkeep, registry: older });
    expect([...(plan.pending.get('PlanDefinition') ?? [])]).toEqual([]);
    await plan.run();
    expect((await planReindex({ upkeep, registry: older })).types).toEqual([]);
  });
});
