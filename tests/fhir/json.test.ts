import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { type LosslessObject, MAX_DEPTH, parseJson, stringifyLossless } from '../../src/fhir/json.ts';
import { fillText, resourceText } from '../../src/fhir/resource-text.ts';

const fault = (text: string): FhirError => {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('was accepted');
};

describe('parseJson', () => {
  test('keeps the digits of numbers and the order of members', () => {
    const text = '{"b":1.50,"a":1e2,"c":-0.0,"d":12345678901234567890.10}';
    expect(stringifyLossless(parseJson(text).lossless())).toBe(text);
  });

  test.each([
    ['{"a":}', /line 1, column 6/],
    ['{\n"a": 1,\n}', /line 3, column 1/],
    ['', /empty/],
    ['{"a":1} x', /line 1, column 9/],
    ['{"a":01}', /not JSON/],
    ['{"a":"\t"}', /not JSON/],
    ['\ufeff{}', /not JSON/],
  ])('refuses %j and says where', (text, sentence) => {
    const error = fault(text);
    expect(error.kind).toBe('structure');
    expect(error.message).toMatch(sentence);
  });

  test('names a member that stands twice', () => {
    expect(fault('{"a":{"code":1,"code":2}}').message).toContain('"code" stands twice');
    expect(fault('{"a":1,"a":1}').message).toContain('"a" stands twice');
  });

  test('refuses __proto__ at any depth, however it is written', () => {
    expect(fault('{"a":[{"__proto__":{"x":1}}]}').message).toContain('__proto__');
    expect(fault('{"\\u005f_proto__":1}').message).toContain('__proto__');
  });

  test('refuses half of a surrogate pair, and takes a whole one', () => {
    for (const half of ['\\ud800', 'x\\udc00', '\\udc00\\ud800']) expect(fault(`{"a":"${half}"}`).message).toContain('surrogate');
    expect(fault('{"\\ud800":"x"}').message).toContain('surrogate');
    expect(parseJson('{"a":"\\ud83d\\ude00"}').value).toEqual({ a: '😀' });
  });

  test('refuses U+0000 inside strings, as value and as member name', () => {
    expect(fault('{"a":"x\\u0000y"}').message).toContain('U+0000');
    expect(fault('{"a\\u0000":"x"}').message).toContain('U+0000');
  });

  test('refuses numbers beyond a double', () => {
    expect(fault('{"a":1e999}').message).toContain('too large');
  });

  test('refuses deep nesting without reading it, and counts no bracket inside a string', () => {
    const deep = (n: number) => '['.repeat(n) + ']'.repeat(n);
    expect(fault(deep(MAX_DEPTH + 1)).message).toContain('nests deeper');
    expect(fault('['.repeat(1_000_000)).message).toContain('nests deeper');
    expect(parseJson(deep(MAX_DEPTH)).value).toBeDefined();
    expect(parseJson(JSON.stringify({ a: `\\"${deep(500)}` })).value).toBeDefined();
  });

  test('quotes nothing of the body in its message', () => {
    expect(fault('{"name":"Secret Person"').message).not.toContain('Secret');
  });
});

describe('resourceText', () => {
  const stored = (text: string, id = 'x') =>
    fillText(resourceText(parseJson(text).lossless() as LosslessObject, id), 7, '2026-01-02T03:04:05.678Z').toString();

  test('sets id and meta behind resourceType where they are absent', () => {
    expect(stored('{"resourceType":"Patient","active":true}')).toBe(
      '{"resourceType":"Patient","id":"x","meta":{"versionId":"7","lastUpdated":"2026-01-02T03:04:05.678Z"},"active":true}',
    );
  });

  test('leaves members where the client put them and drops its versionId and lastUpdated', () => {
    expect(
      stored(
        '{"active":true,"meta":{"tag":[{"code":"t"}],"versionId":"99","lastUpdated":"1999-01-01T00:00:00Z"},"id":"old","resourceType":"Patient"}',
      ),
    ).toBe(
      '{"active":true,"meta":{"versionId":"7","lastUpdated":"2026-01-02T03:04:05.678Z","tag":[{"code":"t"}]},"id":"x","resourceType":"Patient"}',
    );
  });

  test.each(['\\\\u0000', '"\\\\u0000"'.replaceAll('"', '\\"'), '\u0001'.replace('\u0001', '\\u0001')])(
    'a string that looks like a gap stays as it is: %s',
    (value) => {
      const text = `{"resourceType":"Basic","id":"x","meta":{"source":"${value}"},"implicitRules":"${value}"}`;
      expect(JSON.parse(stored(text))).toEqual({
        ...JSON.parse(text),
        meta: { versionId: '7', lastUpdated: '2026-01-02T03:04:05.678Z', source: JSON.parse(`"${value}"`) },
      });
    },
  );
});
