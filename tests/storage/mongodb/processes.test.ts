/** Two server processes on one database. More reads of what was just written: READS=10000. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { temporaryFolder } from '../sqlite/opening.ts';
import { onWireServer } from './opening.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { startWireProxy } from './wire-proxy.ts';

const READS = Number(process.env.READS ?? 100);
const ROUNDS = Number(process.env.ROUNDS ?? 8);
jest.setTimeout(120_000 + READS * 100);

const ENABLED = { url: 'http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-enabled', valueBoolean: true };
const TYPE = { 'Content-Type': 'application/fhir+json' };

await onWireServer('two servers on one MongoDB', (server) => {
  let folder: ReturnType<typeof temporaryFolder>;
  let servers: readonly ServerProcess[] = [];

  beforeAll(async () => {
    folder = temporaryFolder();
    const content = join(folder.path, 'document', 'ValueSet');
    mkdirSync(content, { recursive: true });
    for (let i = 0; i < 20; i++) {
      const resource = {
        resourceType: 'ValueSet',
        id: `loaded-${i}`,
        url: `http://example.org/loaded-${i}`,
        version: '1.0.0',
        status: 'active',
      };
      writeFileSync(join(content, `loaded-${i}.json`), JSON.stringify(resource));
    }
    const environment = { CONTENT_DIRS: join(folder.path, 'document'), VALIDATE_ON_WRITE: 'off', CDS_STATUSES: 'active' };
    const url = server.url();
    servers = await Promise.all([startServer(url, environment), startServer(url, environment)]); // both at once, on nothing
  }, 240_000);
  afterAll(async () => {
    await Promise.all(servers.map((each) => each.stop()));
    folder.remove();
  });

  /** A request to one of the two servers. */
  const ask = (i: number, path: string, init: RequestInit = {}) => fetch(`${servers[i % 2]?.fhir}/${path}`, init);
  const send = (i: number, method: string, path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    ask(i, path, { method, headers: { ...TYPE, Prefer: 'return=minimal', ...headers }, body: JSON.stringify(body) });
  const statusesOf = async (answers: readonly Promise<Response>[]) => {
    const counts: Record<string, number> = {};
    for (const { status } of await Promise.all(answers)) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };
  const totalOf = async (search: string) => ((await (await ask(0, `${search}&_summary=count`)).json()) as { total: number }).total;
  const patient = (value: string) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:s', value }] });

  test('that load the same content at once end with one copy', async () => {
    const bundle = (await (await ask(1, 'ValueSet/_history?_count=100')).json()) as { entry: { resource?: { id?: string } }[] };
    const loaded = bundle.entry.flatMap(({ resource }) => (resource?.id?.startsWith('loaded-') ? [resource.id] : []));
    expect(loaded.toSorted()).toEqual(Array.from({ length: 20 }, (_, i) => `loaded-${i}`).sort());
  });

  test('100 identical conditional creates at once: one 201, the others 200', async () => {
    const creates = Array.from({ length: 100 }, (_, i) =>
      send(i, 'POST', 'Patient', patient('same'), { 'If-None-Exist': 'identifier=urn:s|same' }),
    );
    expect(await statusesOf(creates)).toEqual({ 200: 99, 201: 1 });
    expect(await totalOf('Patient?identifier=same')).toBe(1);
  });

  test('different criteria that one identifier satisfies: never two', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const value = `differ-${round}`;
      const criteria = [
        `identifier=urn:s|${value}`,
        `identifier=${value}`,
        `identifier=${value},other`,
        `identifier=urn:s|${value}&name:missing=true`,
      ];
      const creates = criteria.map((each, i) => send(i + round, 'POST', 'Patient', patient(value), { 'If-None-Exist': each }));
      expect(await statusesOf(creates)).toEqual({ 200: 3, 201: 1 });
      expect(await totalOf(`Patient?identifier=${value}`)).toBe(1);
    }
  });

  test('a conditional create beside a plain one finds it, or came before it', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const value = `beside-${round}`;
      const answers = await Promise.all([
        send(round, 'POST', 'Patient', patient(value)),
        send(round + 1, 'POST', 'Patient', patient(value), { 'If-None-Exist': `identifier=${value}` }),
      ]);
      const [plain, conditional] = answers.map(({ status, headers }) => ({
        status,
        at: headers.get('Last-Modified'),
        location: headers.get('Location'),
      }));
      expect(plain?.status).toBe(201);
      expect([200, 201]).toContain(conditional?.status);
      expect(await totalOf(`Patient?identifier=${value}`)).toBe(conditional?.status === 201 ? 2 : 1);
      if (conditional?.status !== 201) continue;
      const history = (await (await ask(0, `Patient?identifier=${value}&_sort=_lastUpdated`)).json()) as {
        entry: { resource: { id: string } }[];
      };
      expect(conditional.location).toContain(`/Patient/${history.entry[0]?.resource.id}/`); // had it come later, it would have seen the other
    }
  });

  test('100 updates of one resource at once: all succeed, versions are dense', async () => {
    const updates = Array.from({ length: 100 }, (_, i) => send(i, 'PUT', 'Patient/busy', { ...patient('busy'), id: 'busy' }));
    expect(await statusesOf(updates)).toEqual({ 200: 99, 201: 1 });
    const history = (await (await ask(1, 'Patient/busy/_history?_count=200')).json()) as {
      total: number;
      entry: { resource: { meta: { versionId: string } } }[];
    };
    expect(history.entry.map(({ resource }) => Number(resource.meta.versionId))).toEqual(Array.from({ length: 100 }, (_, i) => 100 - i));
  });

  test(`what one has written the other reads: ${READS} times`, async () => {
    const old: unknown[] = [];
    for (let i = 0; i < READS; i++) {
      const written = await send(i, 'PUT', 'Patient/read', { ...patient(`read-${i}`), id: 'read' });
      const read = (await (await ask(i + 1, 'Patient/read')).json()) as { identifier: { value: string }[] };
      if (!written.ok || read.identifier[0]?.value !== `read-${i}`) old.push({ i, status: written.status, read: read.identifier });
    }
    expect(old).toEqual([]);
  });

  const ours = server.isOurs ? test : test.skip;
  ours('a server whose database is away says so, and serves once it is there', async () => {
    const { hostname, port, pathname } = new URL(server.url());
    const proxy = await startWireProxy(hostname, Number(port));
    proxy.away(true);
    let tries = 0;
    const url = `mongodb://127.0.0.1:${proxy.port}${pathname}?directConnection=true&serverMonitoringMode=poll`;
    const started = await startServer(url, {}, (said) => {
      tries = said.match(/MongoDB does not answer yet/g)?.length ?? 0;
      if (tries > 0) proxy.away(false);
    });
    expect(tries).toBeGreaterThan(0);
    expect((await fetch(`${started.fhir}/Patient`)).status).toBe(200);
    await started.stop();
    await proxy.close();
  });

  describe('a plan', () => {
    const plan = (status: string) => ({
      ...{
        resourceType: 'PlanDefinition',
        id: 'offered',
        extension: [ENABLED],
        url: 'http://example.org/offered',
        version: '1.0.0',
        title: 'Offered',
        status,
      },
      action: [{ title: 'Look', trigger: [{ type: 'named-event', name: 'patient-view' }] }],
    });
    const offered = async (i: number) => {
      const discovery = (await (await fetch(`${servers[i]?.fhir.replace(/\/fhir$/, '')}/cds-services`)).json()) as {
        services: { id: string }[];
      };
      return discovery.services.some(({ id }) => id === 'offered');
    };
    const within = async (milliseconds: number, condition: () => Promise<boolean>) => {
      for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(20)) if (await condition()) return true;
      return false;
    };

    test('is offered, and no longer offered, by the writing server at once, by the other within a second', async () => {
      for (const [status, isOffered] of [
        ['active', true],
        ['retired', false],
        ['active', true],
      ] as const) {
        expect((await send(0, 'PUT', 'PlanDefinition/offered', plan(status))).ok).toBe(true);
        expect(await offered(0)).toBe(isOffered);
        expect(await within(1000, async () => (await offered(1)) === isOffered)).toBe(true);
      }
    });
  });
});
