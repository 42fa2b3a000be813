/** https://hl7.org/fhir/R4/search.html#date */
import { EARLIEST, type Interval, LATEST, parseInterval, toInstant } from '../../fhir/dates.ts';
import { type Found, listOf, membersOf, textOf } from '../found.ts';
import type { RangeTest } from '../query.ts';
import { rangeTests, splitPrefix } from './prefix.ts';
import { NOTHING, type SearchType } from './search-type.ts';
import { refused, unescaped } from './values.ts';

export const date: SearchType = {
  modifiers: [],
  index: (found) => {
    const interval = intervalOf(found);
    return interval ? { ranges: [interval], sort: interval } : NOTHING;
  },
  ask: (value, { parameter, now }) => {
    const text = unescaped(value, parameter.code);
    const tests = dateTests(text, now);
    if (tests) return tests.map((each) => ({ kind: 'range', tests: each }));
    const hint = / \d\d:\d\d$/.test(text) ? ' (a + before the zone is written %2B in an address)' : '';
    throw refused(
      parameter.code,
      text,
      `a date is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss[.fraction]][zone], with a prefix or not${hint}`,
    );
  },
};

/** Tests of one date of a query, any list of which suffices; undefined where it is no date. */
export function dateTests(text: string, now: Date): readonly (readonly RangeTest[])[] | undefined {
  const { prefix, rest } = splitPrefix(text);
  const interval = parseInterval(rest);
  return interval && rangeTests(prefix, { ...interval, beyond: { ...interval, open: false }, near: widened(interval, now) });
}

/** An instant is a point, and so is a dateTime with a fraction; else an interval of its precision. */
function intervalOf({ type, value }: Found): Interval | undefined {
  switch (type) {
    case 'date':
    case 'dateTime':
      return written(value);
    case 'instant':
      return point(written(value));
    case 'Period':
      return period(value);
    case 'Timing':
      return timing(value);
    default:
      return undefined;
  }
}

function written(value: unknown): Interval | undefined {
  const text = textOf(value);
  // more than nanoseconds are not told apart
  return text === undefined ? undefined : parseInterval(text.replace(/(\.\d{9})\d+/, '$1'));
}

function point(interval: Interval | undefined): Interval | undefined {
  return interval && { low: interval.low, high: interval.low };
}

function period(value: unknown): Interval | undefined {
  const { start, end } = membersOf(value);
  const low = written(start)?.low;
  const high = written(end)?.high;
  return low === undefined && high === undefined ? undefined : { low: low ?? EARLIEST, high: high ?? LATEST };
}

/** Only its outer limits. */
function timing(value: unknown): Interval | undefined {
  const { event, repeat } = membersOf(value);
  const limits = [...listOf(event).map(written), period(membersOf(repeat).boundsPeriod)].filter((each) => each !== undefined);
  const [low] = limits.map((each) => each.low).sort();
  const high = limits
    .map((each) => each.high)
    .sort()
    .at(-1);
  return low === undefined || high === undefined ? undefined : { low, high };
}

/** On both sides by a tenth of the gap between now and the value. */
function widened({ low, high }: Interval, now: Date): Interval {
  const [first, last, clock] = [milliseconds(low), milliseconds(high), now.getTime()];
  const gap = clock < first ? first - clock : clock > last ? clock - last : 0;
  return { low: instant(first - gap / 10, low), high: instant(last + gap / 10, high) };
}

function milliseconds(text: string): number {
  return Date.parse(`${text.slice(0, 23)}Z`);
}

/** Keeps the text where nothing is added, so that digits below milliseconds stay. */
function instant(time: number, text: string): string {
  const rounded = Math.round(time);
  if (rounded === milliseconds(text)) return text;
  const made = toInstant(new Date(rounded));
  return made.length === LATEST.length ? made : rounded < 0 ? EARLIEST : LATEST;
}
