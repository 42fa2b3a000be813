/**
 * Two processes write at random to the same few resources while connections are cut, commands fail and the primary steps down. Then
 * everything in the database must fit together, and every answer must be true. More: DISTURBED=300; the same again: SEED=….
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { FhirError } from '../../../src/fhir/error.ts';
import type { Change, Expectation, Written } from '../../../src/storage/store.ts';
import type { OpenStore } from '../../../src/stores.ts';
import { createRandom, type Random } from '../../search/random.ts';
import { has, key, put, query, remove } from '../changes.ts';
import { type FailPoint, onWireServer, type Watched, watched } from './opening.ts';

const ROUNDS = Number(process.env.DISTURBED ?? 2);
const SEED = Number(process.env.SEED ?? 4711);
const WRITERS = 8;
const UNITS = 12;
jest.setTimeout(60_000 + ROUNDS * 30_000);

const TRANSIENT = ['TransientTransactionError'];
const COMMANDS = ['find', 'insert', 'update', 'delete', 'findAndModify', 'commitTransaction', 'aggregate'];

/** What a writer was told of one unit: undefined where it was told to come back. */
interface Told {
  readonly number: string;
  readonly changes: readonly Change[];
  readonly written: readonly Written[] | undefined;
  readonly kind?: string;
}

interface Row {
  readonly _id: string;
  readonly type: string;
  readonly id: string;
  readonly v: number;
  readonly lu: string;
  readonly to?: string;
  readonly unit?: string;
  readonly t?: string;
  readonly c?: readonly string[];
  readonly body?: { readonly buffer: Uint8Array };
}

await onWireServer('MongoDB, disturbed', (server) => {
  if (!server.isOurs) {
    test.skip('did not run: they need a server whose faults may be provoked, and MONGODB_URI names another', () => undefined);
    return;
  }
  let wire: Watched;
  let stores: readonly OpenStore[] = [];
  beforeAll(async () => {
    wire = await watched(server);
    stores = [await wire.open({ tryForMs: 5_000 }, wire.url('disturbed')), await wire.open({ tryForMs: 5_000 }, wire.url('disturbed'))];
  });
  afterAll(() => wire.close());

  const stepDown = () =>
    wire.client
      .db('admin')
      .command({ replSetStepDown: 1, force: true })
      .catch(() => undefined); // it has stepped down already

  async function disturb(random: Random): Promise<void> {
    wire.proxy.calm(); // one disturbance at a time: more, and nothing is written
    const command = random.pick(COMMANDS);
    const times = 1 + random.below(3);
    const fail = (data: Omit<FailPoint, 'failCommands'>) => wire.fail({ failCommands: [command], ...data }, { times });
    await random.pick<() => unknown>([
      () => wire.proxy.cut({ command, when: random.pick(['before', 'after']), times }),
      () => fail({ errorCode: random.pick([112, 251]), errorLabels: TRANSIENT }),
      () => fail({ errorCode: random.pick([189, 10107, 11600]) }),
      () => fail({ closeConnection: true }),
      () => wire.proxy.cut({ command: 'commitTransaction', when: 'after', times }),
      () => (random.chance(0.2) ? stepDown() : fail({ errorCode: 91 })),
    ])();
  }

  const named = (text: string) => key('identifier', key('', text));
  const claim = (i: number) => key('ValueSet', key(`http://x/${i}`, '1'));

  function unitOf(random: Random, number: string): readonly [readonly Change[], readonly Expectation[]] {
    const ids = [...new Set(random.several(1, 3, () => `r${random.below(6)}`))];
    const made = { members: { number }, keys: [named(`n${random.below(4)}`)] };
    const changes = ids.map((id) => {
      const ifMatch = random.chance(0.2) ? { ifMatch: [1 + random.below(9)] } : {};
      if (random.chance(0.2)) return remove('ValueSet', id, ifMatch);
      return put('ValueSet', id, { ...made, ...ifMatch, claims: random.chance(0.5) ? [claim(random.below(5))] : [] });
    });
    const expectations = random.chance(0.3) ? [{ query: query('ValueSet', has(named(`n${random.below(9)}`))), ids: [] }] : [];
    return [changes, expectations];
  }

  async function writer(random: Random, name: string, told: Told[]): Promise<void> {
    for (let i = 0; i < UNITS; i++) {
      const number = `${name}-${i}`;
      const [changes, expectations] = unitOf(random, number);
      try {
        told.push({ number, changes, written: await random.pick(stores).store.write(changes, expectations) });
      } catch (error) {
        if (!(error instanceof FhirError)) throw error;
        told.push({ number, changes, written: undefined, kind: error.kind });
      }
    }
  }

  const rowsOf = (collection: string) => wire.client.db('disturbed').collection<Row>(collection).find().toArray();
  const numberOf = ({ body }: Row) => (body ? (JSON.parse(Buffer.from(body.buffer).toString()) as { number: string }).number : undefined);

  async function expectTrue(told: readonly Told[]): Promise<void> {
    const [versions, current, claims, revisions] = await Promise.all(['versions', 'current', 'claims', 'revisions'].map(rowsOf));
    const byName = new Map(versions?.map((row) => [row._id, row]));
    for (const row of current ?? []) {
      const own = Array.from({ length: row.v }, (_, i) => byName.get(`${row._id}/${i + 1}`));
      expect(own.map((each) => each?.v)).toEqual(Array.from({ length: row.v }, (_, i) => i + 1));
      expect(own.map((each) => each?.to)).toEqual([...own.slice(1).map((each) => each?.lu), undefined]);
      expect(own.map((each) => each?.lu)).toEqual(own.map((each) => each?.lu).sort());
      expect(numberOf(own.at(-1) as Row)).toBe(numberOf(row));
    }
    expect(versions).toHaveLength((current ?? []).reduce((all, { v }) => all + v, 0));
    const held = (current ?? []).flatMap(({ _id, t, c = [] }) => (t ? c.map((each) => `${each} ${_id}`) : []));
    expect((claims as unknown as { _id: string; holder: string }[]).map(({ _id, holder }) => `${_id} ${holder}`).sort()).toEqual(
      held.sort(),
    );
    expect(revisions).toHaveLength(versions?.length ?? 0);
    for (const { number, changes, written, kind } of told) {
      const units = new Set(versions?.filter((row) => numberOf(row) === number).map(({ unit }) => unit));
      expect(units.size).toBeLessThanOrEqual(1);
      const puts = changes.filter((change) => change.kind !== 'delete').length;
      const made = versions?.filter((row) => numberOf(row) === number).length;
      if (written) expect(made).toBe(puts);
      else if (kind === 'unavailable') expect([0, puts]).toContain(made);
      else expect([number, kind, made]).toEqual([number, kind, 0]);
      for (const { version, outcome } of written ?? []) {
        if (outcome === 'unchanged') continue;
        expect(byName.get(`ValueSet/${version?.id}/${version?.versionId}`)?.lu).toBe(version?.lastUpdated);
      }
    }
  }

  test(`${ROUNDS} rounds of ${WRITERS} writers, seed ${SEED}`, async () => {
    const told: Told[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const random = createRandom(SEED + round);
      let writing = true;
      const disturbing = (async () => {
        while (writing) {
          await disturb(random).catch(() => undefined); // it is disturbed already
          await sleep(100 + random.below(400)); // each costs its writers up to a second
        }
      })();
      const writers = Array.from({ length: WRITERS }, (_, i) => writer(createRandom(SEED + round * 100 + i), `${round}-${i}`, told));
      await Promise.all(writers).finally(() => {
        writing = false;
      });
      await disturbing;
      wire.proxy.calm();
      await wire.fail({ failCommands: [] }, 'off');
      await expectTrue(told);
    }
    const kinds = new Set(told.map(({ written, kind }) => (written ? 'written' : kind)));
    expect([...kinds]).toEqual(expect.arrayContaining(['written', 'conflict', 'stale']));
  });
});
