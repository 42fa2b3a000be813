import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import type { Terminology } from '../../src/terminology/terminology.ts';
import { validatorOf } from '../validation/subject.ts';
import { BASE, type Call, type Client, client, refusal } from './client.ts';
import { type OpenedStore, stores } from './stores.ts';

interface Entry {
  readonly fullUrl: string;
  readonly resource: {
    readonly resourceType: string;
    readonly id: string;
    readonly issue?: readonly { diagnostics: string; severity: string }[];
  };
  readonly search: { readonly mode: string };
}
interface Page {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly Entry[];
}

const concepts = [
  { system: 'http://x/s', code: 'a' },
  { system: 'http://x/s', code: 'b' },
];
const terminology: Terminology = {
  expand: async (valueSet) => {
    if (valueSet === 'http://x/vs') return concepts;
    if (valueSet === 'http://x/huge') return Array.from({ length: 6000 }, (_, i) => ({ system: 'http://x/s', code: `c${i}` }));
    throw new FhirError('invalid', `The value set ${valueSet} is not known.`);
  },
  contains: async () => undefined,
  related: async ({ system }) => {
    if (system === 'http://x/s') return concepts;
    throw new FhirError('invalid', `The code system ${system} is not known.`);
  },
};

const resources = [
  {
    resourceType: 'Patient',
    id: 'p1',
    name: [{ family: 'Alpha', given: ['Ann'] }],
    gender: 'female',
    birthDate: '1980-05-01',
    generalPractitioner: [{ reference: 'Practitioner/d1' }],
  },
  {
    resourceType: 'Patient',
    id: 'p2',
    name: [{ family: 'Beta' }],
    gender: 'male',
    link: [{ type: 'seealso', other: { reference: 'Patient/p1' } }],
  },
  { resourceType: 'Patient', id: 'p3', name: [{ family: 'Gamma' }], photo: [{ title: 'x' }] },
  { resourceType: 'Practitioner', id: 'd1', name: [{ family: 'Doc' }] },
  ...['a', 'b', 'c'].map((code, i) => ({
    resourceType: 'Observation',
    id: `o${i + 1}`,
    status: 'final',
    code: { coding: [{ system: 'http://x/s', code }] },
    subject: { reference: i === 2 ? `${BASE}/Patient/p1` : 'Patient/p1' },
    effectiveDateTime: `2026-01-0${i + 1}`,
  })),
  {
    resourceType: 'Observation',
    id: 'o4',
    status: 'final',
    code: { text: 'loose' },
    subject: { reference: 'Patient/p2/_history/1' },
    performer: [{ reference: 'http://elsewhere/fhir/Practitioner/d1' }, { reference: 'Practitioner/missing' }],
  },
  { resourceType: 'Library', id: 'l1', url: 'http://x/L', version: '1.0', status: 'active', type: { text: 't' } },
  { resourceType: 'Library', id: 'l2', url: 'http://x/L', version: '1.10', status: 'active', type: { text: 't' } },
  {
    resourceType: 'PlanDefinition',
    id: 'pd1',
    url: 'http://x/P',
    status: 'draft',
    library: ['http://x/L'],
    relatedArtifact: [{ type: 'depends-on', resource: 'http://x/L|1.0' }],
  },
] as const;

describe.each(stores)('search on %s', (_name, open) => {
  let opened: OpenedStore;
  let rest: Client;

  beforeAll(async () => {
    opened = await open();
    rest = client({ store: opened.store, terminology });
    for (const body of resources) await rest.call('PUT', `${body.resourceType}/${body.id}`, { body });
    await rest.call('PUT', 'Patient/p2', { body: { ...resources[1], gender: 'other' } });
  });
  afterAll(() => opened.close());

  const page = async (address: string, call: Call = {}): Promise<Page> => (await rest.call('GET', address, call)).json;
  const names = ({ entry = [] }: Page, mode = 'match') =>
    entry.filter(({ search }) => search.mode === mode).map(({ resource }) => `${resource.resourceType}/${resource.id}`);
  const found = async (address: string, mode = 'match') => names(await page(address), mode).sort();
  const link = ({ link }: Page, relation: string) => link.find((each) => each.relation === relation)?.url;

  describe('what is found', () => {
    test('78, 151: all of a type, of the system, of some types', async () => {
      expect(await found('Patient')).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3']);
      expect(await found('?_count=100')).toHaveLength(resources.length);
      expect(await found('?_type=Practitioner,Library')).toEqual(['Library/l1', 'Library/l2', 'Practitioner/d1']);
      expect(await found('?_id=p1,d1')).toEqual(['Patient/p1', 'Practitioner/d1']);
      expect(await refusal(rest.call('GET', '?gender=male'))).toMatchObject({ kind: 'invalid' });
    });

    test('78: POST to _search means the same', async () => {
      const { status, json } = await rest.call('POST', 'Patient/_search?gender=female');
      expect([status, names(json)]).toEqual([200, ['Patient/p1']]);
      expect(link(json, 'self')).toBe(`${BASE}/Patient?gender=female&_count=20`);
      expect(names((await rest.call('POST', '_search?_type=Library&_count=1')).json)).toHaveLength(1);
    });

    test('150: nothing found is no failure', async () => {
      const { status, json } = await rest.call('GET', 'Patient?family=nobody');
      expect([status, json.type, json.entry]).toEqual([200, 'searchset', undefined]);
    });

    test('109, 110: value sets and hierarchies go through terminology', async () => {
      expect(await found('Observation?code:in=http://x/vs')).toEqual(['Observation/o1', 'Observation/o2']);
      expect(await found('Observation?code:not-in=http://x/vs')).toEqual(['Observation/o3', 'Observation/o4']);
      expect(await found('Observation?code:below=http://x/s|a')).toEqual(['Observation/o1', 'Observation/o2']);
      expect(await found('Patient?_has:Observation:subject:code:in=http://x/vs')).toEqual(['Patient/p1']);
      expect(await refusal(rest.call('GET', 'Observation?code:in=http://x/none'))).toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('http://x/none'),
      });
      expect(await refusal(rest.call('GET', 'Observation?code:below=http://x/none|a'))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('GET', 'Observation?code:in=http://x/huge'))).toMatchObject({ kind: 'too-costly' });
    });

    test('132: a compartment holds what refers to its owner', async () => {
      expect(await found('Patient/p1/Observation')).toEqual(['Observation/o1', 'Observation/o2', 'Observation/o3']);
      expect(await found('Patient/p1/Observation?code=b')).toEqual(['Observation/o2']);
      expect(await found('Practitioner/d1/Patient')).toEqual(['Patient/p1']);
      expect(await found('Patient/p1/Patient')).toEqual(['Patient/p2']);
      expect(await found('Patient/nobody/Observation')).toEqual([]);
      expect(link(await page('Patient/p1/Observation?_count=1'), 'next')).toMatch(`${BASE}/Patient/p1/Observation?_count=1&_cursor=`);
      expect((await rest.call('POST', 'Patient/p1/Observation/_search')).json.entry).toHaveLength(3);
      expect(await refusal(rest.call('GET', 'Patient/p1/Library'))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('GET', 'Library/l1/Patient'))).toMatchObject({ kind: 'not-found' });
      expect(await refusal(rest.call('GET', 'Patient/p1/Observation/o1'))).toMatchObject({ kind: 'not-found' });
    });
  });

  describe('what is found of all kinds', () => {
    test('132: everything of a compartment, in pages', async () => {
      const whole = ['Observation/o1', 'Observation/o2', 'Observation/o3', 'Patient/p2'];
      expect(await found('Patient/p1/*')).toEqual(whole);
      expect(await found('Patient/p1/*?_type=Observation&code=b')).toEqual(['Observation/o2']);
      expect(await found('Practitioner/d1/*')).toEqual(['Patient/p1', 'Practitioner/d1']);
      expect(await found('Patient/nobody/*')).toEqual([]);
      const seen: string[] = [];
      for (let address: string | undefined = 'Patient/p1/*?_count=3&_sort=_id&_total=accurate'; address; ) {
        const each = await page(address);
        expect(each.total).toBe(4);
        seen.push(...names(each));
        address = link(each, 'next')?.slice(BASE.length + 1);
      }
      expect(seen).toEqual(whole);
      expect((await rest.call('POST', 'Patient/p1/*/_search?_id=o1')).json.entry).toHaveLength(1);
      expect(link(await page('Patient/p1/*?_id=o1'), 'self')).toBe(`${BASE}/Patient/p1/*?_id=o1&_count=20`);
      expect(await refusal(rest.call('GET', 'Patient/p1/*?_type=Library'))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('GET', 'Patient/p1/*?code=a'))).toMatchObject({ kind: 'invalid' });
      expect(await refusal(rest.call('GET', 'Library/l1/*'))).toMatchObject({ kind: 'not-found' });
    });

    test('127: types named are searched by what they share, sorted and paged together, with includes', async () => {
      expect(await found('?_type=Patient,Practitioner&family=Doc,Alpha')).toEqual(['Patient/p1', 'Practitioner/d1']);
      expect(names(await page('?_type=Patient,Practitioner&_sort=-family'))).toEqual([
        'Patient/p3',
        'Practitioner/d1',
        'Patient/p2',
        'Patient/p1',
      ]);
      const first = await page('?_type=Patient,Practitioner&_sort=-family&_count=2&_total=accurate');
      expect([first.total, names(first)]).toEqual([4, ['Patient/p3', 'Practitioner/d1']]);
      expect(names(await page((link(first, 'next') ?? '').slice(BASE.length)))).toEqual(['Patient/p2', 'Patient/p1']);
      expect(await found('?_type=Observation,Library&_id=o1,l1&_include=Observation:subject', 'include')).toEqual(['Patient/p1']);
      expect(await refusal(rest.call('GET', '?_type=Patient,Observation&birthdate=2020'))).toMatchObject({ kind: 'invalid' });
    });

    test('129: _filter, from the address to the page', async () => {
      const filter = (text: string) => `_filter=${encodeURIComponent(text)}`;
      expect(await found(`Patient?${filter('family sw "al" or family eq gamma')}`)).toEqual(['Patient/p1', 'Patient/p3']);
      expect(await found(`Patient?${filter('family sw al or family eq gamma')}&gender=female`)).toEqual(['Patient/p1']);
      expect(await found(`Observation?${filter('subject[gender eq female].name co lph and date ge 2026-01-02')}`)).toEqual([
        'Observation/o2',
        'Observation/o3',
      ]);
      expect(await found(`Observation?${filter('code in http://x/vs')}`)).toEqual(['Observation/o1', 'Observation/o2']);
      expect(await found(`Observation?${filter('code ni http://x/vs')}`)).toEqual(['Observation/o3', 'Observation/o4']);
      expect(await found(`Observation?${filter('code ss http://x/s|a')}`)).toEqual(['Observation/o1', 'Observation/o2']);
      expect(await found(`Patient?${filter('_has:Observation:subject:code eq a')}`)).toEqual(['Patient/p1']);
      const self = link(await page(`Patient?${filter('gender eq "female"')}`), 'self') ?? '';
      expect(new URL(self).searchParams.get('_filter')).toBe('gender eq "female"');
      expect(await refusal(rest.call('GET', `Patient?${filter('family ew pha')}`))).toMatchObject({
        kind: 'not-supported',
        message: expect.stringContaining('"ew"'),
      });
    });

    test('113: an id alone that resources of several types have is refused', async () => {
      const group = { resourceType: 'Group', id: 'p1', type: 'person', actual: true };
      await rest.call('PUT', 'Group/p1', { body: group });
      const { kind, message } = await refusal(rest.call('GET', 'Observation?subject=p1'));
      expect([kind, message]).toEqual(['invalid', expect.stringMatching(/Group\/p1 and Patient\/p1|Patient\/p1 and Group\/p1/)]);
      expect(await refusal(rest.call('GET', 'Patient?_has:Observation:subject:subject=p1'))).toMatchObject({ kind: 'invalid' });
      expect(await found('Observation?subject:Patient=p1')).toHaveLength(3);
      expect(await found('Observation?patient=p1')).toHaveLength(3);
      await rest.call('DELETE', 'Group/p1');
      expect(await found('Observation?subject=p1')).toHaveLength(3);
    });

    test('124: a chain over a versioned reference goes to the current version and says so', async () => {
      const current = await page('Observation?subject:Patient.gender=other');
      expect(names(current)).toEqual(['Observation/o4']);
      expect(current.entry?.at(-1)).toMatchObject({
        search: { mode: 'outcome' },
        resource: { issue: [{ severity: 'warning', diagnostics: expect.stringContaining('"subject"') }] },
      });
      expect(names(await page('Observation?subject:Patient.gender=female'), 'outcome')).toEqual([]);
    });

    test('120, 130, 131: what is not offered is refused', async () => {
      for (const query of [
        'subject:below=Patient/p1',
        'subject:above=Patient/p1',
        '_text=a',
        '_content=a',
        '_query=a',
        '_query=a&_query=b',
      ]) {
        expect([query, (await refusal(rest.call('GET', `Observation?${query}`))).kind]).toEqual([query, 'invalid']);
      }
      expect(await refusal(rest.call('GET', 'Observation?_query=a', { prefer: { handling: 'lenient' } }))).toMatchObject({
        kind: 'invalid',
      });
    });
  });

  describe('the page', () => {
    test('147: is valid R4', async () => {
      const bundle = (
        await rest.call('GET', 'Patient?_count=2&_total=accurate&_revinclude=Observation:subject&colour=x', {
          prefer: { handling: 'lenient' },
        })
      ).json;
      expect((await validatorOf().validate(bundle)).filter(({ severity }) => severity === 'error')).toEqual([]);
    });

    test('147: each entry has resource, absolute fullUrl and mode', async () => {
      const { entry = [] } = await page('Patient?_id=p1');
      expect(entry).toEqual([
        { fullUrl: `${BASE}/Patient/p1`, resource: expect.objectContaining(resources[0]), search: { mode: 'match' } },
      ]);
    });

    test('136: _count is the page, 20 by default, 1,000 at most', async () => {
      expect((await page('Patient?_count=2')).entry).toHaveLength(2);
      expect(link(await page('Patient'), 'self')).toBe(`${BASE}/Patient?_count=20`);
      expect(link(await page('Patient?_count=5000'), 'self')).toBe(`${BASE}/Patient?_count=1000`);
      for (const query of ['_count=-1', '_count=x', '_count=1&_count=2'])
        expect(await refusal(rest.call('GET', `Patient?${query}`))).toMatchObject({ kind: 'invalid' });
    });

    test('136, 137, 138: totals where they are asked for', async () => {
      expect((await page('Patient')).total).toBeUndefined();
      expect((await page('Patient?_total=accurate&_count=1')).total).toBe(3);
      expect((await page('Patient?_total=estimate')).total).toBe(3);
      expect((await page('Patient?_total=none')).total).toBeUndefined();
      for (const query of ['_count=0', '_summary=count']) {
        const counted = await page(`Patient?${query}`);
        expect([counted.total, counted.entry, link(counted, 'next')]).toEqual([3, undefined, undefined]);
      }
    });

    test('152, 154: next leads on, to the end, each match once', async () => {
      for (const query of ['Patient?_count=2', 'Patient?_count=2&_sort=-family', 'Observation?_count=2&_sort=date,-_id&status=final']) {
        const seen: string[] = [];
        let address: string | undefined = query;
        while (address) {
          const each = await page(address);
          seen.push(...names(each));
          address = link(each, 'next')?.slice(BASE.length + 1);
        }
        expect(seen).toHaveLength(new Set(seen).size);
        expect(seen.sort()).toEqual(await found(query.replace('_count=2', '_count=50')));
      }
    });

    test('134: sorted as asked', async () => {
      expect(names(await page('Patient?_sort=-family'))).toEqual(['Patient/p3', 'Patient/p2', 'Patient/p1']);
      expect(names(await page('Patient?_sort=birthdate,_id'))).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3']);
      expect(names(await page('Patient'))[0]).toBe('Patient/p2');
      expect(await refusal(rest.call('GET', 'Patient?_sort=colour'))).toMatchObject({ kind: 'invalid' });
    });

    test('152: a foreign token is refused', async () => {
      const next = new URL(link(await page('Patient?_count=1'), 'next') ?? '').searchParams.get('_cursor') ?? '';
      for (const address of [`Patient?_count=1&_cursor=${next}x`, 'Patient?_cursor=nonsense', `Patient?gender=male&_cursor=${next}`]) {
        expect(await refusal(rest.call('GET', address))).toMatchObject({ kind: 'invalid' });
      }
    });

    test('152: the pages of a search that no address can hold are linked by a token', async () => {
      const many = (n: number) => Array.from({ length: 300 }, (_, i) => `no-such-patient-${n}-${i}`).join(',');
      const form = [1, 2, 3].map((n) => `_id=p1,p2,p3,${many(n)}`).join('&');
      const seen: string[] = [];
      let next: string | undefined = `Patient?${form}&_count=1&_sort=_id&_elements=${Array(300).fill('name').join()}&_format=json`;
      for (let pages = 0; next && pages < 5; pages++) {
        const each: Page = await page(next);
        seen.push(...names(each));
        next = link(each, 'next')?.slice(BASE.length + 1);
        expect((next ?? '').length).toBeLessThan(500);
        if (next) expect(Object.fromEntries(new URLSearchParams(next.split('?')[1]))).toMatchObject({ _format: 'json' });
        if (next) expect(await refusal(rest.call('GET', `${next}&gender=male`))).toMatchObject({ kind: 'invalid' });
      }
      expect(seen).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3']);
      const values = Array.from({ length: 500 }, (_, i) => `${'x'.repeat(60)}${i}`).join(',');
      const huge = Array(8).fill(`_id=p1,p2,p3,${values}`).join('&');
      expect(await refusal(rest.call('GET', `Patient?${huge}&_count=1`))).toMatchObject({ kind: 'too-costly' });
      expect(await refusal(rest.call('GET', 'Patient?_kept=x&_kept=y'))).toMatchObject({ message: expect.stringContaining('2 times') });
      for (const token of ['x', 'a'.repeat(43)]) {
        expect(await refusal(rest.call('GET', `Patient?_kept=${token}`))).toMatchObject({
          message: expect.stringContaining('begin it anew'),
        });
      }
    });

    test('149: the self link says what was used', async () => {
      const self =
        link(await page('Patient?name=&family:exact=Alpha&_sort=-family&_total=none&_format=json&gender=female,male'), 'self') ?? '';
      expect(self.startsWith(`${BASE}/Patient?`)).toBe(true);
      expect([...new URL(self).searchParams].sort()).toEqual([
        ['_count', '20'],
        ['_format', 'json'],
        ['_sort', '-family'],
        ['_total', 'none'],
        ['family:exact', 'Alpha'],
        ['gender', 'female,male'],
      ]);
      const odd = "a&b=c+d %é|\\$'";
      const given = link(await page(`Patient?family=${encodeURIComponent(odd)}`), 'self') ?? '';
      expect(new URL(given).searchParams.get('family')).toBe(odd);
    });

    test('79: an unknown parameter is refused, or left out and told of', async () => {
      expect(await refusal(rest.call('GET', 'Patient?colour=red'))).toMatchObject({
        kind: 'invalid',
        message: expect.stringContaining('"colour"'),
      });
      const lenient = await page('Patient?colour=red&gender=female', { prefer: { handling: 'lenient' } });
      expect(names(lenient)).toEqual(['Patient/p1']);
      expect(link(lenient, 'self')).toBe(`${BASE}/Patient?gender=female&_count=20`);
      const remark = lenient.entry?.find(({ search }) => search.mode === 'outcome');
      expect(remark?.fullUrl).toMatch(/^urn:uuid:/);
      expect(remark?.resource.issue).toEqual([
        expect.objectContaining({ severity: 'warning', diagnostics: expect.stringContaining('colour') }),
      ]);
      expect(await refusal(rest.call('GET', 'Patient?gender=female&birthdate=nodate', { prefer: { handling: 'lenient' } }))).toMatchObject({
        kind: 'invalid',
      });
    });

    test('138, 139, 140: shortened resources', async () => {
      const [summary] = (await page('Patient?_id=p3&_summary=true')).entry ?? [];
      expect(summary?.resource).toMatchObject({ name: [{ family: 'Gamma' }], meta: { tag: [{ code: 'SUBSETTED' }] } });
      expect(summary?.resource).not.toHaveProperty('photo');
      const { entry = [] } = await page('Observation?_id=o1&_elements=status&_include=Observation:subject');
      expect(entry.map(({ resource }) => [resource.resourceType, 'subject' in resource, 'name' in resource])).toEqual([
        ['Observation', false, false],
        ['Patient', false, true],
      ]);
      expect((await rest.call('GET', 'Patient/p3')).json.meta.tag).toBeUndefined();
      for (const query of ['_summary=some', '_elements=colour', '_summary=true&_elements=name', '_summary=text&_include=Patient:link']) {
        expect(await refusal(rest.call('GET', `Patient?${query}`))).toMatchObject({ kind: 'invalid' });
      }
    });
  });

  describe('includes', () => {
    test('142, 144: what matches refer to; foreign and dangling references are left out', async () => {
      expect(await found('Observation?_id=o1&_include=Observation:subject', 'include')).toEqual(['Patient/p1']);
      expect(await found('Observation?_id=o3&_include=Observation:patient', 'include')).toEqual(['Patient/p1']);
      expect(await found('Observation?_id=o4&_include=Observation:performer', 'include')).toEqual([]);
      expect(await found('Observation?_include=Observation:*', 'include')).toEqual(['Patient/p1', 'Patient/p2']);
      expect(await found('Patient?_id=p1&_include=*', 'include')).toEqual(['Practitioner/d1']);
      expect(await found('Observation?_id=o1&_include=Observation:subject:Group', 'include')).toEqual([]);
      expect(await found('Observation?_id=o1&_include=Patient:link', 'include')).toEqual([]);
    });

    test('144: a versioned reference leads to that version', async () => {
      const { entry = [] } = await page('Observation?_id=o4&_include=Observation:subject');
      expect(entry[1]).toMatchObject({
        fullUrl: `${BASE}/Patient/p2`,
        resource: { gender: 'male', meta: { versionId: '1' } },
        search: { mode: 'include' },
      });
    });

    test('144: a canonical leads to its version, or to the latest', async () => {
      expect(await found('PlanDefinition?_include=PlanDefinition:depends-on', 'include')).toEqual(['Library/l1', 'Library/l2']);
      const withVersion = { ...resources[10], id: 'pd2', url: 'http://x/P2', library: undefined };
      await rest.call('PUT', 'PlanDefinition/pd2', { body: withVersion });
      expect(await found('PlanDefinition?_id=pd2&_include=PlanDefinition:depends-on', 'include')).toEqual(['Library/l1']);
      await rest.call('DELETE', 'PlanDefinition/pd2');
    });

    test('142: what refers to matches', async () => {
      expect(await found('Patient?_id=p1&_revinclude=Observation:subject', 'include')).toEqual([
        'Observation/o1',
        'Observation/o2',
        'Observation/o3',
      ]);
      expect(await found('Patient?_id=p1&_revinclude=Patient:link', 'include')).toEqual(['Patient/p2']);
      expect(await found('Practitioner?_revinclude=Patient:*', 'include')).toEqual(['Patient/p1']);
      expect(await found('Library?_id=l1&_revinclude=PlanDefinition:depends-on', 'include')).toEqual(['PlanDefinition/pd1']);
      expect(await found('Library?_id=l2&_revinclude=PlanDefinition:depends-on', 'include')).toEqual(['PlanDefinition/pd1']);
    });

    test('148: each resource once, and a match stays a match', async () => {
      const all = await page('Patient?_revinclude=Patient:link&_include=Patient:link');
      expect(names(all).sort()).toEqual(['Patient/p1', 'Patient/p2', 'Patient/p3']);
      expect(names(all, 'include')).toEqual([]);
      const twice = await page('Observation?status=final&_include=Observation:subject&_include=Observation:patient');
      expect(names(twice, 'include').sort()).toEqual(['Patient/p1', 'Patient/p2']);
    });

    test('143: :iterate goes on from what was included, and ends in circles', async () => {
      expect(await found('Observation?_id=o1&_include=Observation:subject&_include=Patient:general-practitioner', 'include')).toEqual([
        'Patient/p1',
      ]);
      expect(
        await found('Observation?_id=o1&_include=Observation:subject&_include:iterate=Patient:general-practitioner', 'include'),
      ).toEqual(['Patient/p1', 'Practitioner/d1']);
      expect(await found('Patient?_id=p2&_include:iterate=Patient:link&_revinclude:iterate=Patient:link', 'include')).toEqual([
        'Patient/p1',
      ]);
    });

    test('145: each page carries its own', async () => {
      const first = await page('Observation?subject=Patient/p1&_count=2&_include=Observation:subject');
      const second = await page((link(first, 'next') ?? '').slice(BASE.length + 1));
      expect([names(first, 'include'), names(second, 'include')]).toEqual([['Patient/p1'], ['Patient/p1']]);
      expect([names(first).length, names(second).length]).toEqual([2, 1]);
    });

    test.each([
      '_include=Observation:colour',
      '_include=Observation:code',
      '_include=Nothing:subject',
      '_revinclude=*',
      '_include:some=Observation:subject',
      '_include=Observation',
    ])('142: refuses %s', async (query) => {
      expect(await refusal(rest.call('GET', `Observation?${query}`))).toMatchObject({ kind: 'invalid' });
    });

    test('143: no more than 1,000 come along, and the answer says so', async () => {
      const body = (id: string) => ({ resourceType: 'Basic', id, code: { text: 'x' }, subject: { reference: 'Patient/p3' } });
      await Promise.all(Array.from({ length: 1005 }, (_, i) => rest.call('PUT', `Basic/b${i}`, { body: body(`b${i}`) })));
      const { entry = [] } = await page('Patient?_id=p3&_revinclude=Basic:subject');
      expect(entry.filter(({ search }) => search.mode === 'include')).toHaveLength(1000);
      expect(entry.at(-1)).toMatchObject({
        search: { mode: 'outcome' },
        resource: { issue: [{ severity: 'warning', diagnostics: expect.stringContaining('1000') }] },
      });
    });
  });
});
