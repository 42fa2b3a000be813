import type { UserInvocationTable } from 'fhirpath';
import fhirpath from 'fhirpath';

/** The engine's own date and time types; it exports none of them. */
interface Temporal {
  new (context: unknown, text: string): unknown;
}

const [dateTime, date, time] = fhirpath
  .compile('@2000-01-01T00:00:00.000Z | @2000-01-01 | @T00:00:00.000', undefined, { resolveInternalTypes: false })({})
  .map((value: object) => value.constructor as Temporal) as [Temporal, Temporal, Temporal];

/**
 * `now()`, `today()` and `timeOfDay()` of one evaluation, in UTC (https://hl7.org/fhirpath/N1/#utility-functions).
 * The engine's own read the clock and the zone of the process.
 */
export function clock(now: Date): UserInvocationTable {
  const text = now.toISOString();
  const value = (type: Temporal, from: string) =>
    function (this: unknown): unknown {
      return new type(this, from);
    };
  const entry = (fn: () => unknown) => ({ fn, arity: { 0: [] as [] }, internalStructures: true });
  return {
    now: entry(value(dateTime, text)),
    today: entry(value(date, text.slice(0, 10))),
    timeOfDay: entry(value(time, text.slice(11, -1))),
  };
}
