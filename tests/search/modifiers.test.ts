import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import type { ResourceType } from '../../src/fhir/types.ts';
import { coreRegistry } from './core-registry.ts';
import { parse } from './finder.ts';

const registry = coreRegistry();

/** A parameter of each search type, the modifiers that it takes, and a value that is good for each. */
const table: readonly { kind: string; type: ResourceType; code: string; plain: string; legal: Record<string, string> }[] = [
  { kind: 'number', type: 'RiskAssessment', code: 'probability', plain: '0.5', legal: { missing: 'true' } },
  { kind: 'date', type: 'PlanDefinition', code: 'date', plain: '2026', legal: { missing: 'true' } },
  { kind: 'string', type: 'PlanDefinition', code: 'title', plain: 'a', legal: { missing: 'true', exact: 'a', contains: 'a' } },
  {
    kind: 'token',
    type: 'PlanDefinition',
    code: 'topic',
    plain: 's|c',
    legal: { missing: 'false', text: 'a', not: 's|c', in: 'http://vs', 'not-in': 'http://vs', above: 's|c', below: 's|c' },
  },
  {
    kind: 'token of identifiers',
    type: 'PlanDefinition',
    code: 'identifier',
    plain: 's|c',
    legal: {
      missing: 'false',
      text: 'a',
      not: 's|c',
      in: 'http://vs',
      'not-in': 'http://vs',
      above: 's|c',
      below: 's|c',
      'of-type': 's|c|v',
    },
  },
  { kind: 'quantity', type: 'Observation', code: 'value-quantity', plain: '5||mg', legal: { missing: 'true' } },
  {
    kind: 'reference',
    type: 'Observation',
    code: 'subject',
    plain: 'Patient/1',
    legal: { missing: 'true', Patient: '1', Group: 'Group/1', identifier: 's|v' },
  },
  {
    kind: 'canonical',
    type: 'QuestionnaireResponse',
    code: 'questionnaire',
    plain: 'http://x|1',
    legal: { missing: 'true', below: 'http://x|1' },
  },
  { kind: 'uri', type: 'PlanDefinition', code: 'url', plain: 'http://x', legal: { missing: 'true', above: 'http://x', below: 'http://x' } },
  { kind: 'composite', type: 'Observation', code: 'code-value-quantity', plain: 'a$5', legal: {} },
  { kind: '_id', type: 'Patient', code: '_id', plain: '1', legal: { missing: 'true', not: '1' } },
  { kind: '_lastUpdated', type: 'Patient', code: '_lastUpdated', plain: '2026', legal: { missing: 'true' } },
];

const MODIFIERS = [
  ...['missing', 'exact', 'contains', 'text', 'not', 'in', 'not-in', 'above', 'below', 'of-type', 'identifier'],
  ...['Patient', 'Group', 'Organization', 'Nothing', 'type', 'iterate', ''],
];

function refusal(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'invalid') return error.message;
    throw error;
  }
}

describe.each(table)('a $kind', ({ type, code, plain, legal }) => {
  test('is searched without a modifier', () => {
    expect(parse(type, `${code}=${plain}`, registry).used).toEqual([
      [code, plain],
      ['_count', '20'],
    ]);
  });

  test(`takes ${Object.keys(legal).join(', ') || 'no modifier'}`, () => {
    for (const [modifier, value] of Object.entries(legal)) {
      expect(refusal(() => parse(type, `${code}:${modifier}=${value}`, registry))).toBeUndefined();
    }
  });

  test.each(MODIFIERS.filter((modifier) => !(modifier in legal)))('refuses :%s with a sentence', (modifier) => {
    expect(refusal(() => parse(type, `${code}:${modifier}=${plain}`, registry))).toMatch(/modifier|does not lead to|:of-type/);
  });

  test('has no other :missing than true and false', () => {
    for (const value of ['yes', '1', 'TRUE', 'true,false', 'null']) {
      expect(refusal(() => parse(type, `${code}:missing=${value}`, registry))).toMatch('missing' in legal ? /true or false/ : /modifier/);
    }
  });
});

test('a modifier that is not legal names those that are', () => {
  expect(refusal(() => parse('PlanDefinition', 'title:below=a', registry))).toMatch(/:missing, :exact, :contains/);
  expect(refusal(() => parse('Observation', 'subject:exact=a', registry))).toMatch(/:missing, :identifier and the types/);
  expect(refusal(() => parse('Observation', 'code-value-quantity:missing=true', registry))).toMatch(/it takes none/);
});

test('a target that the parameter never leads to is refused, naming those it does', () => {
  expect(refusal(() => parse('Observation', 'subject:Organization=1', registry))).toMatch(/leads to .*Patient/);
  expect(refusal(() => parse('Observation', 'subject:Patient=Group/1', registry))).toMatch(/address of that type/);
});

test.each([
  ['PlanDefinition', 'identifier:of-type=s|c'],
  ['PlanDefinition', 'identifier:of-type=s||v'],
  ['PlanDefinition', 'topic:below=code-alone'],
  ['PlanDefinition', 'topic:above=s|c|d'],
  ['PlanDefinition', 'topic=a|b|c'],
  ['PlanDefinition', 'topic=|'],
  ['Patient', 'active=s|true'],
  ['Patient', 'telecom=s|1'],
  ['PlanDefinition', 'version=s|1'],
  ['PlanDefinition', 'url:below=urn:oid:1.2'],
  ['PlanDefinition', 'url:above=URN:oid:1.2'],
  ['PlanDefinition', 'date=2026-02-30'],
  ['PlanDefinition', 'date=2026-02-03T10'],
  ['PlanDefinition', 'date=2026-02-03T10:00:00.0123456789Z'],
  ['PlanDefinition', 'date=2026-02-03T10:00:00 02:00'],
  ['PlanDefinition', 'date=gt'],
  ['PlanDefinition', 'date=gtgt2026'],
  ['RiskAssessment', 'probability=eb'],
  ['RiskAssessment', 'probability=1,5x'],
  ['RiskAssessment', 'probability=0x10'],
  ['RiskAssessment', 'probability=1e999'],
  ['RiskAssessment', 'probability=.5'],
  ['Observation', 'value-quantity=5|mg'],
  ['Observation', 'value-quantity=|s|mg'],
  ['Observation', 'value-quantity=5|a|b|c'],
  ['Observation', 'code-value-quantity=a'],
  ['Observation', 'code-value-quantity=a$5$6'],
  ['Observation', 'code-value-quantity=$5'],
  ['PlanDefinition', 'title=a\\b'],
  ['PlanDefinition', 'title=a\\'],
  ['PlanDefinition', 'title=a\u0000b'],
  ['PlanDefinition', 'title\u0000=a'],
] as const)('%s?%s is refused with a sentence', (type, query) => {
  expect(refusal(() => parse(type, query, registry))).toMatch(/^[A-Z].*\.$/s);
});

test('prefixes are literal where the type has none', () => {
  expect(parse('Patient', 'name=eb', registry).query.where).toEqual({
    kind: 'and',
    conditions: [{ kind: 'text-prefix', prefix: 'name\u001feb' }],
  });
});

describe('a text of which nothing is compared', () => {
  test.each(['title=!!!', 'title:contains=...', 'topic:text=-', 'title=\u0301'])(
    '%s is refused: it would find all that have any',
    (query) => {
      expect(() => parse('PlanDefinition', query, registry)).toThrow(/holds nothing else; ":exact" compares them/);
    },
  );

  test('is found by :exact', () => {
    expect(parse('PlanDefinition', 'title:exact=!!!', registry).ignored).toEqual([]);
  });
});
