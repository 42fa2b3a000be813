import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const MOST = 154;
const rows = [...readFileSync('docs/rest-checklist.md', 'utf8').matchAll(/^\| (\d+) \| (.+) \|$/gm)].map(([, number, held = '']) => ({
  number: Number(number),
  held,
}));

/** Numbers that names of tests begin with: `27, 28: …`, `1 to 3: …`. */
function numbersIn(text: string): ReadonlySet<number> {
  const fronts = [...text.matchAll(/[[(]\s*['`](\d+(?:, \d+)*)(?: (to|and) (\d+))?: /g)];
  return new Set(
    fronts.flatMap(([, list = '', joint, last]) => {
      const numbers = list.split(', ').map(Number);
      const first = numbers.at(-1) ?? 0;
      const from = joint === 'to' ? first : Number(last ?? first);
      return [...numbers, ...Array.from({ length: Number(last ?? first) - from + 1 }, (_, i) => from + i)];
    }),
  );
}

test('each check stands there once, in order', () => {
  expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: MOST }, (_, i) => i + 1));
});

test.each(rows)('check $number is held by tests that are there, or says why it is left out', ({ number, held }) => {
  if (held.startsWith('— ')) {
    expect(held.length).toBeGreaterThan(30);
    return;
  }
  for (const one of held.split('; ')) {
    const [, file = '', words] = /^(tests\/\S+\.ts)(?: "(.+)")?$/.exec(one) ?? [];
    expect([one, existsSync(file)]).toEqual([one, true]);
    const text = readFileSync(file, 'utf8');
    expect([one, words === undefined ? numbersIn(text).has(number) : text.includes(words)]).toEqual([one, true]);
  }
});
