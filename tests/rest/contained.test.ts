import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FhirResource } from '../../src/fhir/types.ts';
import { containedPage } from '../../src/rest/contained.ts';
import { parseQuery } from '../../src/search/parse-query.ts';
import { createRandom } from '../search/random.ts';
import { validatorOf } from '../validation/subject.ts';
import { BASE, type Client, client, refusal, registry } from './client.ts';
import { type OpenedStore, stores } from './stores.ts';

const SEED = Number(process.env.SEED ?? 20261125);
jest.setTimeout(60_000); // hundreds of pages

interface Entry {
  readonly fullUrl?: string;
  readonly resource: { readonly resourceType: string; readonly id?: string; readonly contained?: readonly object[] };
  readonly search: { readonly mode: string };
}
interface Page {
  readonly total?: number;
  readonly link: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly Entry[];
}

const medication = (id: string, ...codes: readonly string[]) => ({
  resourceType: 'Medication',
  id,
  code: { coding: codes.map((code) => ({ system: 'http://x/m', code })) },
});
const request = (id: string, contained: readonly object[], more: object = {}) => ({
  resourceType: 'MedicationRequest',
  id,
  contained,
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/p' },
  medicationReference: { reference: '#m1' },
  ...more,
});
const dose =
  '{"resourceType":"Medication","id":"m1","code":{"coding":[{"system":"http://x/m","code":"a"}]},"amount":{"numerator":{"value":1.50}}}';

/** Written in this order, so that the last is found first. */
const written: readonly (readonly [address: string, body: object | string])[] = [
  ['Medication/own', medication('own', 'a')],
  ['MedicationRequest/r1', JSON.stringify(request('r1', [{ MARK: 1 }])).replace('{"MARK":1}', dose)],
  [
    'MedicationRequest/r2',
    request('r2', [medication('m1', 'a', 'b'), medication('m2', 'c'), medication('m3', 'a')], {
      supportingInformation: [{ reference: '#m2' }, { reference: '#m3' }],
    }),
  ],
  ['MedicationRequest/r3', request('r3', [{ resourceType: 'Patient', id: 'm1', gender: 'male', name: [{ family: 'a' }] }])],
  [
    'Medication/kit',
    {
      ...medication('kit', 'a'),
      contained: [medication('part', 'a'), { resourceType: 'Organization', id: 'o', name: 'a' }],
      manufacturer: { reference: '#o' },
      ingredient: [{ itemReference: { reference: '#part' } }],
    },
  ],
  ['MedicationRequest/gone', request('gone', [medication('m1', 'a')])],
];

describe.each(stores)('146: contained resources on %s', (_name, open) => {
  let opened: OpenedStore;
  let rest: Client;

  beforeAll(async () => {
    opened = await open();
    rest = client({ store: opened.store });
    for (const [address, body] of written) {
      await rest.call('PUT', address, { body });
      await new Promise((resolve) => setTimeout(resolve, 2)); // no two in one millisecond
    }
    await rest.call('DELETE', 'MedicationRequest/gone');
  });
  afterAll(() => opened.close());

  const page = async (address: string): Promise<Page> => (await rest.call('GET', address)).json;
  const urls = ({ entry = [] }: Page) => entry.map(({ fullUrl }) => fullUrl?.slice(BASE.length + 1));
  const found = async (address: string) => urls(await page(address));
  const next = ({ link }: Page) => link.find(({ relation }) => relation === 'next')?.url.slice(BASE.length + 1);
  const pages = async (address: string) => {
    const all: Page[] = [];
    for (let at: string | undefined = address; at && all.length < 1000; at = next(all.at(-1) as Page)) all.push(await page(at));
    return all;
  };

  test('are left alone unless they are asked for', async () => {
    for (const query of ['', '&_contained=false']) {
      expect(await found(`Medication?code=a${query}`)).toEqual(['Medication/kit', 'Medication/own']);
    }
  });

  test('are found with what contains them, each container once', async () => {
    const answer = await page('Medication?code=a&_contained=true&_total=accurate');
    expect([answer.total, urls(answer)]).toEqual([3, ['Medication/kit', 'MedicationRequest/r2', 'MedicationRequest/r1']]);
    expect(answer.entry?.map(({ search }) => search.mode)).toEqual(['match', 'match', 'match']);
    expect(answer.link).toEqual([{ relation: 'self', url: `${BASE}/Medication?code=a&_contained=true&_total=accurate&_count=20` }]);
    expect(await found('Patient?family=a&_contained=true&_containedType=container')).toEqual(['MedicationRequest/r3']);
  });

  test('are found alone, at the address of their container', async () => {
    const { text } = await rest.call('GET', 'Medication?code=a&_contained=true&_containedType=contained');
    expect(urls(JSON.parse(text))).toEqual([
      'Medication/kit#part',
      'MedicationRequest/r2#m1',
      'MedicationRequest/r2#m3',
      'MedicationRequest/r1#m1',
    ]);
    expect(text).toContain(`{"fullUrl":"${BASE}/MedicationRequest/r1#m1","resource":${dose},"search":{"mode":"match"}}`);
  });

  test('are found beside those that stand for themselves, in one order', async () => {
    const containers = ['Medication/kit', 'MedicationRequest/r2', 'MedicationRequest/r1', 'Medication/own'];
    expect(await found('Medication?code=a&_contained=both')).toEqual(containers);
    expect(await found('Medication?code=a&_contained=both&_containedType=contained')).toEqual([
      ...['Medication/kit', 'Medication/kit#part', 'MedicationRequest/r2#m1', 'MedicationRequest/r2#m3', 'MedicationRequest/r1#m1'],
      'Medication/own',
    ]);
    expect((await page('Medication?code=a&_contained=both&_summary=count')).total).toBe(4);
    expect((await page('Medication?code=a&_contained=both&_containedType=contained&_count=0')).total).toBe(6);
  });

  test('must each fulfil all that is asked, by modifiers, ids, times and references inside of the container', async () => {
    const alone = (query: string) => found(`Medication?_contained=true&_containedType=contained&${query}`);
    expect(await alone('code=b&code=c')).toEqual([]);
    expect(await alone('code:not=a')).toEqual(['MedicationRequest/r2#m2']);
    expect(await alone('_id=m2,m3,own,kit')).toEqual(['MedicationRequest/r2#m2', 'MedicationRequest/r2#m3']);
    expect(await alone('_lastUpdated=gt2000&_filter=code eq c')).toEqual(['MedicationRequest/r2#m2']);
    expect(await alone('_lastUpdated=lt2000')).toEqual([]);
    expect(await found('Organization?_contained=true&_containedType=contained&name=a')).toEqual(['Medication/kit#o']);
    expect(await found('Device?_contained=both')).toEqual([]);
  });

  test('by POST and in a batch, too', async () => {
    const query = 'Medication?code=c&_contained=true&_containedType=contained';
    expect(urls((await rest.call('POST', query.replace('?', '/_search?'))).json)).toEqual(['MedicationRequest/r2#m2']);
    const body = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: query } }] };
    expect(urls((await rest.call('POST', '', { body })).json.entry[0].resource)).toEqual(['MedicationRequest/r2#m2']);
  });

  test('are shortened like anything else, and the page is valid R4', async () => {
    const [alone] = (await page('Medication?code=c&_contained=true&_containedType=contained&_elements=code')).entry ?? [];
    expect(alone?.resource).toMatchObject({ id: 'm2', code: {}, meta: { tag: [{ code: 'SUBSETTED' }] } });
    const [whole] = (await page('Medication?code=c&_contained=true&_elements=priority')).entry ?? [];
    expect(Object.keys(whole?.resource ?? {}).sort()).toEqual([
      'id',
      'intent',
      'medicationReference',
      'meta',
      'resourceType',
      'status',
      'subject',
    ]);
    for (const as of ['container', 'contained']) {
      const answer = await page(`Medication?code=a&_contained=both&_containedType=${as}`);
      expect((await validatorOf().validate(answer)).filter(({ severity }) => severity === 'error')).toEqual([]);
    }
  });

  test('are searched one type at a time, and in no compartment', async () => {
    expect(await found('?_type=Patient&_contained=true')).toEqual(['MedicationRequest/r3']);
    for (const address of [
      '?_contained=true',
      'Patient/p/MedicationRequest?_contained=true',
      'Patient/p/*?_type=Observation&_contained=both',
    ]) {
      expect([address, (await refusal(rest.call('GET', address))).kind]).toEqual([address, 'invalid']);
    }
  });

  test('every type can be searched so, as the statement says', async () => {
    const statement = (await rest.call('GET', 'metadata')).json;
    expect(statement.rest[0].documentation).toMatch(
      /_contained=true or both, with _containedType=container or contained, .* 1000 resources/,
    );
    for (const { type } of statement.rest[0].resource) {
      expect([type, (await rest.call('GET', `${type}?_contained=both&_containedType=contained&_count=1`)).status]).toEqual([type, 200]);
    }
  });

  test('a token of another search, or of no place, is refused', async () => {
    const token = next(await page('Medication?_contained=true&_count=1'))?.split('_cursor=')[1];
    for (const query of ['_contained=both', '_contained=true&_containedType=contained', '_contained=false', 'code=a&_contained=true']) {
      expect((await refusal(rest.call('GET', `Medication?${query}&_cursor=${token}`))).kind).toBe('invalid');
    }
    const { query, contained } = parseQuery({ types: ['Medication'], query: [['_contained', 'both']], registry, now: new Date() });
    for (const values of [[], ['yesterday', 0], ['2026-01-01T00:00:00.000Z'], ['2026-01-01T00:00:00.000Z', -1]]) {
      const after = { values, type: 'Medication', id: 'a' } as const;
      const asked = containedPage({ store: opened.store, registry }, { ...query, after }, contained ?? { withRows: true, as: 'container' });
      expect((await refusal(asked)).kind).toBe('invalid');
    }
  });

  describe('pages', () => {
    const random = createRandom(SEED);
    const queries = ['', 'code=a', 'code:not=a', 'code=b,c', 'code=a&code=b'];
    /** What a search should find, by looking at everything: newest first. */
    let model: readonly FhirResource[];

    beforeAll(async () => {
      for (let i = 0; i < 24; i++) {
        const some = random.several(0, 4, (k = random.below(1000)) =>
          medication(`c${k}`, ...random.several(0, 2, () => random.pick(['a', 'b', 'c']))),
        );
        const contained = some.filter((each, k) => some.findIndex(({ id }) => id === each.id) === k);
        const id = `x${i % 16}`;
        if (random.chance(0.5)) await rest.call('PUT', `MedicationRequest/${id}`, { body: request(id, contained) });
        else await rest.call('PUT', `Medication/${id}`, { body: { ...medication(id, random.pick(['a', 'b', 'c'])), contained } });
        if (random.chance(0.6)) await new Promise((resolve) => setTimeout(resolve, 2));
      }
      const all = (await page('?_count=1000')).entry ?? [];
      model = all.map(({ resource }) => resource as FhirResource);
    });

    /** The answer of a search by all values of `code`, told naively. */
    const expected = (query: string, contained: string, as: string) =>
      model.flatMap((resource) => {
        const url = `${resource.resourceType}/${resource.id}`;
        const inside = ((resource as { contained?: FhirResource[] }).contained ?? []).filter((each) => holds(each, query));
        const own = contained === 'both' && holds(resource, query) ? [url] : [];
        if (as === 'container') return own.length + inside.length > 0 ? [url] : [];
        return [...own, ...inside.map(({ id }) => `${url}#${id}`)];
      });

    test(`together hold all, each once, in order, with the same total, seed ${SEED}`, async () => {
      for (const query of queries) {
        for (const contained of ['true', 'both']) {
          for (const as of ['container', 'contained']) {
            const whole = expected(query, contained, as);
            for (const count of query === '' ? [1, 3, 1000] : [2]) {
              const address = `Medication?${query}&_contained=${contained}&_containedType=${as}&_count=${count}`;
              const seen = await pages(address);
              expect([address, seen.flatMap(urls)]).toEqual([address, whole]);
              expect(seen.slice(0, -1).every(({ entry }) => entry?.length === count)).toBe(true);
              if (count === 1) continue;
              const counted = await pages(`${address}&_total=accurate`);
              expect([address, counted.flatMap(urls)]).toEqual([address, whole]);
              expect(new Set(counted.map(({ total }) => total))).toEqual(new Set([whole.length]));
            }
          }
        }
      }
    });

    test('keep what is not changed while others write, and go on inside of a container', async () => {
      const address = 'Medication?_contained=true&_containedType=contained&_count=2';
      await rest.call('PUT', 'MedicationRequest/w1', {
        body: request(
          'w1',
          [1, 2, 3, 4, 5].map((i) => medication(`m${i}`, 'a')),
        ),
      });
      const [first, whole] = [await page(address), expected('', 'true', 'contained')];
      expect(urls(first)).toEqual(['MedicationRequest/w1#m1', 'MedicationRequest/w1#m2']);
      expect((await found(next(first) ?? '')).slice(0, 2)).toEqual(['MedicationRequest/w1#m3', 'MedicationRequest/w1#m4']);
      await new Promise((resolve) => setTimeout(resolve, 2));
      await rest.call('PUT', 'MedicationRequest/w1', { body: request('w1', [medication('m9', 'a')]) });
      expect((await pages(next(first) ?? '')).flatMap(urls)).toEqual(whole);
      await rest.call('DELETE', 'MedicationRequest/w1');
      expect((await pages(next(first) ?? '')).flatMap(urls)).toEqual(whole);
    });

    test('end where a request has looked into as many containers as it may', async () => {
      for (const form of ['true container', 'true contained', 'both container', 'both contained']) {
        const [contained = '', as = ''] = form.split(' ');
        const parsed = parseQuery({
          types: ['Medication'],
          query: [
            ['_contained', contained],
            ['_containedType', as],
          ],
          registry,
          now: new Date(),
        });
        const wanted = parsed.contained ?? { withRows: false, as: 'container' };
        const seen: string[] = [];
        for (let after = undefined as typeof parsed.query.after, more = true; more; more = after !== undefined) {
          const one = await containedPage({ store: opened.store, registry, most: 4 }, { ...parsed.query, ...(after && { after }) }, wanted);
          for (const { version, position } of one.hits) seen.push(`${version.type}/${version.id} ${position}`);
          after = one.next;
        }
        expect([form, new Set(seen).size, seen.length]).toEqual([form, seen.length, expected('', contained, as).length]);
        const counted = containedPage({ store: opened.store, registry, most: 4 }, { ...parsed.query, total: true }, wanted);
        expect(await refusal(counted)).toMatchObject({
          kind: 'too-costly',
          message: expect.stringContaining('4 resources that contain a Medication'),
        });
      }
    });

    test('that would find nothing in so many are refused', async () => {
      const { query, contained } = parseQuery({
        types: ['Medication'],
        query: [
          ['_contained', 'true'],
          ['code', 'nothing'],
        ],
        registry,
        now: new Date(),
      });
      const asked = containedPage({ store: opened.store, registry, most: 4 }, query, contained ?? { withRows: false, as: 'container' });
      expect((await refusal(asked)).kind).toBe('too-costly');
      expect(await found('Medication?_contained=true&code=nothing')).toEqual([]);
    });
  });
});

function holds(resource: FhirResource, query: string): boolean {
  if (resource.resourceType !== 'Medication') return false;
  const codes = resource.code?.coding?.map(({ code }) => code) ?? [];
  return [...new URLSearchParams(query)].every(([name, value]) => {
    const any = value.split(',').some((code) => codes.includes(code));
    return name === 'code:not' ? !any : any;
  });
}
