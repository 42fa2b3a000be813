import { describe, expect, test } from '@jest/globals';
import { coreRegistry } from './core-registry.ts';
import { parse, refused } from './finder.ts';

const registry = coreRegistry();

describe('chains', () => {
  test('over an open target go to all types that define the last parameter', () => {
    const { where } = parse('Observation', 'subject.identifier=a', registry).query;
    expect(where).toMatchObject({
      conditions: [{ kind: 'or', conditions: [{ kind: 'refers', types: ['Group', 'Device', 'Patient', 'Location'] }, {}] }],
    });
  });

  test('whose end means different things are refused, naming them', () => {
    expect(refused(() => parse('ImagingStudy', 'basedon.performer=a', registry)).message).toMatch(
      /means different things: reference in .*token in/,
    );
    expect(parse('ImagingStudy', 'basedon:Task.performer=a', registry).query.where).toBeDefined();
  });

  test.each([
    ['Observation', 'code.x=a', /no reference/],
    ['Observation', 'subject:Organization.name=a', /does not lead to Organization/],
    ['Observation', 'subject:identifier.name=a', /does not lead to identifier/],
    ['Observation', 'subject.nothing=a', /not known/],
    ['Observation', 'subject:Patient.nothing=a', /not known/],
    ['Patient', '_has:Observation:patient=a', /_has:Type:reference:parameter/],
    ['Patient', '_has:Nothing:patient:code=a', /_has:Type:reference:parameter/],
    ['Patient', '_has:Observation:code:code=a', /no reference/],
    ['Medication', '_has:Observation:patient:code=a', /does not lead to Medication/],
    ['Patient', '_has:Observation:nothing:code=a', /not known/],
    ['Patient', '_has:Observation:patient:nothing=a', /not known/],
  ] as const)('%s?%s is refused', (type, query, sentence) => {
    expect(refused(() => parse(type, query, registry)).message).toMatch(sentence);
  });
});

describe('several types', () => {
  test('are searched by what is common to them', () => {
    expect(parse(undefined, '_type=Patient,Observation&identifier=a', registry).query.types).toEqual(['Patient', 'Observation']);
    expect(refused(() => parse(undefined, '_type=Patient,Observation&gender=male', registry)).message).toMatch(
      /not known for Patient, Observation/,
    );
    expect(refused(() => parse(undefined, '_type=Nothing', registry)).message).toMatch(/no resource type/);
  });

  test('all are searched by the parameters of all', () => {
    expect(parse(undefined, '_tag=a&_id=1', registry).query).toMatchObject({
      types: [],
      where: { conditions: [{ kind: 'key' }, { kind: 'id' }] },
    });
    expect(refused(() => parse(undefined, 'identifier=a', registry)).message).toMatch(/all types together/);
  });

  test('with one name for different kinds of values are refused', () => {
    expect(refused(() => parse(undefined, '_type=Group,NamingSystem&value=a', registry)).message).toMatch(/different types/);
  });
});
