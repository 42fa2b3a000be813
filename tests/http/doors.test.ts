import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import type { Route } from '../../src/rest/routes.ts';
import { type StartFacts, startLines } from '../../src/web/start-facts.ts';
import { type Door, mirror, openDoor } from './door.ts';

const facts: StartFacts = {
  baseUrl: 'http://127.0.0.1:8080/fhir',
  cdsUrl: 'http://127.0.0.1:8080/cds-services',
  store: 'SQLite <file>',
  counts: new Map([
    ['ValueSet', 2],
    ['PlanDefinition', 3],
  ]),
  services: [{ id: 'a-service', hook: 'patient-view', title: 'Back & <leg>', status: 'draft' }],
  heldBack: ['a-plan is not offered: its status is retired.'],
  remarks: ['Library/x was edited.'],
};

const routes: readonly Route[] = [
  { method: 'GET', path: '/metadata', interaction: 'capabilities', run: mirror },
  { method: 'GET', path: '/[type]/[id]', interaction: 'read', run: mirror },
  { method: 'PUT', path: '/[type]/[id]', interaction: 'update', run: mirror },
];
const services = {
  discover: async () => ({ services: [{ id: 'a-service' }] }),
  call: async (id: string, body: unknown, now: Date) => {
    if (id !== 'a-service') throw new FhirError('not-found', `There is no CDS service "${id}".`);
    return { cards: [], body, isNow: now instanceof Date };
  },
};
let isReady = true;
let open: Door;
let locked: Door;

beforeAll(async () => {
  const common = { services, facts: async () => facts, ready: async () => isReady };
  open = await openDoor(routes, { ...common, corsOrigins: ['https://app.example.org'], hosts: new Set(['127.0.0.1', 'localhost', '::1']) });
  locked = await openDoor(routes, { ...common, apiToken: 'canary-token', corsOrigins: ['https://app.example.org'], publicUrl: 'http://a' });
});
afterAll(() => Promise.all([open.close(), locked.close()]));

describe('CDS Hooks', () => {
  const json = { 'Content-Type': 'application/json' };

  test('discovery and calls speak application/json', async () => {
    const found = await open.ask('GET', '/cds-services');
    expect(found).toMatchObject({ status: 200, text: '{"services":[{"id":"a-service"}]}' });
    expect(found.headers['content-type']).toBe('application/json; charset=utf-8');
    const called = await open.ask('POST', '/cds-services/a-service', { headers: json, body: '{"hook":"patient-view"}' });
    expect(called.json).toEqual({ cards: [], body: { hook: 'patient-view' }, isNow: true });
  });

  test.each([
    ['POST', '/cds-services/none', 404, '{}'],
    ['POST', '/cds-services/a-service', 400, '{"a":1,"a":2}'],
    ['POST', '/cds-services/a-service', 400, undefined],
    ['POST', '/cds-services/a-service', 413, `"${'x'.repeat(5000)}"`],
    ['GET', '/cds-services/a-service', 405, undefined],
    ['POST', '/cds-services', 405, '{}'],
  ])('%s %s can fail with %d, an OperationOutcome as application/json', async (method, path, status, body) => {
    const answer = await open.ask(method, path, { headers: json, ...(body && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.json.resourceType).toBe('OperationOutcome');
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    if (status === 405) expect(answer.headers.allow).toMatch(/^(POST|GET, HEAD), OPTIONS$/);
  });

  test('a body of another type is refused', async () => {
    expect(await open.ask('POST', '/cds-services/a-service', { headers: { 'Content-Type': 'text/plain' }, body: '{}' })).toMatchObject({
      status: 415,
    });
  });
});

describe('other origins', () => {
  const preflight = (path: string, origin: string) =>
    locked.ask('OPTIONS', path, {
      headers: { Origin: origin, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'authorization,content-type' },
    });

  test.each(['/fhir/Patient/1', '/fhir/metadata', '/cds-services', '/cds-services/a-service'])(
    'a page that is allowed may ask %s',
    async (path) => {
      const { status, headers } = await preflight(path, 'https://app.example.org');
      expect(status).toBe(204);
      expect(headers['access-control-allow-origin']).toBe('https://app.example.org');
      for (const name of [
        'Authorization',
        'Content-Type',
        'If-Match',
        'If-None-Match',
        'If-None-Exist',
        'If-Modified-Since',
        'Prefer',
        'X-Request-Id',
      ]) {
        expect(headers['access-control-allow-headers']).toContain(name);
      }
      expect(headers['access-control-allow-credentials']).toBeUndefined();
      expect(headers.vary).toContain('Origin');
      expect(headers.allow).toContain('OPTIONS');
    },
  );

  test('sees the headers that FHIR needs, also of a refusal', async () => {
    const answers = [
      await open.ask('GET', '/fhir/Patient/1', { headers: { Origin: 'https://app.example.org' } }),
      await locked.ask('GET', '/fhir/Patient/1', { headers: { Origin: 'https://app.example.org' } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
    for (const { headers } of answers) {
      expect(headers['access-control-allow-origin']).toBe('https://app.example.org');
      for (const name of ['ETag', 'Location', 'Last-Modified', 'X-Request-Id'])
        expect(headers['access-control-expose-headers']).toContain(name);
      expect(headers.vary).toContain('Origin');
    }
  });

  test('a page that is not allowed is not named', async () => {
    for (const answer of [
      await preflight('/fhir/Patient/1', 'https://evil.example'),
      await open.ask('GET', '/fhir/Patient/1', { headers: { Origin: 'null' } }),
    ]) {
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('the token', () => {
  const bearer = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } });

  test.each(['/fhir/Patient/1', '/cds-services'])('is demanded at %s', async (path) => {
    const without = await locked.ask('GET', path);
    expect(without).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="Ramus"' } });
    expect(without.json.issue[0].code).toBe('login');
    const wrong = await locked.ask('GET', path, bearer('canary-tokem'));
    expect(wrong).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer realm="Ramus", error="invalid_token"' } });
    expect(await locked.ask('GET', path, bearer('canary-token'))).toMatchObject({ status: 200 });
    expect(await locked.ask('GET', path, { headers: { Authorization: 'Basic Y2FuYXJ5LXRva2Vu' } })).toMatchObject({ status: 401 });
  });

  test.each(['/fhir/metadata', '/fhir/metadata/', '/fhir/metadata?mode=full', '/health/live', '/health/ready', '/'])(
    'is not needed for %s',
    async (path) => {
      expect(await locked.ask('GET', path)).toMatchObject({ status: 200 });
    },
  );

  test('is needed to find out whether an address exists', async () => {
    expect(await locked.ask('GET', '/fhir/nothing')).toMatchObject({ status: 401 });
    expect(await locked.ask('PUT', '/fhir/metadata')).toMatchObject({ status: 401 });
  });
});

describe('the Host header', () => {
  test.each(['localhost:8080', '127.0.0.1', '[::1]:9', 'LOCALHOST'])('%s is known', async (host) => {
    expect(await open.ask('GET', '/health/live', { headers: { Host: host } })).toMatchObject({ status: 200 });
  });

  test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '[::2]'])('%s is not: 421', async (host) => {
    const answer = await open.ask('GET', '/fhir/Patient/1', { headers: { Host: host } });
    expect(answer.status).toBe(421);
    expect(answer.json.issue[0].code).toBe('security');
  });
});

describe('health', () => {
  test('live is always so, ready only when it can serve', async () => {
    expect(await open.ask('GET', '/health/ready')).toMatchObject({ status: 200 });
    isReady = false;
    expect(await open.ask('GET', '/health/ready')).toMatchObject({ status: 503 });
    expect(await open.ask('GET', '/health/live')).toMatchObject({ status: 200 });
    isReady = true;
  });
});

describe('request ids', () => {
  test('a plain one of the caller is kept, in the log too', async () => {
    const answer = await open.ask('GET', '/fhir/Patient/1', { headers: { 'X-Request-Id': 'abc-123_x.Y' } });
    expect(answer.headers['x-request-id']).toBe('abc-123_x.Y');
    await new Promise(setImmediate);
    expect(JSON.parse(open.lines.at(-1) ?? '')).toMatchObject({ id: 'abc-123_x.Y', method: 'GET', route: '/fhir/:type/:id', status: 200 });
  });

  test.each(['a b', 'x'.repeat(65), '<script>', 'é'])('%s is answered with one of ours', async (given) => {
    const { headers } = await open.ask('GET', '/health/live', { headers: { 'X-Request-Id': given } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-correlation-id']).toBe(/^[\x21-\x7e]+$/.test(given) ? given : undefined);
  });

  test('every answer has one', async () => {
    for (const path of ['/', '/nowhere', '/fhir/metadata', '/cds-services/none', '/fhir/%ff']) {
      expect((await open.ask('GET', path)).headers['x-request-id']).toBeTruthy();
    }
  });
});

describe('headers against misuse by browsers', () => {
  test('stand on every answer', async () => {
    for (const path of ['/', '/fhir/Patient/1', '/nowhere', '/health/live', '/cds-services']) {
      const { headers } = await open.ask('GET', path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers['strict-transport-security']).toContain('max-age=');
    }
    expect((await locked.ask('GET', '/')).headers['strict-transport-security']).toBeUndefined();
  });
});

describe('the log', () => {
  test('holds nothing that a caller sent', async () => {
    const headers = {
      'Content-Type': 'application/fhir+json',
      Authorization: 'Bearer canary-token',
      Cookie: 'canary=1',
      'User-Agent': 'canary',
    };
    await locked.ask('PUT', '/fhir/Patient/canary?canary=canary', { headers, body: '{"canary":"canary"}' });
    await locked.ask('PUT', '/fhir/canary/canary', { headers, body: '{"canary":' });
    await locked.ask('GET', '/canary', { headers: { ...headers, Authorization: 'Bearer canary' } });
    await locked.ask('POST', '/cds-services/canary', { headers: { ...headers, 'Content-Type': 'application/json' }, body: '{"canary":1}' });
    await new Promise(setImmediate);
    expect(locked.lines.length).toBeGreaterThan(3);
    expect(locked.lines.join('')).not.toContain('canary');
    for (const line of locked.lines)
      expect(Object.keys(JSON.parse(line)).sort()).toEqual(['id', 'level', 'method', 'ms', 'route', 'status', 'time']);
  });
});

describe('the start page', () => {
  test('shows the facts of the start-up lines, escaped', async () => {
    const { text, headers } = await open.ask('GET', '/', { headers: { Accept: 'text/html' } });
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('Back &amp; &lt;leg&gt;');
    expect(text).toContain('SQLite &lt;file&gt;');
    expect(text).not.toContain('<leg>');
    for (const fact of [
      facts.baseUrl,
      facts.cdsUrl,
      'a-service',
      'patient-view',
      'a-plan',
      'its status is retired.',
      'Library/x was edited.',
      'Draft content.',
    ]) {
      expect(text).toContain(fact);
    }
  });

  test('start-up lines tell the same', () => {
    expect(startLines(facts)).toEqual([
      'FHIR R4 base URL:     http://127.0.0.1:8080/fhir',
      'CDS Hooks discovery:  http://127.0.0.1:8080/cds-services',
      'Store:                SQLite <file>',
      'Content loaded:       3 PlanDefinition, 2 ValueSet',
      'CDS services offered: a-service on patient-view (draft)',
      'Plans held back:      a-plan is not offered: its status is retired.',
      'Remark:               Library/x was edited.',
    ]);
    const none = { ...facts, counts: new Map(), services: [], heldBack: [], remarks: [] };
    expect(startLines(none).slice(3)).toEqual(['Content loaded:       none', 'CDS services offered: none', 'Plans held back:      none']);
  });
});
