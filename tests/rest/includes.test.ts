/**
 * Checks 142 to 145 and 148: what a page brings along, against FHIRPath over the raw resources.
 * For long runs by hand: SEARCH_INCLUDES=5000 SEARCH_SEED=7.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CanonicalResource, latest } from '../../src/definitions/latest.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { include } from '../../src/rest/include.ts';
import type { Include } from '../../src/search/includes.ts';
import { contentIndex } from '../../src/storage/change.ts';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import type { Version } from '../../src/storage/store.ts';
import { BASE, coreParameters, coreRegistry } from '../search/core-registry.ts';
import { parse } from '../search/finder.ts';
import { createFinder } from '../search/oracle-elements.ts';
import { refersTo } from '../search/oracle-references.ts';
import { createRandom, type Random } from '../search/random.ts';
import { randomArtifacts } from '../search/random-artifacts.ts';

const SEED = Number(process.env.SEARCH_SEED ?? 20260314);
const COUNT = Number(process.env.SEARCH_INCLUDES ?? 200);
const DEEPEST = 5;

const registry = coreRegistry();
const random = createRandom(SEED);
const finder = createFinder();
const written = (i: number) => new Date(Date.UTC(2026, 1, 20) + i * 60_000).toISOString();
const resources = randomArtifacts(SEED, 300).map(
  (each, i) => ({ ...each, meta: { ...each.meta, lastUpdated: written(i) } }) as FhirResource,
);
const byName = new Map(resources.map((each) => [nameOf(each), each]));
const types = [...new Set(resources.map(({ resourceType }) => resourceType))];

/** Reference parameters by type, as R4 defines them. */
const codesOf = new Map(
  types.map((type) => {
    const own = coreParameters.filter(
      ({ base, type: kind }) => kind === 'reference' && (base as string[]).some((each) => each === type || each === 'Resource'),
    );
    return [type, own.map(({ code }) => code)] as const;
  }),
);

function nameOf({ resourceType, id }: FhirResource): string {
  return `${resourceType}/${id}`;
}

interface Expected {
  readonly names: readonly string[];
  readonly isCut: boolean;
}

function expected(matches: readonly FhirResource[], includes: readonly Include[], revincludes: readonly Include[]): Expected {
  const seen = new Set(matches.map(nameOf));
  const found: string[] = [];
  const iterates = [...includes, ...revincludes].some(({ iterate }) => iterate);
  let sources = matches;
  for (let depth = 0; depth < DEEPEST && sources.length > 0; depth++) {
    const applies = ({ iterate }: Include) => depth === 0 || iterate;
    const led = [
      ...includes.filter(applies).flatMap((each) => sources.flatMap((source) => targets(source, each))),
      ...revincludes.filter(applies).flatMap((each) => resources.filter((row) => sources.some((source) => refers(row, source, each)))),
    ];
    const fresh = [...new Map(led.map((each) => [nameOf(each), each])).values()].filter((each) => !seen.has(nameOf(each)));
    for (const each of fresh) seen.add(nameOf(each));
    found.push(...fresh.map(nameOf));
    sources = fresh;
  }
  return { names: found.sort(), isCut: iterates && sources.length > 0 };
}

function elements(source: FhirResource, { source: type, parameter }: Include) {
  if (type !== '*' && type !== source.resourceType) return [];
  const codes = parameter === '*' ? (codesOf.get(source.resourceType) ?? []) : [parameter];
  return codes.flatMap((code) => finder.find(source, code).elements);
}

function targets(source: FhirResource, asked: Include): readonly FhirResource[] {
  const isWanted = ({ resourceType }: FhirResource) => (asked.target ?? resourceType) === resourceType;
  return elements(source, asked).flatMap(({ type, data }) => {
    if (type !== 'Reference') return canonicalTarget(String(data), resources.filter(isWanted));
    const { reference = '' } = data as { reference?: string };
    const [, name = '', version = '1'] = /^(?:http:\/\/s\/fhir\/)?(\w+\/[^/]+)(?:\/_history\/(\d+))?$/.exec(reference) ?? [];
    const row = byName.get(name);
    return row && version === '1' && isWanted(row) ? [row] : [];
  });
}

function canonicalTarget(canonical: string, rows: readonly FhirResource[]): readonly FhirResource[] {
  const [url, version] = canonical.split('|');
  const fitting = (rows as readonly CanonicalResource[]).filter((row) => row.url === url && (version ?? row.version) === row.version);
  const chosen = latest(fitting);
  return chosen ? [chosen] : [];
}

function refers(row: FhirResource, target: FhirResource, asked: Include): boolean {
  return (asked.target ?? target.resourceType) === target.resourceType && refersTo(elements(row, asked), target);
}

/** Types and reference parameters that have values. */
const filled = types.flatMap((type) => {
  const rows = resources.filter(({ resourceType }) => resourceType === type);
  const codes = (codesOf.get(type) ?? []).filter(
    (code) => registry.get(type, code) && rows.some((row) => finder.find(row, code).elements.length > 0),
  );
  return codes.map((code) => ({ type, code }));
});

function randomInclude(kind: '_include' | '_revinclude', among: Random): string {
  const { type, code: own } = among.pick(filled);
  const code = among.chance(0.15) ? '*' : own;
  const reached = code === '*' ? types : types.filter((each) => registry.get(type, code)?.targets.includes(each));
  const target = reached.length > 0 && among.chance(0.2) ? `:${among.pick(reached)}` : '';
  const value = kind === '_include' && among.chance(0.1) ? '*' : `${type}:${code}${target}`;
  return `${kind}${among.chance(0.4) ? ':iterate' : ''}=${value}`;
}

describe(`${COUNT} random includes, seed ${SEED}`, () => {
  let folder: string;
  let opened: ReturnType<typeof openSqlite>;
  const versions = resources.map(
    (each, i): Version => ({
      type: each.resourceType as ResourceType,
      id: each.id ?? '',
      versionId: 1,
      lastUpdated: written(i),
      method: 'PUT',
      json: Buffer.from(JSON.stringify(each)),
    }),
  );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ramus-includes-'));
    opened = openSqlite(join(folder, 'test.db'));
    await opened.upkeep.importVersions(versions);
    await opened.upkeep.reindex(versions.map((version, i) => ({ ...version, ...contentIndex(resources[i] as FhirResource, registry) })));
  });
  afterAll(async () => {
    await opened.close();
    await rm(folder, { recursive: true });
  });

  test('142, 143, 144, 148: bring what FHIRPath over the raw resources leads to, each once', async () => {
    let hits = 0;
    for (let i = 0; i < COUNT; i++) {
      const query = [
        ...random.several(0, 2, () => randomInclude('_include', random)),
        ...random.several(1, 2, () => randomInclude(random.chance(0.5) ? '_revinclude' : '_include', random)),
      ].join('&');
      const { includes, revincludes } = parse(random.pick(types), query, registry);
      const reached = revincludes.flatMap(({ source, parameter }) => registry.get(source as ResourceType, parameter)?.targets ?? types);
      const near = resources.filter(
        ({ resourceType }) => includes.some(({ source }) => source === resourceType) || reached.includes(resourceType),
      );
      const matches = random.several(1, 6, () => random.pick(near.length > 0 ? near : resources));
      const page = [...new Set(matches)].map((each) => versions[resources.indexOf(each)] as Version);
      const found = await include({ store: opened.store, registry, baseUrl: BASE }, { includes, revincludes }, page);
      const names = found.versions.map(({ type, id }) => `${type}/${id}`).sort();
      const wanted = expected(matches, includes, revincludes);
      expect({ seed: SEED, i, query, matches: matches.map(nameOf), names }).toEqual({
        seed: SEED,
        i,
        query,
        matches: matches.map(nameOf),
        names: wanted.names,
      });
      expect([query, found.issues.length > 0]).toEqual([query, wanted.isCut]);
      if (names.length > 0) hits++;
    }
    expect(hits / COUNT).toBeGreaterThan(0.4);
  }, 600_000);
});
