/** The checks of searching that need no server, one line each: see docs/rest-checklist.md. */
import { describe, expect, test } from '@jest/globals';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { coreRegistry } from './core-registry.ts';
import { finds, parse, refused } from './finder.ts';

const registry = coreRegistry();
const UCUM = 'http://unitsofmeasure.org';
type Part = Record<string, unknown>;
const of = (resourceType: string, part: Part) => ({ resourceType, id: 'x', ...part }) as unknown as FhirResource;
const patient = (part: Part) => of('Patient', part);
const observation = (part: Part) => of('Observation', part);
const coded = (...coding: readonly Part[]) => observation({ code: { coding } });
const dated = (part: Part) => observation(part);
const measured = (valueQuantity: Part) => observation({ valueQuantity });
const risk = (part: Part) => of('RiskAssessment', { prediction: [part] });
const named = (part: Part) => patient({ name: [part] });
const plan = (part: Part) => of('PlanDefinition', part);
const p1 = patient({ id: 'p1', gender: 'male', birthDate: '1980', name: [{ family: 'Alpha' }] });
const ofP1 = observation({ id: 'o1', subject: { reference: 'Patient/p1' }, code: { coding: [{ code: 'a' }] } });
const pressure = observation({
  component: [
    { code: { coding: [{ code: 'sys' }] }, valueQuantity: { value: 150 } },
    { code: { coding: [{ code: 'dia' }] }, valueQuantity: { value: 80 } },
  ],
});

/** What is stored, queries that find it, queries that do not, what else is stored. */
type Line = readonly [resource: FhirResource, found: readonly string[], missed: readonly string[], others?: readonly FhirResource[]];

const checks: readonly (readonly [name: string, ...lines: readonly Line[]])[] = [
  ['80: an empty parameter is none', [p1, ['gender=', 'gender=&name=alpha'], ['gender=&name=beta']]],
  ['81: an unknown code or id and a far date find nothing', [p1, [], ['gender=none', '_id=none', 'birthdate=9999']]],
  [
    '82: repeated is and, comma is or, also under modifiers',
    [
      p1,
      ['gender=male,female', 'gender:not=female,other', 'name=al&name=alpha'],
      ['gender=male&gender=female', 'gender:not=female,male', 'name:exact=alpha&name=alpha'],
    ],
  ],
  [
    '83: escapes are literal',
    [coded({ code: 'a,b' }), ['code=a\\,b'], ['code=a,b']],
    [coded({ code: 'x|y' }), ['code=x\\|y'], []],
    [coded({ code: 'c$d\\' }), ['code=c\\$d\\\\'], []],
  ],
  ['84: prefixes are those of ordered types alone', [named({ family: 'Ebner' }), ['name=eb', 'name=ebner'], ['name=ner']]],
  [
    '86: extensions alone are no value',
    [
      patient({ _birthDate: { extension: [{ url: 'http://x', valueBoolean: true }] } }),
      ['birthdate:missing=true'],
      ['birthdate:missing=false'],
    ],
  ],
  [
    '87: half a unit of the last digit',
    [risk({ probabilityDecimal: 100.5 }), ['probability=1e2', 'probability=ne100'], ['probability=100', 'probability=100.00']],
    [risk({ probabilityDecimal: 99.5 }), ['probability=100'], ['probability=ne100']],
  ],
  [
    '88: ordered by the exact query',
    [
      risk({ probabilityDecimal: 100 }),
      ['probability=ge100', 'probability=gt99.9', 'probability=sa99.9', 'probability=eb100.1'],
      ['probability=gt100', 'probability=lt100'],
    ],
  ],
  ['89: near is within a tenth, both ends in', [risk({ probabilityDecimal: 110 }), ['probability=ap100'], ['probability=ap99']]],
  [
    '90: whole numbers are points',
    [
      of('MolecularSequence', { referenceSeq: { windowStart: 2, windowEnd: 9 } }),
      ['window-start=2', 'window-start=2.0'],
      ['window-start=2.5'],
    ],
  ],
  [
    '91: unit, system and code',
    [
      measured({ value: 5.4, system: 'urn:u', code: 'c', unit: 'words' }),
      [
        'value-quantity=5.4',
        'value-quantity=5.4|urn:u|c',
        'value-quantity=5.4||c',
        'value-quantity=5.4||words',
        'value-quantity=5.4|urn:u|',
      ],
      ['value-quantity=5.4|urn:u|C', 'value-quantity=5.4|urn:v|'],
    ],
  ],
  [
    '92: units are converted',
    [
      measured({ value: 5.4, system: UCUM, code: 'mg' }),
      [`value-quantity=5.40e-3|${UCUM}|g`],
      [`value-quantity=5.4|${UCUM}|g`, `value-quantity=5.4|${UCUM}|m`],
    ],
    [measured({ value: 37, system: UCUM, code: 'Cel' }), [`value-quantity=98.6|${UCUM}|[degF]`], []],
  ],
  [
    '93: open ranges and comparators',
    [risk({ probabilityRange: { low: { value: 2 } } }), ['probability=gt1000'], ['probability=lt2']],
    [measured({ value: 5, comparator: '<' }), ['value-quantity=lt5'], ['value-quantity=5']],
    [
      of('Invoice', { totalNet: { value: 5, currency: 'CHF' } }),
      ['totalnet=5|urn:iso:std:iso:4217|CHF'],
      ['totalnet=5|urn:iso:std:iso:4217|EUR'],
    ],
  ],
  [
    '94: dates of any precision',
    [
      dated({ effectiveDateTime: '2013-01-14T10:00:00Z' }),
      ['date=2013', 'date=2013-01', 'date=2013-01-14T10:00', 'date=2013-01-14T10:00:00Z'],
      ['date=2014'],
    ],
  ],
  [
    '95: an instant is a point, a dateTime an interval',
    [dated({ effectiveInstant: '2015-02-07T13:28:17Z' }), ['date=lt2015-02-07T13:28:17.5Z'], ['date=gt2015-02-07T13:28:17Z']],
    [dated({ effectiveDateTime: '2015-02-07T13:28:17Z' }), ['date=gt2015-02-07T13:28:17.5Z'], []],
  ],
  [
    '96: periods and timings by their outer limits',
    [dated({ effectivePeriod: { start: '2013-01-21' } }), ['date=gt2020', 'date=ne2013'], ['date=2013', 'date=eb2013-01-21']],
    [
      dated({ effectiveTiming: { event: ['2013-01-01', '2013-03-01'] } }),
      ['date=2013', 'date=gt2013-02', 'date=lt2013-02'],
      ['date=2013-02'],
    ],
  ],
  [
    '97: zones are compared in UTC',
    [dated({ effectiveDateTime: '2013-01-14T23:30:00-05:00' }), ['date=2013-01-15', 'date=2013-01-15T04:30:00Z'], ['date=2013-01-14']],
  ],
  [
    '98: one of several values suffices, for ne too',
    [named({ family: 'x' }), [], []],
    [
      plan({ useContext: [{ valueQuantity: { value: 1 } }, { valueQuantity: { value: 2 } }] }),
      ['context-quantity=ne1', 'context-quantity=1'],
      ['context-quantity=3'],
    ],
  ],
  [
    '99: how intervals stand to each other',
    [
      dated({ effectivePeriod: { start: '2013-01-10', end: '2013-01-14' } }),
      ['date=2013-01', 'date=ge2013-01-14', 'date=le2013-01-10', 'date=sa2013-01-09', 'date=eb2013-01-15', 'date=ne2013-01-14'],
      ['date=2013-01-14', 'date=gt2013-01-14', 'date=lt2013-01-10', 'date=sa2013-01-10', 'date=eb2013-01-14'],
    ],
  ],
  [
    '100: near widens by a tenth of the gap to now',
    [patient({ birthDate: '2013-03-14' }), ['birthdate=ap2013-03-14', 'birthdate=ap2012-01-01'], ['birthdate=ap2010-01-01']],
  ],
  [
    '101: strings begin so, in their normal form',
    [named({ given: ['Évelyn'] }), ['given=eve', 'given=ÉVE'], ['given=lyn']],
    [named({ family: "O'Brien" }), ['family=obrien', 'family=o’b'], ['family=brien']],
  ],
  [
    '102: anywhere, or exactly',
    [named({ given: ['Évelyn'] }), ['given:contains=LYN', 'given:exact=Évelyn'], ['given:exact=évelyn', 'given:exact=Évely']],
  ],
  [
    '103: all parts of a name, each word of a family name',
    [
      named({ family: 'Carreno Quinones', prefix: ['Dr'], use: 'official', text: 'whole' }),
      ['name=quin', 'family=quin', 'name=dr', 'name=whole'],
      ['name=official', 'family=ones'],
    ],
    [patient({ address: [{ city: 'Bern', use: 'home' }] }), ['address=bern'], ['address=home']],
  ],
  [
    '104: system and code in one coding',
    [coded({ system: 'A', code: '1' }, { system: 'B', code: '2' }), ['code=1', 'code=A|1', 'code=B|'], ['code=A|2', 'code=|1']],
    [coded({ code: '7' }), ['code=|7'], ['code=A|7']],
  ],
  [
    '105: a code has the system of its binding',
    [plan({ status: 'active' }), ['status=active', 'status=http://hl7.org/fhir/publication-status|active'], ['status=|active']],
    [patient({ identifier: [{ system: 's', value: '1' }] }), ['identifier=s|1', 'identifier=1'], ['identifier=2']],
  ],
  [
    '106: codes are compared with case, languages without',
    [coded({ code: 'Ab' }), ['code=Ab'], ['code=ab']],
    [patient({ communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'de-CH' }] } }] }), ['language=DE-ch'], []],
  ],
  [
    '107: not finds what has no such value',
    [patient({}), ['gender:not=male'], ['gender=male']],
    [coded({ code: 'a' }, { code: 'b' }), ['code:not=c'], ['code:not=a']],
  ],
  [
    '108: texts of tokens',
    [
      observation({ code: { text: 'Low back pain', coding: [{ code: 'a', display: 'Lumbago' }] } }),
      ['code:text=low', 'code:text=lumb'],
      ['code:text=back'],
    ],
  ],
  [
    '111: type and value of one identifier',
    [
      patient({ identifier: [{ type: { coding: [{ system: 's', code: 'MR' }] }, value: '1' }, { value: '2' }] }),
      ['identifier:of-type=s|MR|1'],
      ['identifier:of-type=s|MR|2'],
    ],
  ],
  [
    '112: own references by id, type and address; foreign ones whole',
    [
      ofP1,
      ['subject=p1', 'subject=Patient/p1', 'subject=http://s/fhir/Patient/p1', 'subject=https://s/fhir/Patient/p1'],
      ['subject=Patient/p10', 'subject=http://x/fhir/Patient/p1'],
    ],
    [
      observation({ subject: { reference: 'http://x/fhir/Patient/1' } }),
      ['subject=http://x/fhir/Patient/1'],
      ['subject=1', 'subject=Patient/1'],
    ],
  ],
  [
    '114: patient leads to patients alone',
    [observation({ subject: { reference: 'Group/1' } }), ['subject=Group/1'], ['patient=Group/1', 'patient=1']],
    [ofP1, ['patient=p1'], []],
  ],
  [
    '115: versions are found with and without',
    [
      observation({ subject: { reference: 'Patient/1/_history/3' } }),
      ['subject=Patient/1', 'subject=Patient/1/_history/3'],
      ['subject=Patient/1/_history/2'],
    ],
    [observation({ subject: { identifier: { value: '1' } } }), ['subject:missing=false'], ['subject=1']],
  ],
  [
    '116: references by identifier',
    [observation({ subject: { identifier: { system: 's', value: '1' } } }), ['subject:identifier=s|1'], ['subject:identifier=s|2']],
  ],
  [
    '117: canonicals by url and version',
    [
      plan({ library: ['http://x/Q|1.0'] }),
      ['depends-on=http://x/Q', 'depends-on=http://x/Q|1.0', 'depends-on:below=http://x/Q|1'],
      ['depends-on=http://x/Q|1', 'depends-on:below=http://x/Q|10'],
    ],
    [plan({ library: ['http://x/Q'] }), ['depends-on=http://x/Q'], ['depends-on=http://x/Q|1.0']],
  ],
  [
    '118: canonical resources by their own url and version',
    ...['PlanDefinition', 'Questionnaire', 'Library', 'ValueSet'].map(
      (type): Line => [of(type, { url: 'http://x/A', version: '1' }), ['url=http://x/A', 'url=http://x/A|1'], ['url=http://x/A|2']],
    ),
  ],
  [
    '119: uris as they are written, above and below',
    [
      of('ValueSet', { url: 'http://x/VS/a' }),
      ['url=http://x/VS/a', 'url:below=http://x/VS', 'url:above=http://x/VS/a/b'],
      ['url=http://x/VS/A', 'url:below=http://x/VS/ab'],
    ],
  ],
  [
    '121: parts hold in one element',
    [
      pressure,
      ['component-code-value-quantity=sys$gt140', 'component-code-value-quantity=dia$gt140,sys$gt140'],
      ['component-code-value-quantity=dia$gt140'],
    ],
  ],
  [
    '122: chains, each on its own',
    [
      ofP1,
      ['subject:Patient.name=alp', 'subject.birthdate=lt1990', 'subject:Patient.gender:not=female'],
      ['subject:Patient.name=beta', 'subject:Patient.birthdate=gt1990'],
      [p1],
    ],
  ],
  [
    '123: an open chain goes wherever its end is defined',
    [
      ofP1,
      ['subject.identifier=7'],
      ['subject.identifier=8'],
      [patient({ id: 'p1', identifier: [{ value: '7' }] }), of('Group', { id: 'p1' }), of('Device', {})],
    ],
  ],
  [
    '124: chains look inside, and follow url and version',
    [
      observation({ contained: [{ resourceType: 'Patient', id: 'c', gender: 'male' }], subject: { reference: '#c' } }),
      ['subject:Patient.gender=male'],
      ['subject:Patient.gender=female'],
    ],
    [
      of('QuestionnaireResponse', { questionnaire: 'http://x/Q|1' }),
      ['questionnaire.status=draft'],
      ['questionnaire.status=active'],
      [
        of('Questionnaire', { url: 'http://x/Q', version: '1', status: 'draft' }),
        of('Questionnaire', { id: 'y', url: 'http://x/Q', version: '2', status: 'active' }),
      ],
    ],
  ],
  [
    '125: what is referred to, nested too',
    [
      p1,
      [
        '_has:Observation:subject:code=a',
        '_has:Observation:subject:code=b,a',
        '_has:Observation:subject:_has:DiagnosticReport:result:status=final',
      ],
      ['_has:Observation:subject:code=b'],
      [ofP1, of('DiagnosticReport', { result: [{ reference: 'Observation/o1' }], status: 'final' })],
    ],
    [ofP1, ['subject:Patient._has:Observation:subject:code=a'], [], [p1]],
  ],
  [
    '126: what all types have',
    [
      of('Basic', {
        id: 'b',
        meta: { tag: [{ system: 's', code: 't' }], security: [{ code: 'R' }], profile: ['http://x/p|1'], source: 'urn:a' },
      }),
      ['_id=b', '_tag=s|t', '_security=R', '_profile=http://x/p', '_source=urn:a', '_lastUpdated=ge2026'],
      ['_id=B', '_tag=u', '_lastUpdated=lt2026'],
    ],
  ],
  [
    '128: members of a list',
    [p1, ['_list=l'], ['_list=m'], [of('List', { id: 'l', entry: [{ item: { reference: 'Patient/p1' } }] }), of('List', { id: 'm' })]],
  ],
];

describe('finding', () => {
  test.each(checks)('%s', (_name, ...lines) => {
    for (const [resource, found, missed, others] of lines) {
      expect(found.filter((query) => !finds(resource, query, registry, others))).toEqual([]);
      expect(missed.filter((query) => finds(resource, query, registry, others))).toEqual([]);
    }
  });
});

const refusals: readonly (readonly [name: string, type: ResourceType | undefined, ...queries: readonly string[]])[] = [
  ['81: what is no date, number or count', 'RiskAssessment', 'date=x', 'probability=x', '_count=x'],
  ['83: an escape that R4 does not have', 'Patient', 'name=a\\b'],
  ['85: a modifier of another type', 'Patient', 'birthdate:exact=2020', 'gender:contains=m', 'name:text=a', 'name:not=a', 'name:Patient=a'],
  ['86: missing is true or false', 'Patient', 'gender:missing=yes', 'gender:missing=true,false'],
  ['94: a day or an hour that is none', 'Patient', 'birthdate=2020-02-30', 'birthdate=2020-02-03T10'],
  ['95: digits below nanoseconds', 'Observation', 'date=2020-01-01T00:00:00.0123456789Z'],
  ['105: a system where values have none', 'Patient', 'active=s|true', 'telecom=s|1'],
  ['111: part of type and value', 'Patient', 'identifier:of-type=s|MR', 'identifier:of-type=|MR|1'],
  ['113: a type that the parameter does not lead to', 'Observation', 'subject:Organization=1'],
  [
    '116: an identifier of a canonical, a chain behind it',
    'QuestionnaireResponse',
    'questionnaire:identifier=1',
    'subject:identifier.name=a',
  ],
  ['119: a part of a URN', 'ValueSet', 'url:below=urn:oid:1', 'url:above=urn:oid:1.2'],
  ['120: hierarchies that R4 does not declare', 'Observation', 'subject:above=Patient/1', 'subject:below=Patient/1'],
  ['121: a modifier on a composite, a part too few', 'Observation', 'code-value-quantity:missing=true', 'code-value-quantity=a'],
  ['123: an end that is nowhere, or means different things', 'ImagingStudy', 'subject.nothing=a', 'basedon.performer=a'],
  ['127: what the types do not share', undefined, '_type=Patient,Observation&gender=male', 'gender=male', '_type=Nothing'],
  ['128: lists of the server', 'Condition', '_list=$current-problems'],
  ['131: named queries', 'Patient', '_query=a', '_query=a&_query=b'],
  ['135: sorting by what has no order', 'Observation', '_sort=code-value-quantity', '_sort=nothing'],
  [
    '141: a narrative with includes',
    'Observation',
    '_summary=text&_include=Observation:subject',
    '_summary=text&_revinclude=Provenance:target',
  ],
];

describe('refusing', () => {
  test.each(refusals)('%s', (_name, type, ...queries) => {
    for (const query of queries) expect([query, refused(() => parse(type, query, registry)).kind]).toEqual([query, 'invalid']);
  });
});
