import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { openServer, type RunningServer } from '../../src/server.ts';
import { startLines } from '../../src/web/start-facts.ts';
import { ask } from './door.ts';
import { generator } from './generator.ts';

jest.setTimeout(60_000);

let folder: string;
let server: RunningServer;
let port: number;
const lines: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-server-'));
  const config = readConfig({ PORT: '0', DATABASE_URL: `file:${join(folder, 'ramus.db')}` });
  server = await openServer({ config, log: createLog({ level: 'info', write: (line) => void lines.push(line) }), progress: () => {} });
  port = Number(new URL(server.publicUrl).port);
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** A curl line taken apart as a shell would. */
function parseCurl(line: string): { url: string; headers: Record<string, string>; body?: string } {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  const after = (flag: string) => words.flatMap((word, index) => (word === flag ? [words[index + 1] ?? ''] : []));
  const data = after('-d')[0];
  return {
    url: words.find((word) => word.startsWith('http')) ?? '',
    headers: Object.fromEntries(after('-H').map((header) => header.split(': '))),
    ...(data && { body: data.startsWith('@') ? readFileSync(data.slice(1), 'utf8') : data }),
  };
}

const readme = readFileSync('README.md', 'utf8');
const curls = [...readme.matchAll(/^ {4}(curl .*)$/gm)].map(([, line = '']) => parseCurl(line));

describe('the five lines of the README', () => {
  const run = async (index: number) => {
    const { url, headers, body } = curls[index] ?? { url: '', headers: {} };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8080\//);
    return ask(port, body === undefined ? 'GET' : 'POST', url.slice('http://127.0.0.1:8080'.length), { headers, ...(body && { body }) });
  };

  test('are five', () => expect(curls).toHaveLength(5));

  test('a search finds plans', async () => {
    const { status, json } = await run(0);
    expect(status).toBe(200);
    expect(json).toMatchObject({ resourceType: 'Bundle', type: 'searchset' });
    expect(json.entry.length).toBeGreaterThan(1);
    for (const { resource } of json.entry) expect(resource.title.toLowerCase()).toContain('ramus');
  });

  test('a questionnaire is pulled', async () => {
    const { status, json } = await run(1);
    expect(status).toBe(200);
    expect(json).toMatchObject({ resourceType: 'Questionnaire', id: 'red-flag-screen' });
  });

  test('discovery names the service that is called next', async () => {
    const { status, json } = await run(2);
    expect(status).toBe(200);
    expect(json.services.map(({ id }: { id: string }) => id)).toContain('prs-problem-list-item-create');
  });

  test('a hook call is answered with cards', async () => {
    const { status, json } = await run(3);
    expect(status).toBe(200);
    expect(json.cards.length).toBeGreaterThan(0);
    expect(json.cards[0].summary).toMatch(/screen/i);
  });

  test('something invalid is refused with its place', async () => {
    const { status, json } = await run(4);
    expect(status).toBe(400);
    expect(json.issue[0]).toMatchObject({ severity: 'error', expression: ['Questionnaire.status'] });
  });
});

describe('the README', () => {
  test('names every name of the configuration', () => {
    const names = readFileSync('src/config.ts', 'utf8').match(/(?<=')[A-Z]+(_[A-Z]+)*(?=')/g) ?? [];
    expect(names.length).toBeGreaterThan(10);
    for (const name of new Set(names)) expect(readme).toContain(`\`${name}\``);
  });

  test('links to what is there', () => {
    for (const [, path = ''] of readme.matchAll(/\]\(([^)#]+)\)/g)) expect(() => readFileSync(path, 'utf8')).not.toThrow(/ENOENT/);
  });
});

describe('a server that has started', () => {
  test('is ready, and tells what it has in start-up lines and on its page', async () => {
    expect(await ask(port, 'GET', '/health/ready')).toMatchObject({ status: 200 });
    const facts = await server.facts();
    const told = startLines(facts).join('\n');
    const { text } = await ask(port, 'GET', '/');
    for (const fact of [
      `${server.publicUrl}/fhir`,
      `${server.publicUrl}/cds-services`,
      'PlanDefinition',
      'prs-problem-list-item-create',
      'draft',
    ]) {
      expect(told).toContain(fact);
      expect(text).toContain(fact);
    }
  });

  test('serves the addresses that its page names', async () => {
    const { text } = await ask(port, 'GET', '/');
    const links = [...text.matchAll(/href="(http[^"]+)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) {
      const { pathname, search } = new URL(link);
      expect([link, (await ask(port, 'GET', pathname + search)).status]).toEqual([link, 200]);
    }
  });
});

describe('bad input', () => {
  const fhir = { 'Content-Type': 'application/fhir+json' };
  const patient = '{"resourceType":"Patient","id":"bad-input"}';
  const told = ({ json }: { json: { issue: { diagnostics: string }[] } }) => json.issue.map(({ diagnostics }) => diagnostics).join(' ');

  test.each<[string, string, string, string | undefined, Record<string, string>, number, RegExp]>([
    ['malformed JSON', 'POST', '/fhir/Patient', '{"resourceType":', {}, 400, /line 1, column/],
    ['a wrong resourceType', 'POST', '/fhir/Patient', '{"resourceType":"Group"}', {}, 400, /resourceType .* must be Patient/],
    ['no resourceType', 'POST', '/fhir/Patient', '{}', {}, 400, /resourceType/],
    ['an id that is not that of the address', 'PUT', '/fhir/Patient/other', patient, {}, 400, /"other"/],
    ['an id that is none', 'PUT', '/fhir/Patient/a_b', '{"resourceType":"Patient","id":"a_b"}', {}, 400, /64 letters, digits/],
    ['too large a body', 'PUT', '/fhir/Patient/bad-input', `"${'x'.repeat(5_000_001)}"`, {}, 413, /5000000 bytes/],
    [
      'an invalid date in a body',
      'POST',
      '/fhir/Patient',
      '{"resourceType":"Patient","birthDate":"2020-02-30"}',
      {},
      400,
      /Patient\.birthDate/,
    ],
    ['an invalid date in a search', 'GET', '/fhir/Patient?birthdate=2020-02-30', undefined, {}, 400, /birthdate/],
    ['a bad _sort', 'GET', '/fhir/Patient?_sort=nothing', undefined, {}, 400, /_sort.*nothing|nothing.*_sort/],
    ['an unknown parameter', 'GET', '/fhir/Patient?nothing=1', undefined, {}, 400, /"?nothing/],
    ['an If-Match that does not fit', 'PUT', '/fhir/Patient/bad-input', patient, { 'If-Match': 'W/"7"' }, 412, /./],
    ['an If-Match that is none', 'PUT', '/fhir/Patient/bad-input', patient, { 'If-Match': '7' }, 400, /If-Match.*W\/"3"/],
    ['JSON of 101 levels', 'POST', '/fhir/Patient', '['.repeat(101) + ']'.repeat(101), {}, 400, /100 levels/],
    ['__proto__', 'POST', '/fhir/Patient', '{"resourceType":"Patient","__proto__":{"active":true}}', {}, 400, /"__proto__" is not allowed/],
    [
      'a member twice',
      'POST',
      '/fhir/Patient',
      '{"resourceType":"Patient","active":true,"active":false}',
      {},
      400,
      /"active" stands twice/,
    ],
    ['a null', 'POST', '/fhir/Patient', '{"resourceType":"Patient","name":null}', {}, 400, /Patient\.name/],
    ['an empty array', 'POST', '/fhir/Patient', '{"resourceType":"Patient","name":[]}', {}, 400, /Patient\.name/],
    ['an unknown member', 'POST', '/fhir/Patient', '{"resourceType":"Patient","nothing":1}', {}, 400, /nothing/],
  ])('%s is told with status and sentence', async (_what, method, path, body, headers, status, sentence) => {
    const answer = await ask(port, method, path, { headers: { ...fhir, ...headers }, ...(body !== undefined && { body }) });
    expect([answer.status, told(answer)]).toEqual([status, expect.stringMatching(sentence)]);
  });

  test('100 levels are not too deep to be read', async () => {
    const answer = await ask(port, 'POST', '/fhir/Patient', { headers: fhir, body: '['.repeat(100) + ']'.repeat(100) });
    expect(told(answer)).not.toMatch(/levels/);
  });

  const VALUES = ['(a+)+$', '.*[', '\\', "'", '"', "' OR ''='", '%00', 'a%00b', '%25', '_', '%F0%9F%A6%B4', ';--', '*', '?'];
  const PARAMETERS = [
    'name',
    'name:contains',
    'name:exact',
    'identifier',
    'identifier:of-type',
    'gender:not',
    'birthdate',
    'general-practitioner',
    '_id',
    '_profile',
    '_tag:text',
    '_lastUpdated',
  ];
  test.each(PARAMETERS)('%s takes regex characters, quotes and NUL for what they are', async (parameter) => {
    for (const value of VALUES) {
      const answer = await ask(port, 'GET', `/fhir/Patient?${parameter}=${value.replaceAll(/[\\"' ]/g, encodeURIComponent)}`);
      expect([value, answer.status < 500]).toEqual([value, true]);
      if (answer.status === 200) expect([value, parameter.endsWith(':not') ? undefined : answer.json.entry]).toEqual([value, undefined]);
      else expect([value, answer.status, told(answer).length > 20]).toEqual([value, 400, true]);
    }
  });
});

describe('whatever comes in', () => {
  const count = Number(process.env.FUZZ ?? 2000);
  const seed = Number(process.env.SEED ?? 20261125);

  test(`${count} generated requests: no 5xx, no hang, no unexpected error`, async () => {
    const next = generator(seed);
    for (let done = 0; done < count; done += 8) {
      const batch = Array.from({ length: 8 }, next);
      const answers = await Promise.all(batch.map(({ method, path, ...rest }) => ask(port, method, path, rest)));
      answers.forEach(({ status, text }, index) => {
        if (status >= 500 || (status >= 400 && batch[index]?.method !== 'HEAD' && !text.includes('"OperationOutcome"'))) {
          throw new Error(
            `seed ${seed}: ${status} for ${JSON.stringify(batch[index]).slice(0, 2000)}: ${text.slice(0, 300)}\n${lines.filter((l) => l.includes('unexpected')).at(-1)}`,
          );
        }
      });
    }
    expect([seed, server.unexpectedErrors()]).toEqual([seed, 0]);
    expect(await ask(port, 'GET', '/health/live')).toMatchObject({ status: 200 });
  }, 600_000);
});
