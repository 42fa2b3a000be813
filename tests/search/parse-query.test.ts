import { describe, expect, test } from '@jest/globals';
import type { ResourceType, SearchParameter } from '../../src/fhir/types.ts';
import { parseCriteria } from '../../src/search/parse-criteria.ts';
import { coreRegistry } from './core-registry.ts';
import { NOW, parameters, parse, refused } from './finder.ts';

const registry = coreRegistry();
const plan = (query: string, lenient = false) => parse('PlanDefinition', query, registry, lenient);

describe('unknown parameters', () => {
  test('are refused, with those that are near', () => {
    const { kind, message } = refused(() => plan('titel=a'));
    expect(kind).toBe('invalid');
    expect(message).toMatch(/"titel" is not known for PlanDefinition.*Near it: title/);
    expect(refused(() => plan('_lastUpdate=2026')).message).toMatch(/_lastUpdated/);
    expect(refused(() => plan('Title=a')).message).toMatch(/title/);
    expect(refused(() => plan('_text=a')).message).toMatch(/not known/);
  });

  test('are left out of search and self link where the caller is lenient, and told of', () => {
    const { query, used, ignored } = plan('titel=a&status=active&depends-on:Library.nothing=a', true);
    expect(query.where).toMatchObject({ conditions: [{ kind: 'key' }] });
    expect(used).toEqual([
      ['status', 'active'],
      ['_count', '20'],
    ]);
    expect(ignored.map(({ severity, diagnostics }) => [severity, diagnostics])).toEqual([
      ['warning', expect.stringContaining('"titel"')],
      ['warning', expect.stringContaining('"depends-on:Library.nothing"')],
    ]);
  });

  test.each(['title:nothing=a', 'date=x', '_count=x', '_query=a', '_filter=a', '_sort=nothing', '_include=PlanDefinition:title'])(
    'leniency does not excuse %s',
    (query) => {
      expect(refused(() => plan(query, true)).message).toMatch(/\.$/);
    },
  );

  test('an empty parameter is none, known or not', () => {
    expect(plan('title=&nothing=&status=,,').query.where).toEqual({ kind: 'and', conditions: [] });
    expect(plan('title=&nothing=&status=,,').used).toEqual([['_count', '20']]);
  });
});

describe('the shape of the answer', () => {
  test('has defaults', () => {
    expect(plan('').query).toEqual({ types: ['PlanDefinition'], where: { kind: 'and', conditions: [] }, sort: [], count: 20 });
  });

  test('is cut to a thousand rows, and the self link says so', () => {
    const { query, used } = plan('_count=5000&_total=accurate&_pretty=true');
    expect(query).toMatchObject({ count: 1000, total: true });
    expect(used).toEqual([
      ['_total', 'accurate'],
      ['_pretty', 'true'],
      ['_count', '1000'],
    ]);
  });

  test('_count=0 and _summary=count ask for the total alone', () => {
    expect(plan('_count=0').query).toMatchObject({ count: 0, total: true });
    expect(plan('_summary=count&_count=7')).toMatchObject({ query: { count: 0, total: true }, summary: 'count' });
  });

  test('sorts by several keys, a repeated parameter continuing', () => {
    expect(plan('_sort=title,-date&_sort=_id,title').query.sort).toEqual([
      { parameter: 'title', descending: false },
      { parameter: 'date', descending: true },
      { parameter: '_id', descending: false },
    ]);
  });

  test('names elements at the top', () => {
    expect(plan('_elements=title,url&_elements=title,action').elements).toEqual(['title', 'url', 'action']);
    expect(parse('Observation', '_elements=value', registry).elements).toEqual(['value']);
  });

  test('parses includes', () => {
    const { includes, revincludes } = parse(
      'Observation',
      '_include=Observation:subject:Patient&_include:iterate=Patient:organization&_include:recurse=*&_include=Observation:*&_revinclude=Provenance:target',
      registry,
    );
    expect(includes).toEqual([
      { source: 'Observation', parameter: 'subject', target: 'Patient', iterate: false },
      { source: 'Patient', parameter: 'organization', iterate: true },
      { source: '*', parameter: '*', iterate: true },
      { source: 'Observation', parameter: '*', iterate: false },
    ]);
    expect(revincludes).toEqual([{ source: 'Provenance', parameter: 'target', iterate: false }]);
  });

  test.each([
    '_count=-1',
    '_count=1.5',
    '_count=1&_count=2',
    '_total=many',
    '_summary=all',
    '_summary=text&_include=PlanDefinition:depends-on',
    '_elements=nothing',
    '_elements=action.title',
    '_sort=nothing',
    '_sort=--title',
    '_sort=context-type-value',
    '_include=PlanDefinition',
    '_include=Nothing:title',
    '_include=PlanDefinition:title',
    '_include=PlanDefinition:depends-on:Nothing',
    '_include=PlanDefinition:depends-on:Patient:x',
    '_include:exact=PlanDefinition:depends-on',
    '_revinclude=*',
    '_type=Patient',
    '_list=$current-problems',
  ])('%s is refused with a sentence', (query) => {
    const { kind, message } = refused(() => plan(query));
    expect(kind).toBe('invalid');
    expect(message).toMatch(/^[A-Z"].*\.$/s);
  });

  test('contained resources are not searched unless that is asked for', () => {
    expect(plan('_contained=false')).toMatchObject({ query: { where: { kind: 'and', conditions: [] } } });
    expect(plan('_contained=false')).not.toHaveProperty('contained');
  });
});

describe('limits', () => {
  test('64 parameters, 512 values, three links', () => {
    expect(refused(() => plan(Array(65).fill('title=a').join('&'))).message).toMatch(/64/);
    expect(refused(() => plan(`status=${Array(513).fill('a').join(',')}`)).message).toMatch(/512/);
    expect(plan(`status=${Array(512).fill('a').join(',')}`).query.where).toBeDefined();
    const chain = (links: number) => parse('Observation', `${'has-member:Observation.'.repeat(links)}code=a`, registry);
    expect(chain(3).query.where).toBeDefined();
    expect(refused(() => chain(4)).message).toMatch(/more than 3 links/);
    expect(refused(() => parse('Patient', `${'_has:Observation:has-member:'.repeat(5)}code=a`, registry)).kind).toBe('invalid');
  });

  test('a search for too many keys at once is too costly', () => {
    const urls = Array.from({ length: 20 }, (_, i) => `http://x/${i}${'a'.repeat(400)}`).join(',');
    expect(refused(() => plan(`url:above=${urls}`)).kind).toBe('too-costly');
    expect(refused(() => plan(`url:above=http://${'a'.repeat(600)}`)).message).toMatch(/500/);
    expect(refused(() => plan(`url:below=http://${'a'.repeat(600)}`)).message).toMatch(/300/);
    expect(refused(() => plan(`title=${'a'.repeat(3000)}`)).message).toMatch(/2000/);
  });
});

describe('a parameter that is being indexed', () => {
  const pending = coreRegistry([], {
    pending: new Map<ResourceType, ReadonlySet<string>>([['PlanDefinition', new Set(['title', 'depends-on'])]]),
  });

  test.each(['title=a', 'title:missing=true', '_sort=title', '_include=PlanDefinition:depends-on', 'depends-on.name=a'])(
    '%s is refused, naming it',
    (query) => {
      expect(refused(() => parse('PlanDefinition', query, pending)).message).toMatch(/(title|depends-on).*index/);
    },
  );

  test('does not stand in the way of others', () => {
    expect(parse('PlanDefinition', 'name=a', pending).query.where).toBeDefined();
    expect(parse('Library', 'title=a', pending).query.where).toBeDefined();
  });
});

describe('criteria', () => {
  const criteria = (query: string) => parseCriteria({ type: 'Patient', query: parameters(query), registry, now: NOW });

  test('are filters alone', () => {
    expect(criteria('identifier=s|1&gender=')).toMatchObject({ types: ['Patient'], sort: [], where: { conditions: [{ kind: 'key' }] } });
    for (const query of [
      'identifier=a&_sort=name',
      'identifier=a&_format=json',
      'identifier=a&_include=Patient:organization',
      'identifier=a&nothing=1',
    ]) {
      expect(refused(() => criteria(query)).kind).toBe('invalid');
    }
  });

  test('without a filter are refused', () => {
    for (const query of ['', 'identifier=', 'identifier=,']) expect(refused(() => criteria(query)).message).toMatch(/no search parameter/);
  });
});

test('a parameter of the server itself is searched like any other', () => {
  const own = coreRegistry([
    {
      resourceType: 'SearchParameter',
      url: 'https://ramus.example.org/fhir/SearchParameter/plan-item',
      name: 'item',
      code: 'item',
      status: 'active',
      description: 'By inventory item',
      base: ['PlanDefinition'],
      type: 'token',
      expression: "PlanDefinition.extension('https://ramus.example.org/fhir/StructureDefinition/trace').extension('item').value",
    } as SearchParameter,
  ]);
  expect(parse('PlanDefinition', 'item=drug.tramadol', own).query.where).toMatchObject({ conditions: [{ kind: 'key' }] });
});
