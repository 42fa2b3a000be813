/** Values of R4's primitive types in JSON (https://hl7.org/fhir/R4/datatypes.html#primitive). */
import { parseInterval } from '../fhir/dates.ts';
import { isId } from '../fhir/id.ts';

interface Rule {
  readonly json: 'string' | 'number' | 'boolean';
  readonly holds: (value: never) => boolean;
  /** What the value must be, behind "must be". */
  readonly says: string;
}

const MEGABYTE = 1024 * 1024;
const INTEGER = 2 ** 31;

const YEAR = '(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)';
const DAY = `${YEAR}-[0-9]{2}-[0-9]{2}`;
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\\.[0-9]+)?';
const ZONE = '(?:Z|[+-][0-9]{2}:[0-9]{2})';

const text = (value: string) => value.trim() !== '' && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(value) && value.length <= MEGABYTE;
const string = (holds: (value: string) => boolean, says: string): Rule => ({ json: 'string', holds, says });
const like = (pattern: string, says: string) => {
  const whole = new RegExp(`^(?:${pattern})$`);
  return string((value) => whole.test(value), says);
};
const time = (pattern: string, says: string) => {
  const whole = new RegExp(`^(?:${pattern})$`);
  return string((value) => whole.test(value) && parseInterval(value) !== undefined, says);
};
const integer = (low: number, says: string): Rule => ({
  json: 'number',
  holds: (value: number) => Number.isInteger(value) && value >= low && value < INTEGER,
  says,
});

const address = 'a URI: not empty and without white space';
const words = 'text: not empty, without control characters, at most 1 MB';

const rules: ReadonlyMap<string, Rule> = new Map(
  Object.entries({
    boolean: { json: 'boolean', holds: () => true, says: 'true or false, without quotes' },
    integer: integer(-INTEGER, 'a whole number of 32 bits, without quotes'),
    positiveInt: integer(1, 'a whole number from 1 to 2147483647, without quotes'),
    unsignedInt: integer(0, 'a whole number from 0 to 2147483647, without quotes'),
    decimal: { json: 'number', holds: Number.isFinite, says: 'a number, without quotes' },
    string: string(text, words),
    markdown: string(text, words),
    xhtml: string(text, 'XHTML: not empty'),
    code: like('\\S+(?: \\S+)*', 'a code: not empty, without white space around it or doubled in it'),
    id: string(isId, 'an id: 1 to 64 letters, digits, hyphens and dots'),
    uri: like('\\S+', address),
    url: like('\\S+', address),
    canonical: like('\\S+', address),
    oid: like('urn:oid:[0-2](?:\\.(?:0|[1-9][0-9]*))+', 'an OID written as urn:oid:1.2.3'),
    uuid: like('urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', 'a UUID in lower case, behind urn:uuid:'),
    base64Binary: string(
      (value) => /^[0-9a-zA-Z+/=\s]+$/.test(value) && value.replace(/\s/g, '').length % 4 === 0,
      'base64: groups of four characters of A-Z, a-z, 0-9, + and /',
    ),
    date: time(`${YEAR}(?:-[0-9]{2}(?:-[0-9]{2})?)?`, 'a date of the calendar as YYYY, YYYY-MM or YYYY-MM-DD'),
    dateTime: time(
      `${YEAR}(?:-[0-9]{2})?|${DAY}(?:T${TIME}${ZONE})?`,
      'a date of the calendar, whole or in part, or date and time with seconds and zone, as 2024-02-29T08:30:00Z',
    ),
    instant: time(`${DAY}T${TIME}${ZONE}`, 'an instant with seconds and zone, as 2024-02-29T08:30:00Z'),
    time: like(TIME, 'a time of the day with seconds, as 08:30:00'),
  } satisfies Record<string, Rule>),
);

export function isPrimitive(type: string): boolean {
  return rules.has(type);
}

/** What a value of this primitive type must be, where it is not; undefined where it is. */
export function primitiveFault(type: string, value: unknown): string | undefined {
  const rule = rules.get(type);
  if (!rule || (typeof value === rule.json && rule.holds(value as never))) return undefined;
  return rule.says;
}
