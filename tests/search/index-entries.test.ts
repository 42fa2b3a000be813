import { describe, expect, test } from '@jest/globals';
import type { FhirResource } from '../../src/fhir/types.ts';
import { createCollector } from '../../src/search/collector.ts';
import { SEPARATOR as S } from '../../src/search/entries.ts';
import { indexEntries } from '../../src/search/index-entries.ts';
import { references } from '../../src/search/references.ts';
import { TEXT_LENGTH } from '../../src/search/text.ts';
import { coreRegistry } from './core-registry.ts';
import { finds } from './finder.ts';

const registry = coreRegistry();
const resource = (members: Record<string, unknown>) => members as unknown as FhirResource;
const entries = (members: Record<string, unknown>) => indexEntries(resource(members), registry);
const plan = (members: Record<string, unknown>) => ({ resourceType: 'PlanDefinition', id: 'p', status: 'active', ...members });

describe('entries', () => {
  test('are sorted by a parameter of any name', () => {
    const collector = createCollector();
    collector.add('constructor', { sort: { low: 'a', high: 'b' } });
    expect(collector.collected().sort).toEqual({ constructor: { low: 'a', high: 'b' } });
  });

  test('have the forms that stores are told of', () => {
    const { keys, texts, ranges, present, sort } = entries(
      plan({ title: 'Posterior Ramus', url: 'http://x/p', version: '1.0', date: '2026-03', library: ['http://x/l|1.0', 'http://x/m'] }),
    );
    expect(keys).toEqual(
      expect.arrayContaining([
        `status${S}${S}active`,
        `status${S}http://hl7.org/fhir/publication-status|${S}active`,
        `status${S}http://hl7.org/fhir/publication-status|`,
        `title:exact${S}Posterior Ramus`,
        `url${S}http://x/p`,
        `url${S}http://x/p|1.0`,
        `depends-on${S}http://x/l`,
        `depends-on${S}http://x/l|1.0`,
        `depends-on${S}http://x/m|`,
      ]),
    );
    expect(texts).toContain(`title${S}posterior ramus`);
    expect(ranges).toContainEqual({ parameter: 'date', low: '2026-03-01T00:00:00.000000000Z', high: '2026-03-31T23:59:59.999999999Z' });
    expect([...present].sort()).toEqual(['date', 'depends-on', 'status', 'title', 'url', 'version']);
    expect(sort.title).toEqual({ low: 'posterior ramus', high: 'posterior ramus' });
    expect(sort.status).toEqual({ low: `active${S}http://hl7.org/fhir/publication-status`, high: expect.any(String) });
  });

  test('are the same each time, and have no duplicates', () => {
    const twice = plan({
      topic: [
        {
          coding: [
            { system: 's', code: 'c' },
            { system: 's', code: 'c' },
          ],
          text: 't',
        },
        { coding: [{ system: 's', code: 'c' }] },
      ],
    });
    expect(entries(twice)).toEqual(entries(twice));
    for (const list of [entries(twice).keys, entries(twice).texts, entries(twice).present]) expect(new Set(list).size).toBe(list.length);
  });

  test('do not say more than the row knows better: id and lastUpdated', () => {
    const { keys, ranges, present } = entries(plan({ meta: { lastUpdated: '2026-01-01T00:00:00Z' } }));
    expect(JSON.stringify([keys, ranges, present])).not.toMatch(/_id|_lastUpdated/);
  });

  test('of what has only extensions are none', () => {
    const { present, keys } = entries({
      resourceType: 'Patient',
      _birthDate: { extension: [{}] },
      name: [{ extension: [{}] }],
      maritalStatus: { id: 'x' },
    });
    expect(present).toEqual(['deceased']); // who is not said to have died has not
    expect(keys.every((key) => key.startsWith('deceased'))).toBe(true);
  });

  test('keep within bounds whatever the value', () => {
    const long = '痛'.repeat(50_000);
    const { keys, texts, sort } = entries(
      plan({
        title: long,
        url: `http://x/${long}`,
        identifier: [{ system: long, value: long }],
        topic: [{ text: long }],
        library: [`${long}|${long}`],
      }),
    );
    for (const key of keys) expect(key.length).toBeLessThan(500);
    for (const text of texts) expect(text.length).toBeLessThan(TEXT_LENGTH + 100);
    for (const { low, high } of Object.values(sort)) expect(`${low}${high}`.length).toBeLessThan(700);
    expect(finds(resource(plan({ url: `http://x/${long}` })), `url=http://x/${long}`, registry)).toBe(true);
    expect(finds(resource(plan({ url: `http://x/${long}` })), `url=http://x/${long}a`, registry)).toBe(false);
    expect(finds(resource(plan({ url: `http://x/${long}` })), 'url:below=http://x/', registry)).toBe(true);
    expect(finds(resource(plan({ title: long })), `title:exact=${long}`, registry)).toBe(true);
  });

  test('never hold the separator inside a value', () => {
    const tricky = `a${S}${S}b\\s`;
    const one = resource(plan({ identifier: [{ system: tricky, value: tricky }], title: tricky }));
    expect(indexEntries(one, registry).keys.every((key) => key.split(S).length <= 3)).toBe(true);
    expect(finds(one, `identifier=${tricky.replace('\\', '\\\\')}`, registry)).toBe(true);
    expect(finds(one, 'identifier=b\\\\s', registry)).toBe(false);
    expect(finds(one, 'title=a b', registry)).toBe(true);
  });

  test('are made of anything that JSON can hold', () => {
    const odd = [
      null,
      [],
      {},
      [null],
      [[]],
      '',
      'x',
      1,
      -0,
      1e308,
      true,
      { a: 1 },
      [{ coding: 'x' }],
      { coding: [null, 1, {}] },
      { value: {} },
      '\ud800',
    ];
    for (const value of odd) {
      for (const name of [
        'title',
        'date',
        'topic',
        'useContext',
        'library',
        'identifier',
        'effectivePeriod',
        'contained',
        'relatedArtifact',
        'meta',
      ]) {
        expect(() => entries(plan({ [name]: value }))).not.toThrow();
      }
      for (const name of ['subject', 'valueQuantity', 'effectiveTiming', 'component', 'code', 'valueString']) {
        expect(() => entries({ resourceType: 'Observation', [name]: value })).not.toThrow();
      }
    }
  });
});

describe('what is sorted by', () => {
  test('is the smallest and the largest value, quantities in base units', () => {
    const { sort } = entries({
      resourceType: 'Patient',
      name: [{ family: 'Zehnder' }, { family: 'Ärni' }],
    });
    expect(sort.family).toEqual({ low: 'arni', high: 'zehnder' });
    const milligram = { value: 1500, system: 'http://unitsofmeasure.org', code: 'mg' };
    expect(entries({ resourceType: 'Observation', valueQuantity: milligram }).sort['value-quantity']).toEqual({ low: 1.5, high: 1.5 });
  });
});

describe('contained resources', () => {
  const observation = resource({
    resourceType: 'Observation',
    id: 'o',
    contained: [
      { resourceType: 'Patient', id: 'p', gender: 'male', name: [{ family: 'Meier' }], managingOrganization: { reference: '#q' } },
      { resourceType: 'Organization', id: 'q', name: 'Spital' },
    ],
    subject: { reference: '#p' },
  });

  test.each([
    'subject.gender=male',
    'subject:Patient.family=mei',
    'patient.gender:not=female',
    'subject:Patient.organization.name=spi',
    'subject.birthdate:missing=true',
  ])('are reached by %s', (query) => expect(finds(observation, query, registry)).toBe(true));

  test.each([
    'subject.gender=female',
    'subject:Group.code:missing=true',
    'subject:Patient._id=p',
    'gender=male',
    'subject=p',
    'subject=#p',
  ])('are not found by %s', (query) => {
    const found = () => finds(observation, query, registry);
    if (query === 'gender=male') expect(found).toThrow(/not known/);
    else expect(found()).toBe(false);
  });
});

describe('references', () => {
  const one = resource({
    resourceType: 'PlanDefinition',
    subjectReference: { reference: 'Group/1' },
    library: ['http://x/l|1.0'],
    relatedArtifact: [
      { type: 'depends-on', resource: 'http://x/l|1.0' },
      { type: 'citation', resource: 'http://x/c' },
    ],
  });

  test('are those of the parameter, each once', () => {
    expect(references(one, registry, 'depends-on')).toEqual([{ reference: 'http://x/l|1.0', canonical: true }]);
    expect(references(one, registry, 'nothing')).toEqual([]);
  });

  test('of all parameters', () => {
    const observation = resource({
      resourceType: 'Observation',
      subject: { reference: 'http://s/fhir/Patient/1' },
      performer: [{ reference: '#p' }, { identifier: { value: '1' } }, { reference: 'Practitioner/2/_history/3' }],
    });
    expect(references(observation, registry, '*')).toEqual([
      { reference: 'http://s/fhir/Patient/1', canonical: false },
      { reference: 'Practitioner/2/_history/3', canonical: false },
    ]);
  });
});
