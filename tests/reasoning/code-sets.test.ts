import { describe, expect, test } from '@jest/globals';
import { codeSet } from '../../src/reasoning/code-sets.ts';
import { canonical, codes, definitionsOf, family, ICD, RXNORM, SNOMED, valueSet } from './content.ts';

const nothing = definitionsOf();

describe('a value set answers for single codes', () => {
  test('listed codes, in whatever spelling the set has them', async () => {
    const set = await codeSet(valueSet('a', 'A', codes('http://hl7.org/fhir/sid/icd-10-us', 'm5385'), codes(SNOMED, '1')), nothing);
    expect([set.has(ICD, 'M53.85'), set.has(SNOMED, '1'), set.has(SNOMED, '2'), set.has('urn:x', '1')]).toEqual([true, true, false, false]);
    expect([...set.listed.keys()]).toEqual([`${ICD}|M53.85`, `${SNOMED}|1`]);
  });

  test('a family takes its whole codes and no neighbours', async () => {
    const set = await codeSet(valueSet('a', 'A', family(ICD, 'G40(\\..+)?'), family(ICD, 'C(?:[0-8][0-9A-Z]|9[0-6])(\\..+)?')), nothing);
    const inside = ['G40', 'G40.909', 'C00', 'C79.51', 'C96.9'];
    const outside = ['G41', 'G4', 'XG40', 'C97', 'D00'];
    expect(inside.filter((code) => !set.has(ICD, code))).toEqual([]);
    expect(outside.filter((code) => set.has(ICD, code))).toEqual([]);
    expect([...set.filtered]).toEqual([ICD]);
  });

  test('a regular expression that would backtrack for ever ends at once', async () => {
    const set = await codeSet(valueSet('a', 'A', family(ICD, '(a+)+b')), nothing);
    expect(set.has(ICD, `${'a'.repeat(50_000)}c`)).toBe(false);
  });

  test('other value sets narrow, excludes take away', async () => {
    const other = valueSet('other', 'Other', codes(SNOMED, '1', '2'));
    const own = valueSet(
      'a',
      'A',
      { ...codes(SNOMED, '2', '3'), valueSet: [canonical('ValueSet', 'other')] },
      { valueSet: [canonical('ValueSet', 'other')] },
    );
    const set = await codeSet(
      { ...own, compose: { include: own.compose?.include ?? [], exclude: [codes(SNOMED, '1')] } },
      definitionsOf(other),
    );
    expect(['1', '2', '3'].map((code) => set.has(SNOMED, code))).toEqual([false, true, false]);
  });

  test('an expansion serves where there is no compose', async () => {
    const set = await codeSet(
      {
        resourceType: 'ValueSet',
        status: 'draft',
        expansion: { timestamp: '2026-01-01', contains: [{ system: RXNORM, code: '1', contains: [{ system: RXNORM, code: '2' }] }] },
      },
      nothing,
    );
    expect(set.has(RXNORM, '2')).toBe(true);
  });

  test.each([
    ['a hierarchy', { system: SNOMED, filter: [{ property: 'concept', op: 'is-a' as const, value: '1' }] }, 'property "concept"'],
    ['an operator', { system: SNOMED, filter: [{ property: 'code', op: 'is-a' as const, value: '1' }] }, '"is-a"'],
    [
      'no regular expression',
      { system: SNOMED, filter: [{ property: 'code', op: 'regex' as const, value: '(' }] },
      'no regular expression',
    ],
    ['an unknown set', { valueSet: ['https://nowhere.example/vs'] }, 'nowhere.example'],
    ['nothing', {}, 'neither system nor valueSet'],
  ])('what cannot be decided is refused: %s', async (_, include, words) => {
    await expect(codeSet(valueSet('a', 'A', include), nothing)).rejects.toThrow(words);
  });

  test('a set that contains itself is refused', async () => {
    const own = valueSet('a', 'A', { valueSet: [canonical('ValueSet', 'a')] });
    await expect(codeSet(own, definitionsOf(own))).rejects.toThrow('contains itself');
  });
});
