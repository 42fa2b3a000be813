import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import type { FhirRequest, FhirResponse } from '../../src/fhir/request.ts';
import type { Route } from '../../src/rest/routes.ts';
import { type Door, mirror, openDoor, stored } from './door.ts';

const version = { versionId: 3, lastUpdated: '2026-03-14T09:30:15.678Z' };
const read = async ({ id = '' }): Promise<FhirResponse> => {
  if (id === 'gone') throw new FhirError('gone', 'Observation/gone was deleted.', { headers: { ETag: 'W/"4"' } });
  if (id === 'fault') throw new TypeError('canary-in-an-error');
  if (id === 'slow') await new Promise((resolve) => setTimeout(resolve, 400));
  if (id === 'same') return { status: 304, version };
  return { status: 200, body: stored(id, id === 'large' ? 4000 : 100), version };
};
const routes: readonly Route[] = [
  { method: 'GET', path: '/metadata', interaction: 'capabilities', run: mirror },
  { method: 'POST', path: '/[type]/_search', interaction: 'search-type', run: mirror },
  { method: 'POST', path: '/[type]/$validate', interaction: 'operation', run: mirror },
  { method: 'GET', path: '/[type]/[id]/_history/[vid]', interaction: 'vread', run: mirror },
  { method: 'GET', path: '/[compartment]/[owner]/*', interaction: 'search-compartment', run: mirror },
  { method: 'GET', path: '/[compartment]/[owner]/[type]', interaction: 'search-compartment', run: mirror },
  { method: 'GET', path: '/[type]/[id]', interaction: 'read', run: read },
  { method: 'PUT', path: '/[type]/[id]', interaction: 'update', run: mirror },
  { method: 'PATCH', path: '/[type]/[id]', interaction: 'patch', run: mirror },
  { method: 'DELETE', path: '/[type]/[id]', interaction: 'delete', run: async () => ({ status: 204, version }) },
  {
    method: 'POST',
    path: '/[type]',
    interaction: 'create',
    run: async () => ({ status: 201, version, location: 'https://ramus.example.org/fhir/Observation/9/_history/3' }),
  },
  { method: 'GET', path: '/[type]', interaction: 'search-type', run: mirror },
  { method: 'POST', path: '/', interaction: 'batch', run: (request) => bundled(request) },
];

/** What a batch is told while it runs, and after its time was up. */
const ends: (boolean | undefined)[] = [];
async function bundled(request: FhirRequest): Promise<FhirResponse> {
  if (request.query.some(([name]) => name === 'slow')) {
    ends.push(request.isOver?.());
    await new Promise((resolve) => setTimeout(resolve, 400));
    ends.push(request.isOver?.());
  }
  return mirror(request);
}

let door: Door;
beforeAll(async () => {
  door = await openDoor(routes, { limits: { bodyLimit: 2000, largeBodyLimit: 4000, requestTimeout: 200 } });
});
afterAll(() => door.close());

const json = { 'Content-Type': 'application/fhir+json' };
const diagnostics = (answer: { json: { issue: { diagnostics: string }[] } }): string => answer.json.issue[0]?.diagnostics ?? '';

describe('an answer', () => {
  test('is the stored text, byte for byte, with the headers of its version', async () => {
    const { status, headers, bytes } = await door.ask('GET', '/fhir/Observation/a');
    expect(status).toBe(200);
    expect(bytes).toEqual(stored('a'));
    expect(headers).toMatchObject({
      'content-type': 'application/fhir+json; charset=utf-8',
      'content-length': String(stored('a').length),
      etag: 'W/"3"',
      'last-modified': 'Sat, 14 Mar 2026 09:30:15 GMT',
      vary: 'Accept, Accept-Encoding',
    });
    expect(headers['x-powered-by']).toBeUndefined();
  });

  test('to HEAD has the headers of GET and no body', async () => {
    const [get, head] = await Promise.all([door.ask('GET', '/fhir/Observation/a'), door.ask('HEAD', '/fhir/Observation/a')]);
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified']) expect(head.headers[name]).toBe(get.headers[name]);
  });

  test('without a body has no Content-Type', async () => {
    const same = await door.ask('GET', '/fhir/Observation/same');
    expect(same).toMatchObject({ status: 304, text: '' });
    expect(same.headers).toMatchObject({ etag: 'W/"3"' });
    expect(same.headers['content-type']).toBeUndefined();
    expect(await door.ask('DELETE', '/fhir/Observation/a', { body: 'ignored' })).toMatchObject({ status: 204, text: '' });
  });

  test('names what was created', async () => {
    const { status, headers } = await door.ask('POST', '/fhir/Observation', { headers: json, body: '{"resourceType":"Observation"}' });
    expect(status).toBe(201);
    expect(headers.location).toBe('https://ramus.example.org/fhir/Observation/9/_history/3');
  });

  test('is indented on demand, with the digits of its numbers', async () => {
    const { text } = await door.ask('GET', '/fhir/Observation/a?_pretty=true');
    expect(text).toContain('\n  "valueQuantity": {\n    "value": 1.50\n  }');
    expect((await door.ask('GET', '/fhir/Observation/a?_pretty=false')).bytes).toEqual(stored('a'));
    expect(await door.ask('GET', '/fhir/Observation/a?_pretty=maybe')).toMatchObject({ status: 400 });
  });
});

describe('negotiation', () => {
  test.each([
    [undefined, 'application/fhir+json'],
    ['', 'application/fhir+json'],
    ['*/*', 'application/fhir+json'],
    ['application/fhir+json', 'application/fhir+json'],
    ['application/json', 'application/json'],
    ['text/json', 'text/json'],
    ['application/xml, application/json;q=0.5', 'application/json'],
    ['application/json;q=0.5, application/fhir+json;q=0.4', 'application/json'],
    ['application/fhir+json;fhirVersion=4.0', 'application/fhir+json'],
    ['application/fhir+json; fhirVersion="4.0.1"; charset=utf-8', 'application/fhir+json'],
    ['application/fhir+json;fhirVersion=5.0, application/json', 'application/json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/fhir+json'],
  ])('Accept: %s is answered in %s', async (accept, expected) => {
    const answer = await door.ask('GET', '/fhir/Observation/a', { headers: accept !== undefined ? { Accept: accept } : {} });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(`${expected}; charset=utf-8`);
  });

  test.each(['application/fhir+xml', 'text/turtle', 'application/fhir+json;fhirVersion=3.0', 'application/fhir+json;q=0', ','])(
    'Accept: %s is refused with 406',
    async (accept) => {
      const answer = await door.ask('GET', '/fhir/Observation/a', { headers: { Accept: accept } });
      expect(answer.status).toBe(406);
      expect(answer.json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'not-supported' }] });
    },
  );

  test.each([
    ['json', 'application/fhir+json'],
    ['application/fhir+json', 'application/fhir+json'], // the + arrives as a space
    ['application/fhir%2Bjson', 'application/fhir+json'],
    ['application/json', 'application/json'],
    ['text/json', 'text/json'],
  ])('_format=%s goes before Accept', async (format, expected) => {
    const answer = await door.ask('GET', `/fhir/Observation/a?_format=${format}`, { headers: { Accept: 'application/fhir+xml' } });
    expect(answer.headers['content-type']).toBe(`${expected}; charset=utf-8`);
  });

  test('_format of another format is refused with 406', async () => {
    for (const format of ['xml', 'ttl', 'html', 'constructor', '__proto__', 'application/fhir%2Bjson;fhirVersion=5.0']) {
      expect(await door.ask('GET', `/fhir/Observation/a?_format=${format}`)).toMatchObject({ status: 406 });
    }
  });

  test('two versions of FHIR in one request are a fault of the caller', async () => {
    const put = (accept: string, type: string) =>
      door.ask('PUT', '/fhir/Observation/a', { headers: { Accept: accept, 'Content-Type': type }, body: '{"a":1}' });
    const of = (v: string) => `application/fhir+json; fhirVersion=${v}`;
    expect(await put(of('4.0'), of('4.0.1'))).toMatchObject({ status: 200 });
    expect(await put(of('5.0'), of('4.0'))).toMatchObject({ status: 400 });
    expect(await put(of('4.0'), of('5.0'))).toMatchObject({ status: 415 });
  });
});

describe('a request reaches its interaction', () => {
  test('with type, id, version and query', async () => {
    const { json: seen } = await door.ask('GET', '/fhir/Observation/a.b-1/_history/2?x=a%20b&y=%C3%A9+z&x&_format=json');
    expect(seen).toMatchObject({
      method: 'GET',
      type: 'Observation',
      id: 'a.b-1',
      versionId: '2',
      baseUrl: 'https://ramus.example.org/fhir',
      isNow: true,
    });
    expect(seen.query).toEqual([
      ['x', 'a b'],
      ['y', 'é z'],
      ['x', ''],
      ['_format', 'json'],
    ]);
  });

  test('with its compartment', async () => {
    const { json: seen } = await door.ask('GET', '/fhir/Patient/1/Observation?code=x');
    expect(seen).toMatchObject({ type: 'Observation', compartment: { type: 'Patient', id: '1' } });
    expect((await door.ask('GET', '/fhir/Patient/1/*')).json).toMatchObject({ compartment: { type: 'Patient', id: '1' } });
  });

  test('with conditions and preferences', async () => {
    const headers = {
      ...json,
      'If-Match': 'W/"1"',
      'If-None-Match': '*',
      'If-Modified-Since': 'Sat, 14 Mar 2026 09:30:15 GMT',
      'If-None-Exist': 'url=x',
      Prefer: 'respond-async, return=minimal; handling=lenient',
    };
    const { json: seen } = await door.ask('PUT', '/fhir/Observation/a', { headers, body: '{"a":1.50}' });
    expect(seen.conditions).toEqual({
      ifMatch: 'W/"1"',
      ifNoneMatch: '*',
      ifModifiedSince: 'Sat, 14 Mar 2026 09:30:15 GMT',
      ifNoneExist: 'url=x',
    });
    expect(seen.prefer).toEqual({ return: 'minimal', handling: 'lenient' });
    expect(seen).toMatchObject({ contentType: 'application/fhir+json', body: '{"a":1.50}' });
  });

  test('with criteria in a header, in UTF-8 and once', async () => {
    const put = (header: string | readonly string[]) =>
      door.ask('PUT', '/fhir/Observation/a', { headers: { ...json, 'If-None-Exist': header }, body: Buffer.from('{}') }); // a string would be sent in one encoding with the headers
    expect((await put(Buffer.from('name=é').toString('latin1'))).json.conditions.ifNoneExist).toBe('name=é');
    expect(diagnostics(await put('name=é'))).toContain('neither ASCII nor UTF-8');
    expect(diagnostics(await put(['_id=a', '_id=b']))).toContain('stands twice');
  });

  test('with what the address and the form ask together', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const { json: seen } = await door.ask('POST', '/fhir/Observation/_search?a=1', { headers, body: 'b=2%2C3&c=x+y' });
    expect(seen.query).toEqual([
      ['a', '1'],
      ['b', '2,3'],
      ['c', 'x y'],
    ]);
    expect(seen.body).toBeUndefined();
    expect((await door.ask('POST', '/fhir/Observation/_search?a=1')).json.query).toEqual([['a', '1']]);
  });

  test('from an address with one slash at its end, and from the base with or without', async () => {
    expect((await door.ask('GET', '/fhir/Observation/')).json).toMatchObject({ type: 'Observation' });
    for (const path of ['/fhir', '/fhir/', '/fhir?x=1']) {
      expect(await door.ask('POST', path, { headers: json, body: '{}' })).toMatchObject({ status: 200 });
    }
  });
});

describe('methods', () => {
  test('OPTIONS tells what an address offers', async () => {
    const answer = await door.ask('OPTIONS', '/fhir/Observation/a');
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers.allow).toBe('GET, HEAD, PUT, PATCH, DELETE, OPTIONS');
  });

  test.each([
    ['POST', '/fhir/Observation/a', 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['DELETE', '/fhir/metadata', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/fhir', 'POST, OPTIONS'],
    ['PURGE', '/fhir/Observation', 'POST, GET, HEAD, OPTIONS'],
    ['GET', '/fhir/Observation/_search', 'POST, OPTIONS'],
  ])('%s %s is refused with 405 and Allow', async (method, path, allow) => {
    const answer = await door.ask(method, path);
    expect(answer).toMatchObject({ status: 405, headers: { allow } });
    expect(answer.json.resourceType).toBe('OperationOutcome');
  });

  test.each(['/fhir/patient/1', '/fhir/Nothing', '/fhir/Observation/a/b/c/d', '/nowhere', '/FHIR/Observation/a', '/fhir/Observation//'])(
    'GET %s is nowhere: 404',
    async (path) => {
      const answer = await door.ask('GET', path);
      expect(answer).toMatchObject({ status: 404, headers: { 'content-type': 'application/fhir+json; charset=utf-8' } });
      expect(answer.json).toMatchObject({ resourceType: 'OperationOutcome', issue: [{ code: 'not-found' }] });
    },
  );

  test('an operation that is not there is 404, whatever the method', async () => {
    for (const path of [
      '/fhir/$nothing',
      '/fhir/Observation/$nothing',
      '/fhir/Observation/a/$nothing',
      '/fhir/Observation/$nothing/_history/1',
    ])
      expect(diagnostics(await door.ask('GET', path))).toContain('No operation $nothing');
    expect(await door.ask('POST', '/fhir/Observation/$nothing', { headers: json, body: '{}' })).toMatchObject({ status: 404 });
  });
});

describe('bad input', () => {
  const put = (body: string | Buffer, headers: Record<string, string> = json) => door.ask('PUT', '/fhir/Observation/a', { headers, body });

  test.each([
    ['{"a":', /line 1, column/],
    ['', undefined],
    [' ', /it is empty/],
    ['{"a":1,"a":2}', /"a" stands twice/],
    ['{"__proto__":{"x":1}}', /"__proto__" is not allowed/],
    ['{"a":"\\u0000"}', /U\+0000/],
    ['['.repeat(101) + ']'.repeat(101), /deeper than 100/],
    ['{"a":1e999}', /too large/],
  ])('the body %s', async (body, sentence) => {
    const answer = await put(body);
    expect(answer.status).toBe(sentence ? 400 : 200);
    if (sentence) expect(diagnostics(answer)).toMatch(sentence);
  });

  test('bytes that are no UTF-8', async () => {
    const answer = await put(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]));
    expect(answer.status).toBe(400);
    expect(diagnostics(answer)).toContain('not UTF-8');
  });

  test('a body above the limit, announced or not', async () => {
    const large = `{"a":"${'x'.repeat(3000)}"}`;
    const announced = await put(large);
    expect(announced.status).toBe(413);
    expect(diagnostics(announced)).toContain('2000 bytes');
    expect(
      await door.ask('PUT', '/fhir/Observation/a', { headers: { ...json, 'Transfer-Encoding': 'chunked' }, body: large }),
    ).toMatchObject({
      status: 413,
    });
    expect(await door.ask('POST', '/fhir', { headers: json, body: large })).toMatchObject({ status: 200 });
  });

  test.each([
    'application/fhir+xml',
    'text/plain',
    'application/x-www-form-urlencoded',
    'nonsense',
    'application/fhir+json; charset=iso-8859-1',
  ])('a body of the type %s is refused with 415', async (type) => {
    const answer = await put('{}', { 'Content-Type': type });
    expect(answer.status).toBe(415);
    expect(diagnostics(answer)).toMatch(/application\/fhir\+json|utf-8/);
  });

  test('a compressed body, and one without a type', async () => {
    expect(await put('{}', { ...json, 'Content-Encoding': 'gzip' })).toMatchObject({
      status: 415,
      headers: { 'accept-encoding': 'identity' },
    });
    expect(await put('{}', { ...json, 'Content-Encoding': 'Identity' })).toMatchObject({ status: 200 });
    expect(await put('{}', {})).toMatchObject({ status: 415 });
  });

  test('a patch of a type that is none names those that are', async () => {
    const answer = await door.ask('PATCH', '/fhir/Observation/a', {
      headers: { 'Content-Type': 'application/merge-patch+json' },
      body: '{}',
    });
    expect(answer.status).toBe(415);
    expect(answer.headers['accept-patch']).toContain('application/json-patch+json');
    const taken = await door.ask('PATCH', '/fhir/Observation/a', {
      headers: { 'Content-Type': 'application/json-patch+json' },
      body: '[]',
    });
    expect(taken).toMatchObject({ status: 200 });
  });

  test('a search form of another type', async () => {
    expect(await door.ask('POST', '/fhir/Observation/_search', { headers: json, body: '{}' })).toMatchObject({ status: 415 });
  });

  test.each(['/fhir/Observation/%ff', '/fhir/Observation/%', '/fhir/Observation?a=%zz', '/fhir/Observation?%ff=1'])(
    'a bad escape in %s',
    async (path) => {
      const answer = await door.ask('GET', path);
      expect(answer.status).toBe(400);
      expect(diagnostics(answer)).toContain('%25');
    },
  );

  test('an address that is too long, or has too many parameters', async () => {
    const long = await door.ask('GET', `/fhir/Observation?a=${'x'.repeat(9000)}`);
    expect(long.status).toBe(414);
    expect(diagnostics(long)).toContain('_search');
    expect(await door.ask('GET', `/fhir/Observation?${'a=1&'.repeat(65)}`)).toMatchObject({ status: 400 });
  });

  test('bytes that are no HTTP get an OperationOutcome', async () => {
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(door.port, '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 .*OperationOutcome/s);
    expect(await door.ask('GET', '/fhir/metadata', { headers: { 'X-Long': 'x'.repeat(70_000) } })).toMatchObject({ status: 431 });
  });
});

describe('failures', () => {
  test('a FhirError keeps its headers', async () => {
    expect(await door.ask('GET', '/fhir/Observation/gone')).toMatchObject({ status: 410, headers: { etag: 'W/"4"' } });
  });

  test('are kept by no cache', async () => {
    for (const path of ['/fhir/Observation/gone', '/fhir/Nothing', '/nowhere'])
      expect((await door.ask('GET', path)).headers['cache-control']).toBe('no-store');
  });

  test('are told under the type of JSON that was asked for', async () => {
    const answer = await door.ask('GET', '/fhir/Observation/gone', { headers: { Accept: 'application/json' } });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('a request that takes too long is given up with 503, and its late answer is dropped', async () => {
    const answer = await door.ask('GET', '/fhir/Observation/slow');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(answer.json.issue[0]).toMatchObject({ code: 'transient' });
    await new Promise((resolve) => setTimeout(resolve, 300));
  });

  test('a batch learns that its time was up', async () => {
    const slow = await door.ask('POST', '/fhir/?slow=1', { headers: json, body: '{"resourceType":"Bundle"}' });
    expect(slow).toMatchObject({ status: 503 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(ends).toEqual([false, true]);
  });

  test('a fault of the program is a neutral 500, counted, and its text goes nowhere', async () => {
    const before = door.application.unexpectedErrors();
    const answer = await door.ask('GET', '/fhir/Observation/fault');
    expect(answer.status).toBe(500);
    expect(answer.json.issue[0]).toMatchObject({ severity: 'fatal', code: 'exception' });
    expect(door.application.unexpectedErrors()).toBe(before + 1);
    const line = door.lines.find((each) => each.includes('unexpected error')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ level: 'error', error: 'TypeError' });
    expect(answer.text + door.lines.join('')).not.toContain('canary');
  });
});

describe('compression', () => {
  const large = stored('large', 4000);

  test.each([
    ['br', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip, deflate, br', 'br', brotliDecompressSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
    ['*', 'br', brotliDecompressSync],
  ])('Accept-Encoding: %s', async (accepted, encoding, unpack) => {
    for (const round of ['made', 'kept']) {
      const { headers, bytes } = await door.ask('GET', '/fhir/Observation/large', { headers: { 'Accept-Encoding': accepted } });
      expect([round, headers['content-encoding']]).toEqual([round, encoding]);
      expect(headers).toMatchObject({ etag: 'W/"3"', 'content-length': String(bytes.length) });
      expect(unpack(bytes)).toEqual(large);
    }
  });

  test.each([undefined, 'identity', 'deflate', 'br;q=0'])('Accept-Encoding: %s leaves the bytes alone', async (accepted) => {
    const { headers, bytes } = await door.ask('GET', '/fhir/Observation/large', {
      headers: accepted ? { 'Accept-Encoding': accepted } : {},
    });
    expect(headers['content-encoding']).toBeUndefined();
    expect(bytes).toEqual(large);
  });

  test('small answers stay as they are; HEAD tells the length that GET has', async () => {
    const headers = { 'Accept-Encoding': 'br' };
    expect((await door.ask('GET', '/fhir/Observation/a', { headers })).headers['content-encoding']).toBeUndefined();
    const [get, head] = [
      await door.ask('GET', '/fhir/Observation/large', { headers }),
      await door.ask('HEAD', '/fhir/Observation/large', { headers }),
    ];
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test('an indented answer is not taken for the stored one', async () => {
    const { bytes } = await door.ask('GET', '/fhir/Observation/large?_pretty=true', { headers: { 'Accept-Encoding': 'br' } });
    expect(brotliDecompressSync(bytes).toString()).toContain('\n  "id": "large"');
  });
});
