/** Random values of R4's data types, from small pools so that queries hit. */
import { compact, type Random } from './random.ts';

export const SYSTEMS = ['http://snomed.info/sct', 'http://loinc.org', 'urn:oid:1.2.3'];
export const CODES = ['73211009', '8480-6', 'M54.5', 'a,b', 'x|y', 'c$d', 'Ab', 'ab'];
const WORDS = [
  'Posterior',
  'ramus',
  'syndrome',
  'Évelyn',
  "O'Brien",
  'Carreño',
  'Quiñones',
  'back-pain',
  'ŒDIPUS',
  'ﬁbre',
  'low',
  'Straße',
  '痛み',
  '50%',
  'a\\b',
];
export const UNITS = ['mg', 'g', 'ug', 'Cel', '[degF]', 'mm[Hg]', 'a', 'mo', '{score}', '[IU]'];
const UCUM = 'http://unitsofmeasure.org';
export const OWN = 'http://s/fhir';
export const FOREIGN = 'http://x/fhir';

export type Value = Record<string, unknown>;

const extension = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] };

export function words(random: Random): string {
  const text = random.several(1, 3, () => random.pick(WORDS)).join(random.pick([' ', '  ', ' - ']));
  return random.chance(0.2) ? text.toUpperCase() : text;
}

export function coding(random: Random): Value {
  return compact({
    system: random.maybe(0.85, () => random.pick(SYSTEMS)),
    code: random.maybe(0.95, () => random.pick(CODES)),
    display: random.maybe(0.5, () => words(random)),
  });
}

export function concept(random: Random): Value {
  if (random.chance(0.03)) return extension;
  const made = compact({
    coding: random.maybe(0.9, () => random.several(1, 2, () => coding(random))),
    text: random.maybe(0.4, () => words(random)),
  });
  return Object.keys(made).length > 0 ? made : { text: words(random) };
}

export function identifier(random: Random): Value {
  return compact({
    type: random.maybe(0.5, () => ({
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: random.pick(['MR', 'SB']) }],
      ...(random.chance(0.4) && { text: words(random) }),
    })),
    system: random.maybe(0.8, () => random.pick(['urn:ids:a', 'urn:ids:b'])),
    value: random.pick(['1', '2', 'A-1', 'a-1', 'x|1']),
  });
}

const two = (value: number) => String(value).padStart(2, '0');

/** Of any precision and zone. */
export function dateTime(random: Random, precision = random.below(6)): string {
  const date = `${random.pick([1999, 2012, 2013, 2025, 2026])}`;
  if (precision === 0) return date;
  const month = `${date}-${random.pick(['01', '02', '12'])}`;
  if (precision === 1) return month;
  const day = `${month}-${random.pick(['01', '14', '28'])}`;
  if (precision === 2) return day;
  return `${day}T${clock(random, precision)}${random.pick(['Z', 'Z', '+02:00', '-05:00', '+14:00'])}`;
}

function clock(random: Random, precision: number): string {
  const time = `${two(random.pick([0, 10, 23]))}:${two(random.pick([0, 30, 59]))}:${two(random.pick([0, 17, 59]))}`;
  return precision === 5 ? `${time}.${random.pick(['5', '000', '239', '123456'])}` : time;
}

export function instant(random: Random): string {
  return dateTime(random, random.pick([3, 5]));
}

export function period(random: Random): Value {
  const [start = '', end = ''] = [dateTime(random), dateTime(random)].sort();
  const kind = random.below(4);
  return kind === 0 ? { start } : kind === 1 ? { end } : { start, end };
}

export function timing(random: Random): Value {
  return compact({
    event: random.maybe(0.6, () => random.several(1, 2, () => dateTime(random))),
    repeat: random.maybe(0.6, () => ({ boundsPeriod: period(random), frequency: 1 })),
  });
}

export function decimal(random: Random): number {
  return random.pick([0, 0.85, 1, 2, 2.5, 4.5, 5.4, 5.44, 37, 98.6, 99.5, 100, 100.5, 105, -3, 1000]);
}

export function quantity(random: Random, units = UNITS): Value {
  const code = random.pick(units);
  const coded = random.chance(0.8);
  return compact({
    value: random.maybe(0.97, () => decimal(random)),
    comparator: random.maybe(0.1, () => random.pick(['<', '<=', '>', '>='])),
    unit: random.maybe(0.6, () => random.pick([code, 'milligram'])),
    system: coded ? random.pick([UCUM, UCUM, UCUM, 'urn:units']) : undefined,
    code: coded ? code : undefined,
  });
}

export function range(random: Random): Value {
  const [low = 0, high = 0] = [decimal(random), decimal(random)].sort((a, b) => a - b);
  const unit = { unit: 'a', system: UCUM, code: 'a' };
  const kind = random.below(4);
  return compact({ low: kind === 0 ? undefined : { value: low, ...unit }, high: kind === 1 ? undefined : { value: high, ...unit } });
}

export function useContext(random: Random): Value {
  const code = { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: random.pick(['focus', 'age', 'venue']) };
  return random.pick([
    () => ({ code, valueCodeableConcept: concept(random) }),
    () => ({ code, valueQuantity: quantity(random, ['a', 'mo']) }),
    () => ({ code, valueRange: range(random) }),
  ])();
}

export function name(random: Random): Value {
  return compact({
    family: random.maybe(0.8, () => words(random)),
    given: random.maybe(0.7, () => random.several(1, 2, () => random.pick(WORDS))),
    text: random.maybe(0.3, () => words(random)),
  });
}

export function address(random: Random): Value {
  return compact({ line: random.maybe(0.5, () => [words(random)]), city: random.pick(WORDS), country: random.maybe(0.5, () => 'CH') });
}

/** A reference to one of the targets (`Type/id`), written in one of the ways that there are. */
export function reference(random: Random, targets: readonly string[]): Value {
  const target = random.pick(targets);
  return random.pick<() => Value>([
    () => ({ reference: target }),
    () => ({ reference: target }),
    () => ({ reference: target, display: 'somebody' }),
    () => ({ reference: `${OWN}/${target}` }),
    () => ({ reference: `${FOREIGN}/${target}` }),
    () => ({ reference: `${target}/_history/${1 + random.below(3)}` }),
    () => ({ type: target.split('/')[0], identifier: identifier(random) }),
    () => ({ reference: target, identifier: identifier(random) }),
    () => ({ display: 'somebody' }),
  ])();
}

export function canonical(random: Random, urls: readonly string[]): string {
  const url = random.pick(urls);
  return random.chance(0.6) ? `${url}|${random.pick(VERSIONS)}` : url;
}

export const VERSIONS = ['1', '1.0', '1.1', '10.0', '2.0'];
