import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FhirError } from '../../src/fhir/error.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { decodeCursor } from '../../src/search/cursor.ts';
import { matches } from '../../src/search/matches.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { coreRegistry } from './core-registry.ts';
import { NOW, rowOf } from './finder.ts';
import { randomArtifacts } from './random-artifacts.ts';

const RUNS = Number(process.env.SEARCH_HOSTILE ?? 1500);
const registry = coreRegistry();
const rows = randomArtifacts(7, 40).map((resource) => rowOf(resource, registry));

const words = [
  ...[
    'title',
    'code',
    'date',
    'subject',
    'value-quantity',
    'url',
    'status',
    '_id',
    '_lastUpdated',
    '_has',
    '_sort',
    '_include',
    '_tag',
    'depends-on',
  ],
  ...[
    'code-value-quantity',
    '_cursor',
    '_elements',
    '_type',
    '_list',
    '_count',
    '_total',
    '_summary',
    'Patient',
    'Observation',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    ':',
    '.',
    '|',
    '$',
    ',',
    '\\',
    '\\,',
    '=',
    '"',
    "'",
    '%',
    '*',
    '(',
    ')',
    '[',
    '^',
    '\u0000',
    '\u001f',
    '\ud800',
    '\u{10ffff}',
    ' ',
    '\n',
    '-',
  ],
  ...[
    'missing',
    'exact',
    'contains',
    'not',
    'in',
    'below',
    'above',
    'of-type',
    'identifier',
    'eq',
    'ap',
    'ge',
    'true',
    '2026-03',
    '1e308',
    '5.4',
    '-0',
    'http://x',
    'urn:x',
  ],
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const query = fc.array(fc.tuple(text, text), { maxLength: 3 });
const type = fc.constantFrom<ResourceType | undefined>('PlanDefinition', 'Observation', 'Patient', undefined);

describe('whatever is asked', () => {
  test('is parsed and evaluated, or refused with a sentence', () => {
    fc.assert(
      fc.property(type, query, fc.boolean(), (searched, asked, lenient) => {
        try {
          const { query: parsed } = parseQuery({ types: searched ? [searched] : [], query: asked, registry, now: NOW, lenient });
          if (!JSON.stringify(parsed.where).includes('"concepts"')) for (const row of rows) matches(parsed.where, row, () => rows);
        } catch (error) {
          expect(error).toBeInstanceOf(FhirError);
          expect((error as FhirError).message).toMatch(/^[A-Z"].*\.$/s);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('a paging token is decoded or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((json) => Buffer.from(json).toString('base64url')),
        ),
        (token) => {
          expect(() => decodeCursor(token, 'x')).toThrow(FhirError);
        },
      ),
      { numRuns: RUNS / 10 },
    );
  });
});

describe('whatever is stored', () => {
  const value = fc.jsonValue({ maxDepth: 3 });
  const names = [
    'code',
    'subject',
    'valueQuantity',
    'effectivePeriod',
    'effectiveTiming',
    'component',
    'identifier',
    'meta',
    'contained',
    'valueString',
    'hasMember',
  ];

  test('is indexed within bounds', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...names),
          fc.oneof(
            value,
            fc.array(
              fc.dictionary(
                fc.constantFrom('coding', 'code', 'system', 'value', 'reference', 'id', 'start', 'low', 'text', 'resourceType'),
                value,
              ),
            ),
          ),
        ),
        (members) => {
          const { entries } = rowOf({ ...members, resourceType: 'Observation', id: 'o' } as unknown as FhirResource, registry);
          for (const key of entries.keys) expect(typeof key === 'string' && key.length < 500).toBe(true);
          for (const { low, high } of entries.ranges) expect([typeof low, low <= high]).toEqual([typeof high, true]);
        },
      ),
      { numRuns: RUNS / 5 },
    );
  });
});
