// A start over 10,000 resources and the content, reads by id beside those of bare Express, a page of 20.
import { costOf, costsOfTwo } from './load.mjs';
import { show, startBare } from './ramus.mjs';

const ROWS = 10_000;

export async function reads(place) {
  await place.fill('reads.db', ROWS);
  const first = await place.start('reads.db');
  show('first start over 10,000 resources, the content written: ms', Math.round(first.server.startMs));
  await first.server.settled();
  await first.server.stop();

  const ours = await place.start('reads.db');
  show(
    'start over 10,000 resources and the content: ms, CPU ms, MB',
    Math.round(ours.server.startMs),
    Math.round(ours.server.cpu() * 1000),
    Math.round(ours.server.resident()),
  );
  await ours.server.settled();
  const bare = await startBare();
  const next = () => ({ path: `/fhir/Observation/o${Math.floor(Math.random() * ROWS)}` });
  for (const connections of [1, 16, 64]) {
    const [our, least] = await costsOfTwo(ours, bare, { connections, amount: 20_000, next });
    show(`read by id, ${connections} connections: CPU, bare Express, ratio`, our.toFixed(0), least.toFixed(0), (our / least).toFixed(2));
  }
  await bare.server.stop();
  const page = await costOf(ours.server, ours.url, {
    connections: 16,
    amount: 4_000,
    next: () => ({ path: '/fhir/Observation?_count=20' }),
  });
  show('page of 20, 16 connections: CPU, ms each', page.cpu.toFixed(0), ((page.seconds * 1000) / 4_000).toFixed(2));
  show('resident after all reads, MB', Math.round(ours.server.resident()));
  await ours.server.stop();
}
