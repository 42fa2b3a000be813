import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validatorOf } from '../validation/subject.ts';
import { BASE, type Client, client, refusal } from './client.ts';
import { type OpenedStore, stores } from './stores.ts';

interface Entry {
  readonly fullUrl: string;
  readonly resource?: { readonly meta: { readonly versionId: string } };
  readonly request: { readonly method: string; readonly url: string };
  readonly response: { readonly status: string; readonly etag: string; readonly lastModified: string };
}

const body = (resourceType: string, id: string, more: object = {}) => ({ body: { resourceType, id, ...more } });

describe.each(stores)('history on %s', (_name, open) => {
  let opened: OpenedStore;
  let rest: Client;
  /** Address of a Patient that was posted. */
  let posted: string;

  beforeAll(async () => {
    opened = await open();
    rest = client({ store: opened.store });
    await rest.call('PUT', 'Patient/h1', body('Patient', 'h1', { gender: 'male' }));
    await rest.call('PUT', 'Patient/h1', body('Patient', 'h1', { gender: 'female' }));
    await rest.call('DELETE', 'Patient/h1');
    await rest.call('PUT', 'Patient/h1', body('Patient', 'h1'));
    await rest.call('PUT', 'Group/g1', body('Group', 'g1', { type: 'person', actual: true }));
    posted = `Patient/${(await rest.call('POST', 'Patient', body('Patient', 'ignored'))).json.id}`;
  });
  afterAll(() => opened.close());

  test('53, 54: lists the versions of one, newest first, deletions included', async () => {
    const { status, json } = await rest.call('GET', 'Patient/h1/_history');
    const entries: readonly Entry[] = json.entry;
    expect([status, json.resourceType, json.type, json.total]).toEqual([200, 'Bundle', 'history', 4]);
    expect(entries.map(({ request, response }) => [request.method, request.url, response.status, response.etag])).toEqual([
      ['PUT', 'Patient/h1', '200', 'W/"4"'],
      ['DELETE', 'Patient/h1', '204', 'W/"3"'],
      ['PUT', 'Patient/h1', '200', 'W/"2"'],
      ['PUT', 'Patient/h1', '201', 'W/"1"'],
    ]);
    expect(entries.map(({ resource }) => resource?.meta.versionId)).toEqual(['4', undefined, '2', '1']);
    expect(new Set(entries.map(({ fullUrl }) => fullUrl))).toEqual(new Set([`${BASE}/Patient/h1`]));
    for (const { response } of entries) expect(new Date(response.lastModified).toISOString()).toBe(response.lastModified);
  });

  test('54: is valid R4', async () => {
    const issues = await validatorOf().validate((await rest.call('GET', '_history')).json);
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test('55: a create is a POST to the type', async () => {
    const [entry] = (await rest.call('GET', `${posted}/_history`)).json.entry as readonly Entry[];
    expect([entry?.request, entry?.response.status]).toEqual([{ method: 'POST', url: 'Patient' }, '201']);
  });

  test('53: of a type, of the system', async () => {
    const sizes = ['Patient/_history', 'Group/_history', '_history', 'Device/_history'].map(async (address) => {
      const { json } = await rest.call('GET', address);
      expect(json.total).toBe(json.entry?.length ?? 0);
      return json.entry?.length;
    });
    expect(await Promise.all(sizes)).toEqual([5, 1, 6, undefined]);
  });

  test('53: of what never existed is 404, of what is deleted it is there', async () => {
    expect(await refusal(rest.call('GET', 'Patient/never/_history'))).toMatchObject({ kind: 'not-found' });
    await rest.call('PUT', 'Device/gone', body('Device', 'gone'));
    await rest.call('DELETE', 'Device/gone');
    expect((await rest.call('GET', 'Device/gone/_history')).json.total).toBe(2);
  });

  test('57, 149: pages lead to each other and hold each version once', async () => {
    const seen: string[] = [];
    let address: string | undefined = 'Patient/_history?_count=2';
    let pages = 0;
    while (address) {
      const { json } = await rest.call('GET', address);
      const entries: readonly Entry[] = json.entry;
      expect(entries.length).toBeLessThanOrEqual(2);
      seen.push(...entries.map(({ fullUrl, response }) => fullUrl + response.etag));
      const links: readonly { relation: string; url: string }[] = json.link;
      expect(links[0]).toEqual({ relation: 'self', url: `${BASE}/${address}` });
      address = links.find(({ relation }) => relation === 'next')?.url.slice(BASE.length + 1);
      pages++;
    }
    expect([pages, seen.length, new Set(seen).size]).toEqual([3, 5, 5]);
  });

  test('56, 57: _count=0 tells only how many', async () => {
    const { json } = await rest.call('GET', 'Patient/h1/_history?_count=0');
    expect([json.total, json.entry, json.link.length]).toEqual([4, undefined, 1]);
    expect((await rest.call('GET', 'Patient/_history?_count=0')).json.total).toBe(5);
    expect((await rest.call('GET', '_history?_summary=count')).json.total).toBe(8);
    expect((await rest.call('GET', 'Patient/_history?_count=2')).json.total).toBe(5);
  });

  test('56: _since takes versions made then or later', async () => {
    const versions: readonly Entry[] = (await rest.call('GET', 'Patient/h1/_history')).json.entry;
    const last = versions[0]?.response.lastModified ?? '';
    const { json } = await rest.call('GET', `Patient/h1/_history?_since=${last}`);
    expect(json.entry[0].response.etag).toBe('W/"4"');
    const later = new Date(Date.parse(last) + 1).toISOString();
    expect((await rest.call('GET', `Patient/h1/_history?_since=${later}`)).json.entry).toBeUndefined();
    const between = last.replace('Z', '0001Z');
    expect((await rest.call('GET', `Patient/h1/_history?_since=${between}`)).json.entry).toBeUndefined();
    const elsewhere = new Date(Date.parse(last) + 7_200_000).toISOString().replace('Z', '%2B02:00');
    expect((await rest.call('GET', `Patient/h1/_history?_since=${elsewhere}`)).json.entry[0].response.etag).toBe('W/"4"');
  });

  test('56: _at takes versions that were current at some time in the value', async () => {
    const today = new Date().toISOString().slice(0, 4);
    expect((await rest.call('GET', `Patient/h1/_history?_at=${today}`)).json.entry).toHaveLength(4);
    expect((await rest.call('GET', 'Patient/h1/_history?_at=2001-01')).json.entry).toBeUndefined();
    const now = new Date(Date.now() + 60_000).toISOString();
    const { json } = await rest.call('GET', `Patient/h1/_history?_at=${now}`);
    expect(json.entry.map((entry: Entry) => entry.response.etag)).toEqual(['W/"4"']);
  });

  test.each([
    '_since=2020-01-01',
    '_since=2020-01-01T00:00:00',
    '_since=yesterday',
    '_at=2020-02-30',
    '_count=-1',
    '_count=x',
    '_since=2020-01-01T00:00:00Z&_since=2020-01-01T00:00:00Z',
    '_list=1',
    'name=x',
    '_cursor=nonsense',
  ])('56: refuses %s', async (query) => {
    expect(await refusal(rest.call('GET', `Patient/_history?${query}`))).toMatchObject({ kind: 'invalid' });
  });

  test('57: a token of another history, or one that was changed, is refused', async () => {
    const { json } = await rest.call('GET', 'Patient/h1/_history?_count=1');
    const next = new URL(json.link.find(({ relation }: { relation: string }) => relation === 'next').url).searchParams;
    const token = next.get('_cursor') ?? '';
    expect((await rest.call('GET', `Patient/h1/_history?_count=2&_cursor=${token}`)).json.entry).toHaveLength(2);
    for (const address of [
      `Patient/h1/_history?_cursor=${token}A`,
      `Patient/h1/_history?_cursor=${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`,
      `Patient/h1/_history?_since=2020-01-01T00:00:00Z&_cursor=${token}`,
      `Patient/_history?_cursor=${token}`,
      `_history?_cursor=${token}`,
    ])
      expect(await refusal(rest.call('GET', address))).toMatchObject({ kind: 'invalid' });
  });

  test('9: shortens what it lists', async () => {
    const { json } = await rest.call('GET', 'Patient/h1/_history?_elements=gender');
    expect(json.entry[2].resource).toMatchObject({ gender: 'female', meta: { tag: [{ code: 'SUBSETTED' }] } });
  });
});
