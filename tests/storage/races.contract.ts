/** Part of the store's contract: many writers at once, expectations, claims. */
import { describe, expect, test } from '@jest/globals';
import { find, has, key, outcomes, post, put, query, remove, write } from './changes.ts';
import type { Opened } from './opened.ts';

export function racesContract(opened: () => Opened): void {
  const store = () => opened().store;

  test('100 updates of one resource at once, without If-Match, all succeed; versions stay dense', async () => {
    const written = await Promise.all(Array.from({ length: 100 }, () => write(store(), put('Flag', 'busy', { keys: ['busy'] }))));
    const versions = written.map(({ version }) => version?.versionId ?? 0);
    expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(written.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(await find(store(), 'Flag', has('busy'))).toEqual(['busy']);
  });

  test('of 20 updates at once with the same If-Match one succeeds', async () => {
    await write(store(), post('Flag', 'one-of-20'));
    const writes = Array.from({ length: 20 }, () => store().write([put('Flag', 'one-of-20', { ifMatch: [1] })]));
    expect(await outcomes(writes)).toEqual({ updated: 1, stale: 19 });
  });

  describe('expectations', () => {
    const conditional = (id: string, keys: readonly string[], criterion: string) =>
      store().write([post('Flag', id, { keys })], [{ query: query('Flag', has(criterion)), ids: [] }]);

    test('of 100 identical conditional creates at once one is made, the others are told of a conflict', async () => {
      const name = key('identifier', 's|1');
      const writes = Array.from({ length: 100 }, (_, i) => conditional(`same-${i}`, [name], name));
      expect(await outcomes(writes)).toEqual({ created: 1, conflict: 99 });
      expect(await find(store(), 'Flag', has(name))).toHaveLength(1);
    });

    test('different criteria for the same identifier exclude each other', async () => {
      for (let round = 0; round < 10; round++) {
        const keys = [key('identifier', `s|r${round}`), key('identifier', `r${round}`)];
        const writes = keys.map((criterion, i) => conditional(`other-${round}-${i}`, keys, criterion));
        expect(await outcomes(writes)).toEqual({ created: 1, conflict: 1 });
      }
    });

    test('a plain create that was acknowledged is seen; one at the same time is before or after, never between', async () => {
      const name = key('identifier', 'plain');
      await write(store(), post('Flag', 'plain', { keys: [name] }));
      await expect(conditional('not-plain', [name], name)).rejects.toMatchObject({ kind: 'conflict' });
      for (let round = 0; round < 10; round++) {
        const both = key('identifier', `both-${round}`);
        const plain = store().write([post('Flag', `plain-${round}`, { keys: [both] })]);
        const counts = await outcomes([plain, conditional(`cond-${round}`, [both], both)]);
        expect(await find(store(), 'Flag', has(both))).toHaveLength(counts.created ?? 0);
        expect((counts.created ?? 0) + (counts.conflict ?? 0)).toBe(2);
      }
    });

    test('an expected match must still be there, and the only one', async () => {
      const name = key('identifier', 'match');
      await write(store(), post('Flag', 'match-a', { keys: [name] }));
      const expecting = (ids: readonly string[]) => [{ query: query('Flag', has(name)), ids }];
      expect(await outcomes([store().write([put('Flag', 'bystander')], expecting(['match-a']))])).toEqual({ created: 1 });
      for (const ids of [[], ['match-b'], ['match-a', 'match-b']]) {
        expect(await outcomes([store().write([put('Flag', 'bystander-2')], expecting(ids))])).toEqual({ conflict: 1 });
      }
      await write(store(), post('Flag', 'match-b', { keys: [name] }));
      expect(await outcomes([store().write([put('Flag', 'bystander-3')], expecting(['match-a']))])).toEqual({ conflict: 1 });
      expect(await outcomes([store().write([put('Flag', 'bystander-3')], expecting(['match-b', 'match-a']))])).toEqual({ created: 1 });
      expect(await store().read('Flag', 'bystander-2')).toBeUndefined();
    });

    test('a unit is held against what was there before it', async () => {
      const name = key('identifier', 'own');
      await conditional('own', [name], name);
      const removed = store().write([remove('Flag', 'own')], [{ query: query('Flag', has(name)), ids: ['own'] }]);
      expect(await outcomes([removed])).toEqual({ deleted: 1 });
    });
  });

  describe('claims', () => {
    const claim = (name: string) => [`ValueSet\u001fhttp://example.org/${name}\u001f1.0.0`];
    const taken = (name: string) => put('ValueSet', name, { claims: claim(name) });

    test('belong to one resource at a time; the conflict names which', async () => {
      await write(store(), taken('one'));
      const second = store().write([post('ValueSet', 'bystander'), put('ValueSet', 'second', { claims: claim('one') })]);
      await expect(second).rejects.toMatchObject({ kind: 'conflict', message: expect.stringContaining('ValueSet/one') });
      expect(await store().read('ValueSet', 'bystander')).toBeUndefined();
      expect((await write(store(), taken('one'))).outcome).toBe('updated');
    });

    test('are free again when their resource gives them up or is deleted', async () => {
      await write(store(), taken('given'));
      await write(store(), put('ValueSet', 'given'));
      expect((await write(store(), put('ValueSet', 'heir', { claims: claim('given') }))).outcome).toBe('created');
      await write(store(), remove('ValueSet', 'heir'));
      expect((await write(store(), taken('given'))).outcome).toBe('updated');
    });

    test('change hands within one unit', async () => {
      await store().write([taken('left'), taken('right')]);
      const swapped = [put('ValueSet', 'left', { claims: claim('right') }), put('ValueSet', 'right', { claims: claim('left') })];
      expect((await store().write(swapped)).map(({ outcome }) => outcome)).toEqual(['updated', 'updated']);
      await expect(store().write([put('ValueSet', 'third', { claims: claim('left') })])).rejects.toMatchObject({
        message: expect.stringContaining('ValueSet/right'),
      });
    });

    test('cannot be taken twice in one unit, nor by two writers at once', async () => {
      const twins = [put('ValueSet', 'twin-a', { claims: claim('twin') }), put('ValueSet', 'twin-b', { claims: claim('twin') })];
      await expect(store().write(twins)).rejects.toMatchObject({ kind: 'conflict' });
      const writes = Array.from({ length: 20 }, (_, i) => store().write([put('ValueSet', `racer-${i}`, { claims: claim('race') })]));
      expect(await outcomes(writes)).toEqual({ created: 1, conflict: 19 });
    });
  });
}
