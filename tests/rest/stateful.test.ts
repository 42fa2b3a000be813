/**
 * Random sequences of interactions, held against a model of plain maps. `STATEFUL` steps (2,000), `SEED`, and any store with
 * `STATEFUL_STORE`: an address as for DATABASE_URL in which {n} stands for the number of a run.
 */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openStore } from '../../src/stores.ts';
import { client } from './client.ts';
import { commands } from './stateful/arbitraries.ts';
import { type OpenedStore, openEmbedded } from './stores.ts';

const steps = Number(process.env.STATEFUL ?? 2000);
const seed = Number(process.env.SEED ?? 20261125);
const address = process.env.STATEFUL_STORE;

let runs = 0;
const open = (): Promise<OpenedStore> => (address ? openStore(address.replace('{n}', String(runs))) : openEmbedded());

test(`${steps} steps of create, update, patch, delete, conditional forms, Bundles, history and search: 0 differences`, async () => {
  let done = 0;
  const count = (more: number) => {
    done += more;
  };
  const statuses: Record<number, number> = {};
  const answered = (status: number) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const property = fc.asyncProperty(fc.commands(commands, { maxCommands: 300, size: 'max' }), async (sequence) => {
    runs++;
    const opened = await open();
    try {
      await fc.asyncModelRun(() => ({ model: new Map(), real: { rest: client({ store: opened.store }), count, answered } }), sequence);
    } finally {
      await opened.close();
    }
  });
  for (let round = 0; done < steps; round++) await fc.assert(property, { numRuns: 1, seed: seed + round });
  console.log(`stateful: seed ${seed}, ${done} steps in ${runs} runs, answers ${JSON.stringify(statuses)}`);
  expect(done).toBeGreaterThanOrEqual(steps);
}, 3_600_000);
