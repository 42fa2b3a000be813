import type { Typed } from './oracle-elements.ts';

/** In nanoseconds, both ends included. */
interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

const MS = 1_000_000n;
const BEGINNING = -(10n ** 30n);
const END = 10n ** 30n;

export function isDate(elements: readonly Typed[], value: string, now: Date): boolean {
  const [, prefix = 'eq', text = ''] = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/.exec(value) ?? [];
  const asked = spanOf(text);
  return elements.flatMap(storedSpan).some((stored) => compare(prefix, stored, asked, BigInt(now.getTime()) * MS));
}

/** Some stored time has an instant in common with the value. */
export function overlaps(elements: readonly Typed[], value: string): boolean {
  const { from, to } = spanOf(value);
  return elements.flatMap(storedSpan).some((stored) => stored.from <= to && from <= stored.to);
}

function compare(prefix: string, t: Span, q: Span, now: bigint): boolean {
  const inside = q.from <= t.from && t.to <= q.to;
  switch (prefix) {
    case 'eq':
      return inside;
    case 'ne':
      return !inside;
    case 'gt':
      return t.to > q.to;
    case 'lt':
      return t.from < q.from;
    case 'ge':
      return t.to >= q.from;
    case 'le':
      return t.from <= q.to;
    case 'sa':
      return t.from > q.to;
    case 'eb':
      return t.to < q.from;
    default: {
      const gap = now > q.to ? now - q.to : now < q.from ? q.from - now : 0n;
      return t.from <= q.to + gap / 10n && t.to >= q.from - gap / 10n;
    }
  }
}

function storedSpan({ type, data }: Typed): readonly Span[] {
  if (type === 'Period') return periodSpan(data as { start?: string; end?: string });
  if (type === 'Timing') {
    const { event = [], repeat } = data as { event?: string[]; repeat?: { boundsPeriod?: { start?: string; end?: string } } };
    const spans = [...event.map(spanOf), ...(repeat?.boundsPeriod ? periodSpan(repeat.boundsPeriod) : [])];
    return spans.length === 0 ? [] : [{ from: least(spans.map(({ from }) => from)), to: -least(spans.map(({ to }) => -to)) }];
  }
  if (typeof data !== 'string' || !['date', 'dateTime', 'instant'].includes(type)) return [];
  const span = spanOf(data);
  return [type === 'instant' ? { from: span.from, to: span.from } : span];
}

function periodSpan({ start, end }: { start?: string; end?: string }): readonly Span[] {
  return start || end ? [{ from: start ? spanOf(start).from : BEGINNING, to: end ? spanOf(end).to : END }] : [];
}

function least(values: readonly bigint[]): bigint {
  return [...values].sort((a, b) => (a < b ? -1 : 1))[0] ?? 0n;
}

function spanOf(text: string): Span {
  const [year, month, day] = text.split('T')[0]?.split('-') ?? [];
  const time = text.split('T')[1];
  if (time === undefined) {
    const from = Date.UTC(Number(year), month ? Number(month) - 1 : 0, day ? Number(day) : 1);
    const to = day ? from + 86_400_000 : month ? Date.UTC(Number(year), Number(month), 1) : Date.UTC(Number(year) + 1, 0, 1);
    return { from: BigInt(from) * MS, to: BigInt(to) * MS - 1n };
  }
  const [, clock = '', fraction, zone = 'Z'] = /^(\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?(.*)$/.exec(time) ?? [];
  const whole = BigInt(Date.parse(`${text.split('T')[0]}T${clock.padEnd(8, ':00')}${zone || 'Z'}`)) * MS;
  if (fraction !== undefined) return { from: whole + BigInt(fraction.padEnd(9, '0')), to: whole + BigInt(fraction.padEnd(9, '0')) };
  return { from: whole, to: whole + (clock.length === 5 ? 60_000n : 1000n) * MS - 1n };
}
