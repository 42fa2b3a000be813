// Fills a store with resources of about 2 kB, through the same code and with the same search parameters as a write over REST.
import { fileURLToPath } from 'node:url';
import { profileParameters } from '../dist/src/content/search-parameters.js';
import { openCore } from '../dist/src/definitions/core.js';
import { parseJson } from '../dist/src/fhir/json.js';
import { createRegistry } from '../dist/src/search/registry.js';
import { change } from '../dist/src/storage/change.js';
import { openStore } from '../dist/src/stores.js';

const SYSTEM = 'https://bench.example.org/code';

/** The resource of a number: every 20th row of all has the category `often` (5 %), rows 0 to 19 the code `rare`. */
export function observation(number) {
  const day = new Date(Date.UTC(2020, 0, 1) + (number % 2000) * 86_400_000).toISOString().slice(0, 10);
  return {
    resourceType: 'Observation',
    id: `o${number}`,
    status: 'final',
    identifier: [{ system: 'https://bench.example.org/id', value: String(number) }],
    category: [{ coding: [{ system: SYSTEM, code: number % 20 === 0 ? 'often' : 'else' }] }],
    code: {
      coding: [{ system: SYSTEM, code: number < 20 ? 'rare' : `c${number % 97}`, display: 'A measured quantity' }],
      text: 'A measured quantity',
    },
    subject: { reference: `Patient/p${number % 500}` },
    effectiveDateTime: day,
    valueQuantity: { value: number / 10, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
    note: [{ text: 'This note gives the resource the size of an ordinary one. '.repeat(22) }],
  };
}

/** Writes what `make` gives for each number into the database of a URL, in units of some 500. */
export async function seedWith(databaseUrl, baseUrl, count, make) {
  const core = openCore();
  const own = profileParameters(fileURLToPath(new URL('../profiles', import.meta.url)));
  const registry = createRegistry([...core.searchParameters(), ...own], { baseUrl, codeSystems: core.codeSystems() });
  const opened = await openStore(databaseUrl);
  for (let first = 0; first < count; first += 500) {
    const numbers = Array.from({ length: Math.min(500, count - first) }, (_, i) => first + i);
    await opened.store.write(
      numbers.flatMap(make).map((resource) => {
        const body = parseJson(JSON.stringify(resource));
        return change({ kind: 'create', method: 'PUT', id: resource.id, resource: body.lossless(), value: body.value }, registry);
      }),
    );
  }
  await opened.close();
}
