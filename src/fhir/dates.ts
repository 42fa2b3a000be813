/**
 * FHIR's partial dates as intervals of instants (https://hl7.org/fhir/R4/search.html#date).
 * An instant is text of fixed width in UTC, `YYYY-MM-DDThh:mm:ss.nnnnnnnnnZ`: it sorts as text and keeps nanoseconds.
 */
export interface Interval {
  /** First instant that belongs to the interval. */
  readonly low: string;
  /** Last instant that belongs to the interval. */
  readonly high: string;
}

/** Before and after everything: the open ends of a Period. */
export const EARLIEST = '0000-01-01T00:00:00.000000000Z';
export const LATEST = '9999-12-31T23:59:59.999999999Z';

const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}:\d{2})?)?)?)?$/;

/** The interval that a date, dateTime or instant stands for; without a zone, UTC. Undefined where the text is not a date. */
export function parseInterval(text: string): Interval | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [, year = '', month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  if (fraction.length > 9 || !isCalendarDate(Number(year), Number(month ?? 1), Number(day ?? 1))) return undefined;
  if (hour === undefined) return wholeDays(Number(year), month, day);
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60 || !isZone(zone)) return undefined;
  const seconds = Date.UTC(2000, 0, 1, Number(hour), Number(minute), Number(second ?? 0)) - Date.UTC(2000, 0, 1);
  const start = utc(Number(year), Number(month), Number(day)) + seconds - offset(zone);
  if (second === undefined) return { low: instant(start, ''), high: instant(start + 59_000, '999999999') };
  if (!fraction) return { low: instant(start, ''), high: instant(start, '999999999') };
  return { low: instant(start, fraction), high: instant(start, fraction) };
}

/** An instant of the server's clock in the fixed form above. */
export function toInstant(date: Date): string {
  return `${date.toISOString().slice(0, -1)}000000Z`;
}

function wholeDays(year: number, month: string | undefined, day: string | undefined): Interval {
  const first = utc(year, Number(month ?? 1), Number(day ?? 1));
  const end = day ? first + 86_400_000 : month ? utc(year, Number(month) + 1, 1) : utc(year + 1, 1, 1);
  return { low: instant(first, ''), high: instant(end - 1000, '999999999') };
}

function isCalendarDate(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(utc(year, month + 1, 0)).getUTCDate();
}

function isZone(zone: string): boolean {
  return zone === 'Z' || (Number(zone.slice(1, 3)) <= 14 && Number(zone.slice(4)) <= 59);
}

function offset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  return (zone[0] === '-' ? -minutes : minutes) * 60_000;
}

/** Milliseconds of a UTC day; unlike Date.UTC it does not move years below 100 into the 20th century. */
function utc(year: number, month: number, day: number): number {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

function instant(milliseconds: number, fraction: string): string {
  const text = new Date(milliseconds).toISOString();
  if (text.startsWith('-')) return EARLIEST;
  if (text.startsWith('+')) return LATEST;
  return `${text.slice(0, 19)}.${fraction.padEnd(9, '0')}Z`;
}
