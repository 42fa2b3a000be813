import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import { openServer, type RunningServer } from '../../src/server.ts';
import { startLines } from '../../src/web/start-facts.ts';
import { ask } from './door.ts';
import { generator } from './generator.ts';

let folder: string;
let server: RunningServer;
let port: number;
const lines: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ramus-server-'));
  const config = readConfig({ PORT: '0', DATABASE_URL: `file:${join(folder, 'ramus.db')}` });
  server = await openServer({ config, log: createLog({ level: 'info', write: (line) => void lines.push(line) }), progress: () => {} });
  port = Number(new URL(server.publicUrl).port);
}, 60_000);

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

describe('whatever comes in', () => {
  const count = Number(process.env.FUZZ ?? 2000);
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

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
