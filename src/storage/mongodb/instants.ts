/**
 * Instants of queries against times in milliseconds. An instant may be finer than a millisecond; a stored time never is. Both
 * are text of fixed width, so every comparison can be made with a text that stands between two milliseconds.
 */
import type { RangeTest } from '../../search/query.ts';

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,3})(\d*))?Z$/;

type Bound = readonly [operator: '$gt' | '$lt', text: string];

/** `lastUpdated OPERATOR instant`, as a condition on the stored text. */
export function timeFilter(...given: Parameters<typeof timeBound>): { readonly $gt?: string; readonly $lt?: string } {
  const [operator, text] = timeBound(...given);
  return { [operator]: text };
}

/** The same in parts. */
export function timeBound(operator: RangeTest['operator'], instant: string): Bound {
  const [, seconds = instant, fraction = '', finer = ''] = INSTANT.exec(instant) ?? [];
  const millisecond = `${seconds}.${fraction.padEnd(3, '0')}`;
  const before = `${millisecond}!`; // sorts before the same with Z, after the millisecond before it
  const after = `${millisecond}~`;
  const isExact = !/[1-9]/.test(finer);
  switch (operator) {
    case '<':
      return ['$lt', isExact ? before : after];
    case '<=':
      return ['$lt', after];
    case '>':
      return ['$gt', after];
    case '>=':
      return ['$gt', isExact ? before : after];
  }
}
