import { describe, expect, test } from '@jest/globals';
import { coreRegistry } from './core-registry.ts';
import { finds } from './finder.ts';
import { workedExamples } from './worked-examples.ts';

const registry = coreRegistry();

test('there are 46 worked examples', () => {
  expect(workedExamples).toHaveLength(46);
});

describe.each(workedExamples.map((example, i) => ({ ...example, number: i + 1 })))(
  '$number: $stored',
  ({ resource, finds: found, misses }) => {
    test.each(found)('is found by %s', (query) => {
      expect(finds(resource, query, registry)).toBe(true);
    });
    test.each(misses)('is not found by %s', (query) => {
      expect(finds(resource, query, registry)).toBe(false);
    });
  },
);
