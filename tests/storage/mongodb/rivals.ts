/** Units of two processes that look at the same identity: in one process they would take turns, here only the database keeps them apart. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Condition } from '../../../src/search/query.ts';
import type { Expectation } from '../../../src/storage/store.ts';
import type { OpenStore } from '../../../src/stores.ts';
import { find, has, key, outcomes, post, put, query, remove } from '../changes.ts';
import type { Open, Opened } from '../opened.ts';

const ROUNDS = 10;

export function rivals(open: Open): void {
  describe('rivals in two processes', () => {
    let one: Opened;
    let other: Omit<OpenStore, 'kind'>;
    beforeAll(async () => {
      one = await open();
      other = await one.another();
    });
    afterAll(async () => {
      await other.close();
      await one.close();
    });

    const identifier = (value: string) => [
      key('identifier', key('', value)),
      key('identifier', key('urn:s|', value)),
      key('identifier', 'urn:s|'),
    ];
    const creation = (id: string, keys: readonly string[], where: Condition) =>
      [[post('Flag', id, { keys })], [{ query: query('Flag', where), ids: [] }]] as const;

    const criteria: readonly [string, (value: string) => readonly [Condition, Condition]][] = [
      ['the same identifier', (value) => [has(key('identifier', key('', value))), has(key('identifier', key('', value)))]],
      [
        'an identifier with and without its system',
        (value) => [has(key('identifier', key('urn:s|', value))), has(key('identifier', key('', value)))],
      ],
      [
        'an identifier alone and with something else',
        (value) => [
          has(key('identifier', key('', value))),
          { kind: 'and', conditions: [has(key('identifier', key('', value))), { kind: 'not', condition: has('x') }] },
        ],
      ],
      [
        'one of two identifiers',
        (value) => [has(key('identifier', key('', 'no')), key('identifier', key('', value))), has(key('identifier', key('', value)))],
      ],
      [
        'the same criteria in another order',
        (value) => {
          const conditions: readonly Condition[] = [has('x', key('name', key('', value))), { kind: 'not', condition: has('y', 'z') }];
          const turned: readonly Condition[] = [{ kind: 'not', condition: has('z', 'y') }, has(key('name', key('', value)), 'x')];
          return [
            { kind: 'and', conditions },
            { kind: 'and', conditions: turned },
          ];
        },
      ],
      [
        'the same criteria, whatever they are',
        (value) => [has(key('identifier', key('', value)).replace('identifier', 'name')), has(key('name', key('', value)))],
      ],
    ];
    test.each(criteria)('by %s: one creates', async (name, conditions) => {
      for (let round = 0; round < ROUNDS; round++) {
        const value = `${name}-${round}`;
        const keys = [...(name.includes('identifier') ? identifier(value) : []), key('name', key('', value))];
        const [a, b] = conditions(value);
        const writes = [
          one.store.write(...creation(`a-${round}-${name.length}`, keys, a)),
          other.store.write(...creation(`b-${round}-${name.length}`, keys, b)),
        ];
        expect(await outcomes(writes)).toEqual({ created: 1, conflict: 1 });
      }
    });

    test('a plain create beside a conditional one: never between what it reads and what it writes', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const keys = identifier(`plain-${round}`);
        const plain = one.store.write([post('Flag', `plain-${round}`, { keys })]);
        const conditional = other.store.write(...creation(`conditional-${round}`, keys, has(keys[0] ?? '')));
        const [first, second] = await Promise.allSettled([plain, conditional]);
        expect(first.status).toBe('fulfilled');
        expect(await find(one.store, 'Flag', has(keys[0] ?? ''))).toHaveLength(second.status === 'fulfilled' ? 2 : 1);
        if (first.status !== 'fulfilled' || second.status !== 'fulfilled') continue;
        const times = [second, first].map(({ value }) => value[0]?.version?.lastUpdated ?? '');
        expect(times).toEqual(times.toSorted()); // had it come later, it would have seen the plain one
      }
    });

    test('each writes what the other rests on: one of them is told', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const ids = [`left-${round}`, `right-${round}`] as const;
        await one.store.write(ids.map((id) => post('Flag', id, { keys: [id] })));
        const resting = (id: string): Expectation => ({ query: query('Flag', has(id)), ids: [id] });
        const writes = [
          one.store.write([put('Flag', ids[0], { keys: ['changed'] })], [resting(ids[1])]),
          other.store.write([round % 2 ? put('Flag', ids[1], { keys: ['changed'] }) : remove('Flag', ids[1])], [resting(ids[0])]),
        ];
        const { conflict } = await outcomes(writes);
        expect(conflict).toBe(1);
      }
    });

    test('a claim goes to one of them, the other is told whose it is', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const claims = [key('ValueSet', key(`http://rival-${round}`, '1'))];
        const results = await Promise.allSettled(
          [one, other].map(({ store }, i) => store.write([put('ValueSet', `rival-${round}-${i}`, { claims })])),
        );
        const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
        expect(lost).toEqual([expect.objectContaining({ kind: 'conflict', message: expect.stringContaining(`ValueSet/rival-${round}-`) })]);
      }
    });

    test('writes that share only the system of their identifiers do not wait for each other', async () => {
      const count = () => one.store.read('Flag', 'nobody'); // both are connected
      await Promise.all([count(), other.store.read('Flag', 'nobody')]);
      const writes = Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? one : other).store.write([post('Flag', `apart-${i}`, { keys: identifier(`apart-${i}`) })]),
      );
      expect(await outcomes(writes)).toEqual({ created: 40 });
    });
  });
}
