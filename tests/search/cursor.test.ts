import { describe, expect, test } from '@jest/globals';
import { decodeCursor, encodeCursor } from '../../src/search/cursor.ts';
import { coreRegistry } from './core-registry.ts';
import { parse, refused } from './finder.ts';

const registry = coreRegistry();
const plan = (query: string) => parse('PlanDefinition', query, registry);

describe('paging tokens', () => {
  const { fingerprint } = plan('title=a&_sort=date&_count=2');
  const cursor = {
    values: ['2026-01-01T00:00:00.000000000Z', null, 5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    type: 'PlanDefinition',
    id: 'a',
  } as const;

  test('come back as they went', () => {
    expect(decodeCursor(encodeCursor(cursor, fingerprint), fingerprint)).toEqual(cursor);
    expect(plan(`title=a&_sort=date&_count=5&_cursor=${encodeCursor(cursor, fingerprint)}`).query.after).toEqual(cursor);
  });

  test('hold the longest values of as many sort keys as there may be; more keys are refused', () => {
    const longest = { ...cursor, values: Array.from({ length: 5 }, () => '語'.repeat(300)) };
    expect(decodeCursor(encodeCursor(longest, fingerprint), fingerprint)).toEqual(longest);
    expect(plan('_sort=title,name,date,status,version').query.sort).toHaveLength(5);
    expect(refused(() => plan('_sort=title,name,date,status,version&_sort=url')).message).toMatch(/at most 5 keys/);
  });

  test('belong to one search: type, filters and order, not the size of pages', () => {
    const token = encodeCursor(cursor, fingerprint);
    for (const query of ['title=b&_sort=date', 'title=a', 'title=a&_sort=-date', 'title=a&_sort=date&status=active']) {
      expect(refused(() => plan(`${query}&_cursor=${token}`)).message).toMatch(/does not continue this search/);
    }
    expect(refused(() => parse('Library', `title=a&_sort=date&_cursor=${token}`, registry)).kind).toBe('invalid');
  });

  test('that were changed are refused', () => {
    const token = encodeCursor(cursor, fingerprint);
    const bad = ['x', '%', 'e30', 'bnVsbA', token.slice(1), token.slice(0, -3), `${token}${token}`, 'a'.repeat(9000)];
    for (let i = 0; i < token.length; i += 7) bad.push(`${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`);
    for (const each of bad) expect(refused(() => decodeCursor(each, fingerprint)).kind).toBe('invalid');
  });
});
