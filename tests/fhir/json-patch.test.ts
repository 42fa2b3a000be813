import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { parseJson, stringifyLossless } from '../../src/fhir/json.ts';
import { applyJsonPatch } from '../../src/fhir/json-patch.ts';

const patched = (document: string, patch: string) =>
  stringifyLossless(applyJsonPatch(parseJson(document).lossless(), parseJson(patch).lossless()));

describe('JSON Patch (50: RFC 6902 whole)', () => {
  test.each([
    ['{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux"}]', '{"foo":"bar","baz":"qux"}'],
    ['{"foo":["bar","baz"]}', '[{"op":"add","path":"/foo/1","value":"qux"}]', '{"foo":["bar","qux","baz"]}'],
    ['{"foo":["bar"]}', '[{"op":"add","path":"/foo/-","value":["abc",1.50]}]', '{"foo":["bar",["abc",1.50]]}'],
    ['{"foo":["a"]}', '[{"op":"add","path":"/foo/1","value":"b"}]', '{"foo":["a","b"]}'],
    ['{"a":1.50,"b":2}', '[{"op":"remove","path":"/b"}]', '{"a":1.50}'],
    ['{"foo":["a","b","c"]}', '[{"op":"remove","path":"/foo/1"}]', '{"foo":["a","c"]}'],
    ['{"a":1,"b":2.0,"c":3}', '[{"op":"replace","path":"/b","value":2.10}]', '{"a":1,"b":2.10,"c":3}'],
    [
      '{"foo":{"bar":"x","waldo":"fred"},"qux":{}}',
      '[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]',
      '{"foo":{"bar":"x"},"qux":{"thud":"fred"}}',
    ],
    ['{"foo":["all","grass","cows","eat"]}', '[{"op":"move","from":"/foo/1","path":"/foo/3"}]', '{"foo":["all","cows","eat","grass"]}'],
    [
      '{"a":{"x":[1.0]}}',
      '[{"op":"copy","from":"/a","path":"/b"},{"op":"add","path":"/b/x/-","value":2}]',
      '{"a":{"x":[1.0]},"b":{"x":[1.0,2]}}',
    ],
    ['{"a/b":1,"m~n":2}', '[{"op":"replace","path":"/a~1b","value":3},{"op":"replace","path":"/m~0n","value":4}]', '{"a/b":3,"m~n":4}'],
    ['{"a":1.50}', '[{"op":"test","path":"/a","value":1.5}]', '{"a":1.50}'],
    ['{"a":{"b":[1,{"c":null}]}}', '[{"op":"test","path":"/a","value":{"b":[1.0,{"c":null}]}}]', '{"a":{"b":[1,{"c":null}]}}'],
    ['{"a":1}', '[{"op":"replace","path":"","value":{"b":2}}]', '{"b":2}'],
    ['{"":1}', '[{"op":"replace","path":"/","value":2}]', '{"":2}'],
    ['{"a":1}', '[]', '{"a":1}'],
  ])('%s with %s', (document, patch, result) => expect(patched(document, patch)).toBe(result));

  test.each([
    ['[{"op":"remove","path":"/x"}]', /finds no "x"/],
    ['[{"op":"replace","path":"/x","value":1}]', /finds no "x"/],
    ['[{"op":"add","path":"/x/y","value":1}]', /finds no "x"/],
    ['[{"op":"add","path":"/list/5","value":1}]', /no position "5"/],
    ['[{"op":"add","path":"/list/01","value":1}]', /no position "01"/],
    ['[{"op":"remove","path":"/list/-"}]', /no position "-"/],
    ['[{"op":"add","path":"/a/b","value":1}]', /no members/],
    ['[{"op":"test","path":"/a","value":2}]', /another value/],
    ['[{"op":"test","path":"/a","value":"1"}]', /another value/],
    ['[{"op":"move","from":"/o","path":"/o/p"}]', /into itself/],
    ['[{"op":"remove","path":""}]', /whole resource/],
    ['[{"op":"remove","path":"/toString"}]', /finds no/],
    ['[{"op":"add","path":"/__proto__","value":{"x":1}}]', /__proto__/],
  ])('%s does not fit (422)', (patch, sentence) =>
    expect(refusal('{"a":1,"list":[1],"o":{"p":1}}', patch)).toEqual(['unprocessable', expect.stringMatching(sentence)]),
  );

  test.each([
    ['{"op":"add"}', /array of operations/],
    ['[1]', /not an object/],
    ['[{"path":"/a"}]', /"op"/],
    ['[{"op":"frob","path":"/a"}]', /"op"/],
    ['[{"op":"add","value":1}]', /no "path"/],
    ['[{"op":"add","path":"/a"}]', /without "value"/],
    ['[{"op":"move","path":"/a"}]', /without "from"/],
    ['[{"op":"add","path":"a","value":1}]', /begin with/],
    ['[{"op":"add","path":"/a~2","value":1}]', /neither 0 nor 1/],
  ])('%s is no patch (400)', (patch, sentence) => expect(refusal('{"a":1}', patch)).toEqual(['invalid', expect.stringMatching(sentence)]));

  test('copies of copies do not fill the memory', () => {
    const copies = (times: number) => JSON.stringify(Array.from({ length: times }, () => ({ op: 'copy', from: '/list', path: '/list/-' })));
    expect(refusal('{"list":[1]}', copies(60))).toEqual(['unprocessable', expect.stringMatching(/copies more than/)]);
    expect(patched('{"list":[1]}', copies(2))).toBe('{"list":[1,[1],[1,[1]]]}');
  });

  test('nothing nests deeper than a body may', () => {
    const deepen = Array.from({ length: 12 }, (_, i) => ({ op: 'copy', from: '/a', path: `/a${'/a'.repeat(2 ** i)}` }));
    expect(refusal('{"a":{}}', JSON.stringify(deepen))).toEqual(['unprocessable', expect.stringMatching(/deeper than 100 levels/)]);
  });

  test('a patch that fails changes nothing of the document given', () => {
    const document = parseJson('{"a":{"b":1}}').lossless();
    expect(() => applyJsonPatch(document, parseJson('[{"op":"remove","path":"/a/b"},{"op":"remove","path":"/x"}]').lossless())).toThrow(
      FhirError,
    );
    expect(stringifyLossless(document)).toBe('{"a":{"b":1}}');
  });
});

function refusal(document: string, patch: string): unknown {
  try {
    return patched(document, patch);
  } catch (error) {
    return error instanceof FhirError ? [error.kind, error.message] : error;
  }
}
