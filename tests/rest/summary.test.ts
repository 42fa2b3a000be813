import { describe, expect, test } from '@jest/globals';
import { openCore } from '../../src/definitions/core.ts';
import type { QueryParameters } from '../../src/fhir/request.ts';
import type { ResourceType } from '../../src/fhir/types.ts';
import { partOf, partText } from '../../src/rest/summary.ts';

const core = openCore();
const subsetted = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };

const observation = `{"resourceType":"Observation","id":"o1","meta":{"versionId":"1","tag":[{"code":"x"}]},"language":"en",
  "text":{"status":"generated","div":"<div>…</div>"},"status":"final","_status":{"id":"s"},"code":{"text":"Weight"},
  "valueQuantity":{"value":72.50,"unit":"kg"},"interpretation":[{"text":"high"}],"note":[{"text":"n"}],
  "component":[{"code":{"text":"c"},"valueInteger":1,"interpretation":[{"text":"low"}],"modifierExtension":[{"url":"u","valueBoolean":true}]}]}`;

function part(json: string, query: QueryParameters): { readonly value: Record<string, unknown>; readonly text: string } {
  const bytes = Buffer.from(json);
  const wanted = partOf(query, core, [JSON.parse(json).resourceType]);
  const text = (wanted ? partText(bytes, wanted, core) : bytes).toString();
  return { value: JSON.parse(text), text };
}

describe('_summary', () => {
  test('138: true keeps what R4 marks as summary, at every level', () => {
    const { value } = part(observation, [['_summary', 'true']]);
    expect(Object.keys(value)).toEqual(['resourceType', 'id', 'meta', 'status', '_status', 'code', 'valueQuantity', 'component']);
    expect(value.component).toEqual([{ code: { text: 'c' }, valueInteger: 1, modifierExtension: [{ url: 'u', valueBoolean: true }] }]);
  });

  test('138: text keeps text, id, meta and what is mandatory', () => {
    expect(Object.keys(part(observation, [['_summary', 'text']]).value)).toEqual([
      'resourceType',
      'id',
      'meta',
      'text',
      'status',
      '_status',
      'code',
    ]);
  });

  test('138: data keeps all but text', () => {
    const { value } = part(observation, [['_summary', 'data']]);
    expect(value.text).toBeUndefined();
    expect(value.note).toEqual([{ text: 'n' }]);
  });

  test('138: false is the whole, untouched', () => {
    expect(part(observation, [['_summary', 'false']]).text).toBe(observation);
  });

  test('139: what is shortened is tagged SUBSETTED beside its own tags', () => {
    expect(part(observation, [['_summary', 'true']]).value.meta).toEqual({ versionId: '1', tag: [{ code: 'x' }, subsetted] });
    expect(part('{"resourceType":"Patient","active":true}', [['_elements', 'active']]).value.meta).toEqual({ tag: [subsetted] });
  });

  test('138: the digits of numbers stay', () => {
    expect(part(observation, [['_summary', 'true']]).text).toContain('"value":72.50');
  });

  test('9: a value that is none is refused', () => {
    expect(() => part(observation, [['_summary', 'yes']])).toThrow(/_summary takes true, text, data, count, false/);
    expect(() =>
      part(observation, [
        ['_summary', 'true'],
        ['_summary', 'data'],
      ]),
    ).toThrow(/stands 2 times/);
  });
});

describe('_elements', () => {
  test('140: keeps the named ones, what is mandatory and what modifies', () => {
    const { value } = part(observation, [['_elements', 'note,value']]);
    expect(Object.keys(value)).toEqual(['resourceType', 'id', 'meta', 'status', '_status', 'code', 'valueQuantity', 'note']);
    const patient = '{"resourceType":"Patient","id":"p","active":false,"deceasedBoolean":true,"gender":"male","birthDate":"1980"}';
    expect(Object.keys(part(patient, [['_elements', 'gender']]).value)).toEqual([
      'resourceType',
      'id',
      'active',
      'deceasedBoolean',
      'gender',
      'meta',
    ]);
  });

  test('140: an unknown name is refused', () => {
    expect(() => part(observation, [['_elements', 'note,birthDate']])).toThrow(/"birthDate".*no top-level element of Observation/);
    const types: readonly ResourceType[] = ['Observation', 'Patient'];
    expect(partOf([['_elements', 'birthDate,value[x]']], core, types)).toEqual({ elements: ['birthDate', 'value[x]'] });
  });
});
