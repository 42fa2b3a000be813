/** Values of random queries, from what is stored or out of the air. */
import type { Random } from './random.ts';
import { type TestParameter, valuesAt } from './random-parameters.ts';
import { valueSets } from './random-terminology.ts';
import type { Value } from './random-values.ts';
import * as pool from './random-values.ts';

export interface Asked {
  readonly parameter: Pick<TestParameter, 'kind' | 'code' | 'parts' | 'paths'>;
  readonly random: Random;
  /** Stored values to ask for; of a composite the resource. Empty = anything. */
  readonly stored: readonly unknown[];
}

/** Parameters whose values have no system. */
const SYSTEMLESS = ['version', 'active', 'telecom'];
const UCUM = 'http://unitsofmeasure.org';

export function escaped(text: string): string {
  return text.replace(/[\\,$|]/g, '\\$&');
}

export function askPlain(asked: Asked): string {
  const { parameter, random, stored } = asked;
  const value = stored.length > 0 ? random.pick(stored) : undefined;
  switch (parameter.kind) {
    case 'token':
    case 'media':
      return token(random, value, parameter.code);
    case 'string':
      return beginning(random, text(random, value));
    case 'date':
      return random.pick(['', '', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']) + date(random, value);
    case 'number':
      return random.pick(['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']) + number(random, value);
    case 'quantity':
      return quantity(random, value);
    case 'reference':
      return escaped(address(random, value));
    case 'canonical':
      return random.chance(0.5) ? String(value ?? 'http://none/x') : String(value ?? 'http://none/x|1').replace(/\|.*/, '');
    case 'uri':
      return escaped(String(value ?? 'http://none'));
    case 'composite':
      return composite(asked);
  }
}

export function askWith(modifier: string, asked: Asked): string {
  const { random, stored, parameter } = asked;
  const value = stored.length > 0 ? random.pick(stored) : undefined;
  switch (modifier) {
    case 'exact':
      return escaped(text(random, value));
    case 'contains':
      return escaped(part(random, text(random, value).trim()));
    case 'text':
      return beginning(random, tokenText(random, value));
    case 'in':
    case 'not-in':
      return random.pick([...valueSets.keys()]);
    case 'of-type':
      return ofType(random, value);
    case 'identifier':
      return token(random, (value as Value | undefined)?.identifier ?? pool.identifier(random), 'identifier');
    case 'Patient':
      return random.pick([(bare: string) => bare, (bare: string) => `Patient/${bare}`])(patientId(random, value));
    default:
      return hierarchy(modifier, random, value, parameter);
  }
}

function hierarchy(modifier: string, random: Random, value: unknown, { kind, code: name }: Asked['parameter']): string {
  if (modifier === 'not') return token(random, value, name);
  if (kind === 'media') return random.pick([String(value ?? 'text/xml'), 'text/xml', 'text/xml;charset=utf-8']);
  if (kind === 'canonical') return String(value ?? 'http://none/x|1').replace(/(\|\d+).*/, '$1');
  if (kind === 'uri') {
    const url = String(value ?? 'http://none/a').replace(/^urn:.*/, 'http://source/a');
    return escaped(modifier === 'above' ? url + random.pick(['', '/x', 'b']) : url.slice(0, url.length - random.below(6)));
  }
  const { system = random.pick(pool.SYSTEMS), code = random.pick(pool.CODES) } = codingOf(random, value);
  return `${escaped(String(system))}|${escaped(String(code))}`;
}

function codingOf(random: Random, value: unknown): Value {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Value;
  const codings = (members.coding as Value[] | undefined) ?? [];
  return codings.length > 0 ? random.pick(codings) : members;
}

function token(random: Random, value: unknown, code: string): string {
  if (typeof value === 'string' || typeof value === 'boolean') {
    const system = code === 'status' && random.chance(0.3) ? 'http://hl7.org/fhir/publication-status|' : '';
    return system + escaped(random.chance(0.15) ? String(value).toUpperCase() : String(value));
  }
  if (SYSTEMLESS.includes(code)) return escaped(String((value as Value | undefined)?.value ?? random.pick(['true', '1.0', '555-1'])));
  const found: Value = value === undefined ? pool.coding(random) : codingOf(random, value);
  const text = escaped(String(found.code ?? found.value ?? 'none'));
  if (!('system' in found) || found.system === 'phone' || found.system === 'email')
    return found.code !== undefined && random.chance(0.4) ? `|${text}` : text;
  const system = escaped(String(found.system));
  return random.pick([text, text, `${system}|${text}`, `${system}|${text}`, `${system}|`, `|${text}`]);
}

function tokenText(random: Random, value: unknown): string {
  const members = (typeof value === 'object' && value !== null ? value : {}) as Value;
  const texts = [members.text, (members.type as Value | undefined)?.text, codingOf(random, value).display].filter(
    (each) => typeof each === 'string',
  );
  return texts.length > 0 ? random.pick(texts) : pool.words(random);
}

function ofType(random: Random, value: unknown): string {
  const { type, value: number = '1' } = (value ?? pool.identifier(random)) as Value;
  const coding = ((type as Value | undefined)?.coding as Value[] | undefined)?.[0] ?? {
    system: 'http://terminology.hl7.org/CodeSystem/v2-0203',
    code: 'MR',
  };
  return `${escaped(String(coding.system))}|${escaped(String(coding.code))}|${escaped(String(number))}`;
}

function text(random: Random, value: unknown): string {
  if (typeof value === 'string') return value;
  const parts =
    typeof value === 'object' && value !== null
      ? Object.values(value)
          .flat()
          .filter((each) => typeof each === 'string')
      : [];
  return parts.length > 0 ? random.pick(parts) : pool.words(random);
}

/** Some characters of the middle. */
function part(random: Random, whole: string): string {
  return comparable(whole.slice(random.below(4)).slice(0, 3 + random.below(5)));
}

function beginning(random: Random, whole: string): string {
  const cut = random.chance(0.6) ? whole.slice(0, 1 + random.below(whole.length)) : whole;
  return escaped(comparable(random.chance(0.3) ? cut.toLowerCase() : cut));
}

/** Where nothing of a text is compared, a search for it is refused: then another. */
function comparable(text: string): string {
  return /[^\p{M}\p{P}\p{Cc}\s]/u.test(text) ? text : 'ra';
}

function date(random: Random, value: unknown): string {
  const texts = JSON.stringify(value ?? null).match(/\d{4}(-\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?)?)?(?=")/g) ?? [];
  const whole = texts.length > 0 ? random.pick(texts) : pool.dateTime(random);
  const lengths = [4, 7, 10, whole.length].filter((length) => length <= whole.length);
  return whole.slice(0, random.pick(lengths));
}

function number(random: Random, value: unknown): string {
  const numbers = JSON.stringify(value ?? null).match(/-?\d+(\.\d+)?/g) ?? [];
  const plain = numbers.length > 0 ? random.pick(numbers) : String(pool.decimal(random));
  return random.pick([plain, plain, plain.includes('.') ? `${plain}0` : `${plain}.0`, `${plain}e0`, String(Math.round(Number(plain)))]);
}

function quantity(random: Random, value: unknown): string {
  const given = (value ?? pool.quantity(random)) as Value;
  const { value: amount = 1, system = UCUM, code = 'mg', unit = code } = (given.low ?? given.high ?? given) as Value;
  const prefix = random.pick(['', '', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'ap']);
  const number = String(amount);
  return (
    prefix +
    random.pick<() => string>([
      () => number,
      () => `${number}|${system}|${code}`,
      () => `${number}|${system}|${code}`,
      () => `${number}||${random.pick([code, unit])}`,
      () => `${number}|${system}|`,
      () => converted(Number(amount), String(code)) ?? `${number}|${system}|${code}`,
    ])()
  );
}

/** The same amount in another unit. */
function converted(value: number, code: string): string | undefined {
  const [factor, other] = { mg: [0.001, 'g'], g: [1000, 'mg'], a: [12, 'mo'], Cel: [1.8, '[degF]'] }[code] ?? [];
  if (typeof factor !== 'number') return undefined;
  return `${Number((value * factor + (code === 'Cel' ? 32 : 0)).toFixed(6))}|${UCUM}|${other}`;
}

function address(random: Random, value: unknown): string {
  const { reference } = (value ?? {}) as { reference?: string };
  if (reference === undefined || reference.startsWith('#')) return `Patient/${1 + random.below(12)}`;
  const [, type, id] = /(\w+)\/([^/]+)(?:\/_history\/\d+)?$/.exec(reference) ?? [];
  return random.pick([reference, `${type}/${id}`, `${pool.OWN}/${type}/${id}`, String(id)]);
}

function patientId(random: Random, value: unknown): string {
  const { reference = '' } = (value ?? {}) as { reference?: string };
  return /Patient\/(\w+)/.exec(reference)?.[1] ?? String(1 + random.below(12));
}

function composite({ parameter, random, stored }: Asked): string {
  const [resource] = stored as Value[];
  const elements = resource === undefined ? [] : parameter.paths.length > 0 ? valuesAt(resource, parameter.paths) : [resource];
  const element = elements.length > 0 ? (random.pick(elements) as Value) : undefined;
  return (parameter.parts ?? [])
    .map(({ kind, paths }) => askPlain({ parameter: { kind, code: '', paths }, random, stored: element ? valuesAt(element, paths) : [] }))
    .join('$');
}
