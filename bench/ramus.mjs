// The server under test over a database that is filled first, on a free port; its addresses, and so its index, are the same each time.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { observation, seedWith } from './seed.mjs';
import { freePort, startServer } from './server-process.mjs';

const PUBLIC_URL = 'http://bench.example.org';
const main = fileURLToPath(new URL('../dist/src/main.js', import.meta.url));

/** A place for the databases of one run. */
export function openPlace() {
  const folder = mkdtempSync(join(tmpdir(), 'ramus-bench-'));
  return {
    file: (name) => join(folder, name),
    /** Starts over a database; @returns `{ server, url }` */
    async start(name, env = {}) {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const own = { PORT: String(port), PUBLIC_URL, DATABASE_URL: `file:${join(folder, name)}` };
      return { server: await startServer(main, { ...own, ...env }, `${url}/health/ready`), url };
    },
    fill: (name, count, make = (number) => [observation(number)]) =>
      seedWith(`file:${join(folder, name)}`, `${PUBLIC_URL}/fhir`, count, make),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The least that Express can do. */
export async function startBare() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const script = fileURLToPath(new URL('bare-express.mjs', import.meta.url));
  return { server: await startServer(script, { PORT: String(port) }, `${url}/fhir/Observation/o0`), url };
}

export function show(name, ...values) {
  console.log(`${name.padEnd(66)} ${values.join(' ')}`);
}

/** Runs a part of the benchmark by itself or, without a name, all of them. */
export async function run(parts) {
  const wanted = process.argv.slice(2);
  console.log(`Node ${process.version}`);
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length && !wanted.includes(name)) continue;
    const place = openPlace();
    try {
      await part(place);
    } finally {
      place.remove();
    }
  }
}
