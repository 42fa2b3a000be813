import { describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { parseJson, stringifyLossless } from '../../src/fhir/json.ts';
import { applyFhirPathPatch, type ElementFacts } from '../../src/fhirpath/patch.ts';

const lists = new Set([
  'Patient.name',
  'Patient.contact',
  'HumanName.given',
  'Patient.identifier',
  'Patient.contact.relationship',
  'Observation.category',
  'Patient.extension',
]);
const single = new Set([
  'Patient.birthDate',
  'Patient.maritalStatus',
  'Patient.contact.name',
  'Patient.active',
  'HumanName.family',
  'HumanName.text',
  'Patient.contact.gender',
]);
const choices = new Set(['Observation.value', 'Observation.effective', 'Patient.deceased']);
const facts: ElementFacts = (path) => {
  if (lists.has(path)) return { list: true, choice: false };
  if (single.has(path)) return { list: false, choice: false };
  return choices.has(path) ? { list: false, choice: true } : undefined;
};

const operation = (parts: Record<string, string>, value = '') =>
  `{"name":"operation","part":[${[...Object.entries(parts).map(([name, json]) => `{"name":"${name}",${json}}`), ...(value ? [`{"name":"value",${value}}`] : [])].join(',')}]}`;
const text = (value: string) => `"valueString":"${value}"`;
const patch = (...operations: string[]) => `{"resourceType":"Parameters","parameter":[${operations.join(',')}]}`;
const patched = (resource: string, ...operations: string[]) =>
  stringifyLossless(applyFhirPathPatch(parseJson(resource).lossless(), parseJson(patch(...operations)).lossless(), facts));

describe('FHIRPath Patch (51)', () => {
  test.each([
    [
      'add a single element',
      '{"resourceType":"Patient"}',
      operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('birthDate') }, '"valueDate":"1930-01-01"'),
      '{"resourceType":"Patient","birthDate":"1930-01-01"}',
    ],
    [
      'add to a list',
      '{"resourceType":"Patient","name":[{"family":"A"}]}',
      operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('name') }, '"valueHumanName":{"family":"B"}'),
      '{"resourceType":"Patient","name":[{"family":"A"},{"family":"B"}]}',
    ],
    [
      'add a choice by its type',
      '{"resourceType":"Observation"}',
      operation({ type: '"valueCode":"add"', path: text('Observation'), name: text('value') }, '"valueQuantity":{"value":1.50}'),
      '{"resourceType":"Observation","valueQuantity":{"value":1.50}}',
    ],
    [
      'add an element without a type of its own, by parts',
      '{"resourceType":"Patient"}',
      '{"name":"operation","part":[{"name":"type","valueCode":"add"},{"name":"path","valueString":"Patient"},{"name":"name","valueString":"contact"},{"name":"value","part":[{"name":"name","valueHumanName":{"text":"x"}},{"name":"relationship","valueCodeableConcept":{"text":"r"}}]}]}',
      '{"resourceType":"Patient","contact":[{"name":{"text":"x"},"relationship":[{"text":"r"}]}]}',
    ],
    [
      'insert',
      '{"resourceType":"Patient","name":[{"given":["a","c"],"_given":[null,{"id":"x"}]}]}',
      operation({ type: '"valueCode":"insert"', path: text('Patient.name[0].given'), index: '"valueInteger":1' }, '"valueString":"b"'),
      '{"resourceType":"Patient","name":[{"given":["a","b","c"],"_given":[null,null,{"id":"x"}]}]}',
    ],
    [
      'insert into a list that is not there yet',
      '{"resourceType":"Patient"}',
      operation({ type: '"valueCode":"insert"', path: text('Patient.name'), index: '"valueInteger":0' }, '"valueHumanName":{"family":"A"}'),
      '{"resourceType":"Patient","name":[{"family":"A"}]}',
    ],
    [
      'delete',
      '{"resourceType":"Patient","name":[{"family":"A"},{"family":"B"}],"active":true}',
      operation({ type: '"valueCode":"delete"', path: text("Patient.name.where(family = 'A')") }),
      '{"resourceType":"Patient","name":[{"family":"B"}],"active":true}',
    ],
    [
      'delete the last of a list',
      '{"resourceType":"Patient","name":[{"family":"A"}]}',
      operation({ type: '"valueCode":"delete"', path: text('Patient.name') }),
      '{"resourceType":"Patient"}',
    ],
    [
      'delete what is not there',
      '{"resourceType":"Patient"}',
      operation({ type: '"valueCode":"delete"', path: text('Patient.birthDate') }),
      '{"resourceType":"Patient"}',
    ],
    [
      'replace, other digits untouched',
      '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"x"},"component":[{"valueQuantity":{"value":2.0}}]}',
      operation({ type: '"valueCode":"replace"', path: text('Observation.value.unit') }, '"valueString":"y"'),
      '{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.50,"unit":"y"},"component":[{"valueQuantity":{"value":2.0}}]}',
    ],
    [
      'replace a choice by another type, in its place',
      '{"resourceType":"Observation","valueQuantity":{"value":1},"status":"final"}',
      operation({ type: '"valueCode":"replace"', path: text('Observation.value') }, '"valueString":"y"'),
      '{"resourceType":"Observation","valueString":"y","status":"final"}',
    ],
    [
      'move',
      '{"resourceType":"Patient","identifier":[{"value":"0"},{"value":"1"},{"value":"2"}]}',
      operation({
        type: '"valueCode":"move"',
        path: text('Patient.identifier'),
        source: '"valueInteger":2',
        destination: '"valueInteger":0',
      }),
      '{"resourceType":"Patient","identifier":[{"value":"2"},{"value":"0"},{"value":"1"}]}',
    ],
  ])('%s', (_name, resource, given, result) => expect(patched(resource, given)).toBe(result));

  const born = '"_birthDate":{"extension":[{"url":"http://x","valueString":"s"}]}';
  const given = '"given":["a","b","c"],"_given":[null,{"id":"gb"},null]';
  const named = (members: string) => `{"resourceType":"Patient","name":[{${members}}]}`;
  const of = (members: string) => `{"resourceType":"Patient",${members}}`;
  const does = (type: string, path: string, more: Record<string, string> = {}, value = '') =>
    operation({ type: `"valueCode":"${type}"`, path: text(path), ...more }, value);
  const extension = '"valueExtension":{"url":"http://y","valueBoolean":true}';

  test.each([
    [
      'add to a list',
      named(given),
      does('add', 'Patient.name', { name: text('given') }, text('d')),
      named('"given":["a","b","c","d"],"_given":[null,{"id":"gb"},null,null]'),
    ],
    [
      'add to a list of extensions alone',
      named('"_given":[{"id":"x"}]'),
      does('add', 'Patient.name', { name: text('given') }, text('d')),
      named('"_given":[{"id":"x"},null],"given":[null,"d"]'),
    ],
    [
      'insert before an item of extensions alone',
      named('"_given":[{"id":"x"}]'),
      does('insert', 'Patient.name.given', { index: '"valueInteger":0' }, text('a')),
      named('"_given":[null,{"id":"x"}],"given":["a",null]'),
    ],
    [
      'replace an item of extensions alone',
      named('"_given":[{"id":"x"}]'),
      does('replace', 'Patient.name.given[0]', {}, text('a')),
      named('"_given":[{"id":"x"}],"given":["a"]'),
    ],
    [
      'delete an item of extensions alone',
      named('"_given":[{"id":"x"}],"family":"F"'),
      does('delete', 'Patient.name.given[0]'),
      named('"family":"F"'),
    ],
    [
      'replace an item of extensions alone behind others',
      named('"given":["a"],"_given":[null,{"id":"x"}]'),
      does('replace', 'Patient.name.given[1]', {}, text('b')),
      named('"given":["a","b"],"_given":[null,{"id":"x"}]'),
    ],
    [
      'replace an element of extensions alone whose name another one begins with',
      '{"resourceType":"CodeSystem","versionNeeded":true,"_version":{"id":"x"}}',
      does('replace', 'CodeSystem.version', {}, text('1')),
      '{"resourceType":"CodeSystem","versionNeeded":true,"_version":{"id":"x"},"version":"1"}',
    ],
    ['delete an item', named(given), does('delete', 'Patient.name.given[1]'), named('"given":["a","c"]')],
    [
      'move an item',
      named(given),
      does('move', 'Patient.name.given', { source: '"valueInteger":1', destination: '"valueInteger":0' }),
      named('"given":["b","a","c"],"_given":[{"id":"gb"},null,null]'),
    ],
    [
      'replace a value that is not there beside its extension',
      of(born),
      does('replace', 'Patient.birthDate', {}, '"valueDate":"1990"'),
      of(`${born},"birthDate":"1990"`),
    ],
    [
      'replace a value, the extension stays',
      of(`"birthDate":"1980",${born}`),
      does('replace', 'Patient.birthDate', {}, '"valueDate":"1990"'),
      of(`"birthDate":"1990",${born}`),
    ],
    [
      'replace a choice by another type, without what belonged to the other',
      of('"deceasedBoolean":true,"_deceasedBoolean":{"id":"x"}'),
      does('replace', 'Patient.deceased', {}, '"valueDateTime":"2020"'),
      of('"deceasedDateTime":"2020"'),
    ],
    [
      'delete a choice of extensions alone',
      of('"active":true,"_deceasedBoolean":{"id":"x"}'),
      does('delete', 'Patient.deceased'),
      of('"active":true'),
    ],
    [
      'delete the only extension',
      of(`"birthDate":"1980",${born}`),
      does('delete', 'Patient.birthDate.extension[0]'),
      of('"birthDate":"1980"'),
    ],
    [
      'delete the only extension of an item',
      named('"given":["a","b"],"_given":[null,{"extension":[{"url":"http://x"}]}]'),
      does('delete', 'Patient.name.given[1].extension'),
      named('"given":["a","b"]'),
    ],
    [
      'replace inside an extension',
      of(born),
      does('replace', 'Patient.birthDate.extension[0].value', {}, text('t')),
      of(born.replace('"s"', '"t"')),
    ],
    [
      'add an extension',
      of('"birthDate":"1980"'),
      does('add', 'Patient.birthDate', { name: text('extension') }, extension),
      of('"birthDate":"1980","_birthDate":{"extension":[{"url":"http://y","valueBoolean":true}]}'),
    ],
    [
      'add an extension to an item',
      named('"given":["a","b"]'),
      does('add', 'Patient.name.given[1]', { name: text('extension') }, extension),
      named('"given":["a","b"],"_given":[null,{"extension":[{"url":"http://y","valueBoolean":true}]}]'),
    ],
    [
      'insert an extension',
      of('"birthDate":"1980"'),
      does('insert', 'Patient.birthDate.extension', { index: '"valueInteger":0' }, extension),
      of('"birthDate":"1980","_birthDate":{"extension":[{"url":"http://y","valueBoolean":true}]}'),
    ],
    [
      'replace its value by name',
      of('"extension":[{"url":"http://x","valueDecimal":1.50}]'),
      does('replace', 'Patient.extension.value.value', {}, '"valueDecimal":2.0'),
      of('"extension":[{"url":"http://x","valueDecimal":2.0}]'),
    ],
  ])('what stands beside a primitive: %s', (_name, resource, asked, result) => expect(patched(resource, asked)).toBe(result));

  test('a primitive has id and extensions, and nothing else', () => {
    for (const asked of [
      does('add', 'Patient.birthDate', { name: text('colour') }, text('red')),
      does('insert', 'Patient.birthDate.colour', { index: '"valueInteger":0' }, text('red')),
    ])
      expect(() => patched('{"resourceType":"Patient","birthDate":"1980"}', asked)).toThrow(FhirError);
  });

  test('what is no object of id and extensions takes neither', () => {
    for (const members of ['"text":"a","_text":"x"', '"given":["a"],"_given":["x"]'])
      for (const name of ['id', 'extension'])
        expect(
          refusal(
            named(members),
            does('add', `Patient.name.${members.includes('given') ? 'given' : 'text'}`, { name: text(name) }, text('y')),
          ),
        ).toEqual(['unprocessable', expect.stringMatching(/no object of id and extensions/)]);
    expect(refusal(named('"text":[],"_text":"x"'), does('replace', 'Patient.name.text', {}, text('y')))).toEqual([
      'unprocessable',
      expect.stringMatching(/"text" is no list/),
    ]);
  });

  test('each operation works on the result of the one before', () => {
    const add = operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('name') }, '"valueHumanName":{"family":"A"}');
    const replace = operation({ type: '"valueCode":"replace"', path: text('Patient.name[0].family') }, '"valueString":"B"');
    expect(patched('{"resourceType":"Patient"}', add, replace)).toBe('{"resourceType":"Patient","name":[{"family":"B"}]}');
  });

  const two = '{"resourceType":"Patient","birthDate":"1930-01-01","name":[{"family":"A"},{"family":"B"}]}';
  test.each([
    [operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('birthDate') }, '"valueDate":"1931-01-01"'), /there already/],
    [operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('colour') }, '"valueString":"red"'), /no element "colour"/],
    [
      operation({ type: '"valueCode":"add"', path: text('Patient.contact'), name: text('gender') }, '"valueCode":"male"'),
      /finds 0 elements/,
    ],
    [operation({ type: '"valueCode":"replace"', path: text('Patient.name') }, '"valueHumanName":{"family":"C"}'), /finds 2 elements/],
    [operation({ type: '"valueCode":"delete"', path: text('Patient.name') }), /finds 2 elements/],
    [operation({ type: '"valueCode":"delete"', path: text('Patient') }), /itself/],
    [
      operation({ type: '"valueCode":"insert"', path: text('Patient.name'), index: '"valueInteger":3' }, '"valueHumanName":{"family":"C"}'),
      /beyond the list of 2/,
    ],
    [
      operation({ type: '"valueCode":"move"', path: text('Patient.name'), source: '"valueInteger":2', destination: '"valueInteger":0' }),
      /inside the list of 2/,
    ],
    [operation({ type: '"valueCode":"replace"', path: text('Patient.name.count()') }, '"valueInteger":3'), /computed value/],
  ])('%# does not fit (422)', (given, sentence) => expect(refusal(two, given)).toEqual(['unprocessable', expect.stringMatching(sentence)]));

  test.each([
    [operation({ type: '"valueCode":"frob"', path: text('Patient') }), /"frob"/],
    [operation({ type: '"valueCode":"add"', path: text('Patient') }, '"valueDate":"1930"'), /no name/],
    [operation({ type: '"valueCode":"replace"', path: text('Patient.active') }), /no value/],
    [operation({ type: '"valueCode":"add"', path: text('Patient.name[0]'), name: text('given') }, '"valueString":null'), /no value/],
    [operation({ type: '"valueCode":"add"', path: text('Patient.name[0]'), name: text('given') }, '"_valueString":{"id":"x"}'), /no value/],
    [
      operation({ type: '"valueCode":"insert"', path: text('Patient.name'), index: '"valueInteger":-1' }, '"valueHumanName":{}'),
      /whole number/,
    ],
    [operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('name.given') }, '"valueString":"x"'), /name of one element/],
    [operation({ type: '"valueCode":"add"', path: text('Patient'), name: text('name') }, '"part":[{"valueString":"x"}]'), /each part/i],
    [operation({ type: '"valueCode":"delete"', path: text('Patient.(') }), /cannot|read|FHIRPath/],
    [operation({ type: '"valueCode":"delete"' }), /no path/],
    ['{"name":"op"}', /"operation"/],
    ['3', /"operation"/],
  ])('%# is no patch (400)', (given, sentence) => expect(refusal(two, given)).toEqual(['invalid', expect.stringMatching(sentence)]));
});

function refusal(resource: string, given: string): unknown {
  try {
    return patched(resource, given);
  } catch (error) {
    return error instanceof FhirError ? [error.kind, error.message] : error;
  }
}
