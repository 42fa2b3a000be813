/** What R4's search rules come to, computed by hand: a stored value, queries that find it, queries that do not. */
import type { FhirResource } from '../../src/fhir/types.ts';

export interface WorkedExample {
  readonly stored: string;
  readonly resource: FhirResource;
  readonly finds: readonly string[];
  readonly misses: readonly string[];
}

const UCUM = 'http://unitsofmeasure.org';
const SCT = 'http://snomed.info/sct';
const LOINC = 'http://loinc.org';

type Part = Record<string, unknown>;
const observation = (part: Part) => ({ resourceType: 'Observation', id: 'o', status: 'final', ...part }) as unknown as FhirResource;
const patient = (part: Part) => ({ resourceType: 'Patient', id: 'p', ...part }) as unknown as FhirResource;
const probability = (value: number) =>
  ({ resourceType: 'RiskAssessment', id: 'r', prediction: [{ probabilityDecimal: value }] }) as unknown as FhirResource;

function example(
  stored: string,
  resource: FhirResource,
  parameter: string,
  finds: readonly string[],
  misses: readonly string[],
): WorkedExample {
  const query = (text: string) => (text.startsWith('?') ? text.slice(1) : `${parameter}=${text}`);
  return { stored, resource, finds: finds.map(query), misses: misses.map(query) };
}

/** A dateTime, Period, Timing or instant under `Observation?date`. */
function dated(stored: string, part: Part, finds: string, misses: string): WorkedExample {
  return example(stored, observation(part), 'date', finds.split(' '), misses.split(' '));
}

/** A date under `Patient?birthdate`. */
function born(birthDate: string, finds: string, misses: string): WorkedExample {
  return example(`date ${birthDate}`, patient({ birthDate }), 'birthdate', finds.split(' '), misses.split(' '));
}

function decimal(value: number, finds: string, misses: string): WorkedExample {
  return example(`decimal ${value}`, probability(value), 'probability', finds.split(' '), misses.split(' ').filter(Boolean));
}

function measured(stored: string, valueQuantity: Part, finds: readonly string[], misses: readonly string[]): WorkedExample {
  return example(stored, observation({ valueQuantity }), 'value-quantity', finds, misses);
}

function coded(stored: string, coding: readonly Part[], finds: readonly string[], misses: readonly string[]): WorkedExample {
  return example(stored, observation({ code: { coding } }), 'code', finds, misses);
}

function about(reference: string, finds: readonly string[], misses: readonly string[]): WorkedExample {
  return example(`reference ${reference}`, observation({ subject: { reference } }), 'subject', finds, misses);
}

function answers(questionnaire: string, finds: readonly string[], misses: readonly string[]): WorkedExample {
  const resource = { resourceType: 'QuestionnaireResponse', id: 'q', status: 'completed', questionnaire } as FhirResource;
  return example(`canonical ${questionnaire}`, resource, 'questionnaire', finds, misses);
}

const instant = (value: string) => ({ effectiveInstant: value });
const dateTime = (value: string) => ({ effectiveDateTime: value });
const period = (start?: string, end?: string) => ({ effectivePeriod: { ...(start && { start }), ...(end && { end }) } });
const plan = (part: Part) => ({ resourceType: 'PlanDefinition', id: 'd', status: 'active', ...part }) as unknown as FhirResource;
const quantity = (value: number, system: string, code: string) => ({ valueQuantity: { value, unit: code, system, code } });
const component = (code: string, value: number) => ({ code: { coding: [{ system: LOINC, code }] }, ...quantity(value, UCUM, 'mm[Hg]') });

export const workedExamples: readonly WorkedExample[] = [
  // 1 to 19: dates
  dated(
    'dateTime',
    dateTime('2013-01-14T10:00:00Z'),
    '2013 2013-01 2013-01-14 2013-01-14T10:00Z 2013-01-14T10:00:00Z',
    '2013-01-14T10:00:00.000Z',
  ),
  dated('dateTime', dateTime('2013-01-14T10:00:00Z'), 'ge2013-01-14 gt2013-01-14T10:00:00.500Z lt2013-01-14T10:00:00.500Z', 'gt2013-01-14'),
  dated(
    'midnight',
    dateTime('2013-01-15T00:00:00Z'),
    'ne2013-01-14 gt2013-01-14 sa2013-01-14 ge2013-01-15',
    'eq2013-01-14 2013-01-14 le2013-01-14',
  ),
  born(
    '2013-01-14',
    'lt2013-01-14T10:00Z gt2013-01-14T10:00Z ge2013-01-14T10:00Z le2013-01-14T10:00Z ne2013-01-14T10:00Z',
    'eq2013-01-14T10:00Z sa2013-01-14T10:00Z eb2013-01-14T10:00Z',
  ),
  born('2013-01-14', 'eq2013-01-14 ge2013-01-14 le2013-01-14', 'gt2013-01-14 lt2013-01-14'),
  born('1980-05', '1980 1980-05 ge1980-05 le1980-05', '1980-05-11 gt1980-05 lt1980-05'),
  born('1980-05', 'gt1980-05-11 lt1980-05-11 ne1980-05-11 sa1980-04 eb1980-06', 'sa1980-05 eb1980-05-31'),
  born('1980', 'gt1980-05 lt1980-05 sa1979 eb1981', '1980-05 sa1980'),
  born('2012-02', 'gt2012-02-28 le2012-02-29 eb2012-03-01', 'eq2012-02-29'),
  dated(
    'instant',
    instant('2015-02-07T13:28:17Z'),
    '2015-02-07T13:28:17Z 2015-02-07T13:28Z ge2015-02-07T13:28:17Z lt2015-02-07T13:28:17.5Z sa2015-02-07T13:28:16Z',
    'gt2015-02-07T13:28:17Z',
  ),
  dated(
    'instant with zone',
    instant('2015-02-07T13:28:17.239+02:00'),
    '2015-02-07T11:28:17Z 2015-02-07T13:28:17+02:00 2015-02-07T11:28:17.239Z',
    'gt2015-02-07T11:28:17Z',
  ),
  dated('dateTime over midnight', dateTime('2013-01-14T23:30:00-05:00'), '2013-01-15 ge2013-01-15 lt2013-01-15T05:00Z', '2013-01-14'),
  dated(
    'Period without end',
    period('2013-01-21'),
    'ge2013-03-14 le2013-03-14 gt2013-03-14 lt2013-03-14 ne2013 sa2013-01-20',
    'sa2013-03-14 eb2013-03-14 2013',
  ),
  dated(
    'Period without start',
    period(undefined, '2013-01-21'),
    'eb2013-03-14 lt2013-01-01 ge2013-01-21 le1900',
    'sa2013-03-14 gt2013-01-21',
  ),
  dated('Period that begins the day after', period('2013-03-15'), 'sa2013-03-14', 'eb2013-03-14 le2013-03-14'),
  dated(
    'Period of days',
    period('2013-01-10', '2013-01-14'),
    '2013-01 ge2013-01-14 le2013-01-10 gt2013-01-14T12:00Z',
    '2013-01-14 gt2013-01-14 lt2013-01-10',
  ),
  dated('Period that ends at ten', period('2013-01-10', '2013-01-14T10:00:00Z'), 'ge2013-01-14 eb2013-01-15', 'gt2013-01-14 eb2013-01-14'),
  dated(
    'Timing with bounds',
    { effectiveTiming: { repeat: { boundsPeriod: { start: '2013-01-31', end: '2013-03-24' } } } },
    '2013 gt2013-02-01 lt2013-02-01 ge2013-03-24',
    'eq2013-02-01 eb2013-03-24',
  ),
  born('2013-03-14', 'ap2013-03-14 ap2012-01-01', 'ap2010-01-01 ap2024-12-31'),
  // 20 to 27: numbers
  decimal(100, '100 1e2 100.00 ge100 gt99.9', 'gt100 ne100'),
  decimal(99.5, '100 lt100', 'ne100'),
  decimal(100.5, '1e2 gt100 ne100', '100'),
  decimal(105, 'ge1e2', '1e2'),
  decimal(0.85, '0.9 gt0.8 ap0.8', '0.8'),
  decimal(5.44, '5.4', '5.40'),
  decimal(4.5, 'ap5', '4 lt4.5'),
  example(
    'integer 2',
    { resourceType: 'MolecularSequence', id: 'm', coordinateSystem: 0, variant: [{ start: 2 }] } as FhirResource,
    'variant-start',
    ['2', '2.0'],
    ['2.5'],
  ),
  // 28 to 30: quantities
  measured(
    '5.4 mg',
    { value: 5.4, unit: 'mg', system: UCUM, code: 'mg' },
    ['5.4', '5.4||mg', `5.40e-3|${UCUM}|g`],
    [`5.4|${UCUM}|g`, '5.4||MG'],
  ),
  measured(
    '37 Cel',
    { value: 37, unit: 'Cel', system: UCUM, code: 'Cel' },
    [`98.6|${UCUM}|[degF]`, `98.60|${UCUM}|[degF]`],
    [`98.5|${UCUM}|[degF]`],
  ),
  measured('5.4 "mg"', { value: 5.4, unit: 'mg' }, ['5.4||mg'], [`5.4|${UCUM}|mg`]),
  // 31 to 35: tokens
  coded('one coding', [{ system: SCT, code: '73211009' }], ['73211009', `${SCT}|73211009`, `${SCT}|`], ['|73211009', `${LOINC}|73211009`]),
  coded(
    'two codings',
    [
      { system: 'urn:a', code: '1' },
      { system: 'urn:b', code: '2' },
    ],
    ['urn:a|1', 'urn:b|2'],
    ['urn:a|2'],
  ),
  coded('a coding without system', [{ code: '7' }], ['7', '|7'], ['urn:a|7']),
  example('code active', plan({}), 'status', ['active', 'http://hl7.org/fhir/publication-status|active'], ['|active', 'ACTIVE']),
  example('no gender', patient({}), 'gender', ['?gender:not=male', '?gender:missing=true'], ['male']),
  // 36 to 39: strings
  example(
    'given Évelyn',
    patient({ name: [{ given: ['Évelyn'] }] }),
    'given',
    ['eve', 'ÉVE', '?given:contains=LYN'],
    ['lyn', '?given:exact=évelyn'],
  ),
  example("family O'Brien", patient({ name: [{ family: "O'Brien" }] }), 'family', ["o'brien", 'obrien', 'O’B'], ['brien']),
  example(
    'family of two words',
    patient({ name: [{ family: 'Carreno Quinones' }] }),
    'family',
    ['carreno', 'quin', 'carreno  quin'],
    ['ones'],
  ),
  example('title', plan({ title: 'Posterior ramus syndrome' }), 'title', ['posterior ramus', '?title:contains=ramus'], ['ramus']),
  // 40 to 45: references, canonicals, urls
  about(
    'Patient/1',
    ['1', 'Patient/1', 'http://s/fhir/Patient/1', 'https://s/fhir/Patient/1', '?subject:Patient=1'],
    ['Patient/10', 'http://x/fhir/Patient/1', 'Group/1'],
  ),
  about('http://x/fhir/Patient/1', ['http://x/fhir/Patient/1'], ['1', 'Patient/1']),
  about('Patient/1/_history/3', ['Patient/1', 'Patient/1/_history/3'], ['Patient/1/_history/2']),
  answers(
    'http://x/Q|1.0',
    ['http://x/Q', 'http://x/Q|1.0', '?questionnaire:below=http://x/Q|1'],
    ['http://x/Q|1', 'http://x/Q|2.0', '?questionnaire:below=http://x/Q|10'],
  ),
  answers('http://x/Q', ['http://x/Q'], ['http://x/Q|1.0']),
  example(
    'url',
    { resourceType: 'ValueSet', id: 'v', status: 'active', url: 'http://x/fhir/VS/a' } as FhirResource,
    'url',
    ['http://x/fhir/VS/a', '?url:below=http://x/fhir/', '?url:above=http://x/fhir/VS/a/b'],
    ['http://x/fhir/VS/A', '?url:below=http://x/fhir/VS/ab'],
  ),
  // 46: composites
  example(
    'two components',
    observation({ component: [component('8480-6', 150), component('8462-4', 80)] }),
    'component-code-value-quantity',
    [`8480-6$gt140`, `${LOINC}|8480-6$150||mm[Hg]`],
    ['8462-4$gt140'],
  ),
];
