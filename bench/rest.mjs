// REST against the limits of the machine: node bench/rest.mjs (after npm run build). Prints ratios; nothing is asserted.
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { costOf, load } from './load.mjs';
import { observation, seed } from './seed.mjs';
import { freePort, startServer } from './server-process.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ramus-bench-'));
const main = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));
const bare = fileURLToPath(new URL('bare-express.mjs', import.meta.url));
const READS = 20_000;
const show = (name, value) => console.log(`${name.padEnd(62)} ${value}`);

async function ramus(file, count, extra = {}) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const databaseUrl = `file:${join(folder, file)}`;
  if (count) await seed(databaseUrl, `${url}/fhir`, count);
  const server = await startServer(
    main,
    { PORT: String(port), DATABASE_URL: databaseUrl, LOG_LEVEL: 'warn', ...extra },
    `${url}/health/ready`,
  );
  return { server, url };
}

const random = (limit) => Math.floor(Math.random() * limit);

async function reads() {
  const { server, url } = await ramus('reads.db', 10_000);
  show('start with 10,000 resources and the content, ms', Math.round(server.startMs));
  show('resident then, MB', Math.round(server.resident()));
  const port = await freePort();
  const plain = await startServer(bare, { PORT: String(port) }, `http://127.0.0.1:${port}/fhir/Observation/o0`);
  const next = () => ({ path: `/fhir/Observation/o${random(10_000)}` });
  for (const connections of [1, 16, 64]) {
    const ours = await costOf(server, url, { connections, amount: READS, next });
    const theirs = await costOf(plain, `http://127.0.0.1:${port}`, { connections, amount: READS, next });
    show(
      `read by id, ${connections} connections: CPU µs, bare Express, ratio`,
      `${ours.cpu.toFixed(0)} ${theirs.cpu.toFixed(0)} ${(ours.cpu / theirs.cpu).toFixed(2)}`,
    );
  }
  const page = await costOf(server, url, { connections: 16, amount: 2_000, next: () => ({ path: '/fhir/Observation?_count=20' }) });
  show('page of 20, 16 connections: CPU µs', page.cpu.toFixed(0));
  await plain.stop();
  await creates(server, url);
  show('resident after, MB', Math.round(server.resident()));
  await server.stop();
}

async function creates(server, url) {
  const fsync = fsyncMilliseconds();
  const { id, ...body } = observation(1);
  const next = () => ({
    method: 'POST',
    path: '/fhir/Observation',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    body: JSON.stringify(body),
  });
  const alone = await costOf(server, url, { connections: 1, amount: 400, next, status: 201 });
  const many = await costOf(server, url, { connections: 16, amount: 2_000, next, status: 201 });
  show('one fsync, ms', fsync.toFixed(2));
  show('durable create alone: mean ms, times one fsync', `${alone.mean.toFixed(2)} ${(alone.mean / fsync).toFixed(1)}`);
  const each = (many.seconds * 1000) / 2_000;
  show(
    'durable create, 16 connections: CPU µs, ms each, times one fsync',
    `${many.cpu.toFixed(0)} ${each.toFixed(2)} ${(each / fsync).toFixed(2)}`,
  );
}

/** Median of appending 4 kB and waiting for the disk. */
function fsyncMilliseconds() {
  const file = openSync(join(folder, 'fsync'), 'w');
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 101 }, () => {
    writeSync(file, block);
    const begun = performance.now();
    fsyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  return times.sort((a, b) => a - b)[50];
}

async function searches() {
  const token = (kind, sort) => `/fhir/Observation?${kind}&_count=20${sort}`;
  const costs = new Map();
  for (const count of [1_000, 100_000]) {
    const { server, url } = await ramus(`search-${count}.db`, count, { CONTENT_DIRS: '' });
    for (const [name, kind] of [
      ['20 hits', 'code=https://bench.example.org/code|rare'],
      ['5 % of the rows', 'category=https://bench.example.org/code|often'],
    ]) {
      for (const sort of ['', '&_sort=date']) {
        const { cpu } = await costOf(server, url, { connections: 4, amount: 1_000, next: () => ({ path: token(kind, sort) }) });
        costs.set(`${name}${sort} ${count}`, cpu);
        const small = costs.get(`${name}${sort} 1000`);
        show(
          `token search, ${name}${sort || ', newest first'}, ${count} rows: CPU µs, to 1,000`,
          `${cpu.toFixed(0)} ${(cpu / small).toFixed(2)}`,
        );
      }
    }
    await server.stop();
  }
}

async function hooks() {
  const { server, url } = await ramus('hooks.db', 0);
  const { body, service } = hookCall();
  const call = () => ({ method: 'POST', path: `/cds-services/${service}`, headers: { 'content-type': 'application/json' }, body });
  const quiet = await costOf(server, url, { connections: 1, amount: 500, next: call });
  const { id, ...created } = observation(2);
  const create = () => ({
    method: 'POST',
    path: '/fhir/Observation',
    headers: { 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
    body: JSON.stringify(created),
  });
  const writing = load(url, { connections: 16, amount: 4_000, next: create, status: 201, rate: 400 });
  const busy = await load(url, { connections: 1, amount: 500, next: call });
  const { seconds } = await writing;
  show('hook call alone: CPU µs, p99 ms', `${quiet.cpu.toFixed(0)} ${quiet.p99}`);
  show(`hook call while ${Math.round(4_000 / seconds)} creates a second run: p50, p99 ms`, `${busy.p50} ${busy.p99}`);
  await server.stop();
}

/** A new thoracolumbar diagnosis with 500 prefetched observations. */
function hookCall() {
  const patient = { resourceType: 'Patient', id: 'p1', gender: 'female', birthDate: '1980-01-01' };
  const code = { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'M53.85' }] };
  const condition = { resourceType: 'Condition', id: 'c1', code, subject: { reference: 'Patient/p1' }, onsetDateTime: '2026-01-01' };
  const observations = Array.from({ length: 500 }, (_, i) => ({
    resource: { ...observation(i), subject: { reference: 'Patient/p1' }, note: undefined },
  }));
  const bundle = (entry) => ({ resourceType: 'Bundle', type: 'searchset', entry });
  const empty = Object.fromEntries(
    ['medications', 'statements', 'allergies', 'devices', 'procedures', 'responses'].map((key) => [key, null]),
  );
  const prefetch = { patient, conditions: bundle([{ resource: condition }]), observations: bundle(observations), ...empty };
  const context = {
    userId: 'Practitioner/x',
    patientId: 'p1',
    conditions: { resourceType: 'Bundle', type: 'collection', entry: [{ resource: condition }] },
  };
  const hook = 'problem-list-item-create';
  return {
    service: `prs-${hook}`,
    body: JSON.stringify({ hook, hookInstance: '11111111-2222-4333-8444-555555555555', context, prefetch }),
  };
}

try {
  console.log(`Node ${process.version}`);
  await reads();
  await hooks();
  await searches();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
