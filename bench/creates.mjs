// Durable creates, alone and at 16 connections, beside one fsync of the same disk.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { costOf } from './load.mjs';
import { show } from './ramus.mjs';
import { observation } from './seed.mjs';

/** One create of a resource of about 2 kB. */
export function createRequest() {
  const { id, ...resource } = observation(1);
  const headers = { 'content-type': 'application/fhir+json', prefer: 'return=minimal' };
  return { method: 'POST', path: '/fhir/Observation', headers, body: JSON.stringify(resource) };
}

export async function creates(place) {
  await place.fill('creates.db', 10_000);
  const { server, url } = await place.start('creates.db');
  await server.settled();
  const fsync = fsyncMilliseconds(place.file('fsync'));
  show('one fsync after 4 kB: ms', fsync.toFixed(2));
  for (const [connections, amount] of [
    [1, 600],
    [16, 4_000],
    [64, 4_000],
  ]) {
    const { cpu, seconds, p50, p99 } = await costOf(server, url, { connections, amount, next: createRequest, status: 201 });
    const each = (seconds * 1000) / amount;
    show(`durable create, ${connections} connections: CPU`, cpu.toFixed(0));
    show(
      '  a second, ms each, times one fsync; p50, p99 ms',
      Math.round(amount / seconds),
      each.toFixed(2),
      (each / fsync).toFixed(2),
      p50,
      p99,
    );
  }
  await server.stop();
}

/** Median of appending 4 kB and waiting for the disk. */
function fsyncMilliseconds(path) {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 201 }, () => {
    writeSync(file, block);
    const begun = performance.now();
    fsyncSync(file);
    return performance.now() - begun;
  });
  closeSync(file);
  return times.sort((a, b) => a - b)[100];
}
