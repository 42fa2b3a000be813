import { describe, expect, test } from '@jest/globals';
import type { FhirResource } from '../../src/fhir/types.ts';
import { coreRegistry } from './core-registry.ts';
import { finds } from './finder.ts';

const registry = coreRegistry();
const UCUM = 'http://unitsofmeasure.org';

type Part = Record<string, unknown>;
const of = (resourceType: string, part: Part) => ({ resourceType, id: 'x', ...part }) as unknown as FhirResource;
const measured = (valueQuantity: Part) => of('Observation', { valueQuantity });

/** Each line: what is stored, queries that find it, queries that do not. */
function check(
  name: string,
  lines: readonly (readonly [resource: FhirResource, finds: readonly string[], misses: readonly string[]])[],
): void {
  describe(name, () => {
    for (const [i, [resource, found, missed]] of lines.entries()) {
      test(`${i + 1}: ${JSON.stringify(resource).slice(0, 80)}`, () => {
        expect(found.filter((query) => !finds(resource, query, registry))).toEqual([]);
        expect(missed.filter((query) => finds(resource, query, registry))).toEqual([]);
      });
    }
  });
}

check('quantities', [
  [
    measured({ value: 5, comparator: '<', system: UCUM, code: 'mg' }),
    ['value-quantity=lt5', 'value-quantity=le5', `value-quantity=lt0.005|${UCUM}|g`, 'value-quantity=ne5', 'value-quantity=le-100'],
    ['value-quantity=ge5', `value-quantity=ge0.005|${UCUM}|g`, 'value-quantity=5', 'value-quantity=gt5'],
  ],
  [
    measured({ value: 5, comparator: '>=', unit: 'mg' }),
    ['value-quantity=ge5||mg', 'value-quantity=gt1000||mg'],
    ['value-quantity=lt5||mg'],
  ],
  [
    measured({ value: 1, system: UCUM, code: '/min' }),
    [`value-quantity=ge60|${UCUM}|/h`, `value-quantity=le60|${UCUM}|/h`, `value-quantity=60|${UCUM}|/h`],
    [`value-quantity=gt60|${UCUM}|/h`, `value-quantity=60|${UCUM}|/min`],
  ],
  [
    measured({ value: 5, system: UCUM, code: '10*3/uL' }),
    [`value-quantity=5|${UCUM}|10*9/L`, `value-quantity=ge5|${UCUM}|10*9/L`, `value-quantity=le5|${UCUM}|10*9/L`],
    [`value-quantity=5|${UCUM}|10*6/L`],
  ],
  [
    measured({ value: 7, system: UCUM, code: '[IU]' }),
    [`value-quantity=7|${UCUM}|[IU]`, 'value-quantity=7||[IU]'],
    [`value-quantity=7|${UCUM}|{score}`],
  ],
  [
    measured({ value: 7, system: 'urn:units', code: 'mg' }),
    ['value-quantity=7|urn:units|mg', 'value-quantity=7|urn:units|'],
    [`value-quantity=7|${UCUM}|mg`],
  ],
  [measured({ value: 1, system: UCUM, code: 'mol' }), [`value-quantity=1000|${UCUM}|mmol`], [`value-quantity=1|${UCUM}|g`]],
  [
    of('Invoice', { totalNet: { value: 12.5, currency: 'CHF' } }),
    ['totalnet=12.50|urn:iso:std:iso:4217|CHF', 'totalnet=12.5||CHF', 'totalnet=gt12'],
    ['totalnet=12.5|urn:iso:std:iso:4217|EUR'],
  ],
  [
    of('PlanDefinition', { useContext: [{ code: { code: 'age' }, valueRange: { low: { value: 18, system: UCUM, code: 'a' } } }] }),
    [
      `context-quantity=ge65|${UCUM}|a`,
      `context-quantity=gt12|${UCUM}|mo`,
      `context-type-quantity=age$ge65|${UCUM}|a`,
      'context-quantity=ne20',
    ],
    [`context-quantity=lt18|${UCUM}|a`, 'context-quantity=20', 'context-type-quantity=focus$ge65'],
  ],
  [of('Condition', { onsetAge: { value: 2, system: UCUM, code: 'a' } }), [`onset-age=24|${UCUM}|mo`], [`onset-age=20|${UCUM}|mo`]],
]);

check('numbers', [
  [
    of('RiskAssessment', { prediction: [{ probabilityRange: { low: { value: 0.2 }, high: { value: 0.4 } } }] }),
    [
      'probability=gt0.3',
      'probability=lt0.3',
      'probability=ge0.4',
      'probability=ne0.3',
      'probability=ap0.38',
      'probability=sa0.1',
      'probability=eb0.5',
    ],
    ['probability=0.3', 'probability=gt0.4', 'probability=sa0.2', 'probability=eb0.4'],
  ],
  [
    of('RiskAssessment', { prediction: [{ probabilityDecimal: 0.1 }, { probabilityDecimal: 0.9 }] }),
    ['probability=gt0.8', 'probability=lt0.2', 'probability=ne0.1'],
    ['probability=0.5'],
  ],
  [
    of('RiskAssessment', { prediction: [{ probabilityDecimal: -3 }] }),
    ['probability=-3', 'probability=ap-2.8', 'probability=lt-2'],
    ['probability=3', 'probability=ap3'],
  ],
  [
    of('RiskAssessment', { prediction: [{ probabilityDecimal: 0.3 }] }),
    ['probability=0.3', 'probability=ge0.3', 'probability=3e-1', 'probability=0.30'],
    ['probability=0.29', 'probability=gt0.3'],
  ],
]);

check('tokens', [
  [
    of('Patient', { communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'de-CH' }] } }] }),
    ['language=DE-ch', 'language=urn:ietf:bcp:47|de-ch', 'language=urn:ietf:bcp:47|'],
    ['language=de', 'language=|de-CH'],
  ],
  [
    of('Patient', { communication: [{ language: { coding: [{ system: 'urn:x', code: 'Ab' }] } }] }),
    ['language=Ab'],
    ['language=ab', 'language=AB'],
  ],
  [of('PlanDefinition', { version: '1.0-Beta' }), ['version=1.0-beta'], ['version=1.0', 'version:not=1.0-BETA']],
  [of('Patient', { telecom: [{ system: 'email', value: 'A@b.ch' }] }), ['email=a@B.CH', 'telecom=a@b.ch'], ['phone=a@b.ch']],
  [
    of('Patient', { active: false, deceasedBoolean: true }),
    ['active=false', 'deceased=true'],
    ['active=true', 'active=FALSE', 'deceased=false'],
  ],
  [of('Patient', { deceasedDateTime: '2020' }), ['deceased=true', 'death-date=2020'], ['deceased=false']],
  [of('Patient', {}), ['deceased=false', 'active:missing=true', 'active:not=true'], ['active:missing=false']],
  [
    of('Patient', {
      identifier: [{ type: { coding: [{ system: 'v2', code: 'MR' }], text: 'Record number' }, system: 'urn:a', value: 'A|1' }],
    }),
    ['identifier=A\\|1', 'identifier=urn:a|A\\|1', 'identifier:of-type=v2|MR|A\\|1', 'identifier:text=record num', 'identifier=urn:a|'],
    ['identifier=A', 'identifier:of-type=v2|SB|A\\|1', 'identifier=a\\|1', 'identifier:text=number'],
  ],
  [
    of('DocumentReference', { content: [{ attachment: { contentType: 'Text/XML; charset=utf-8' } }] }),
    [
      'contenttype:below=text/xml',
      'contenttype:below=TEXT/xml;charset=UTF-8',
      'contenttype=text/xml; charset=utf-8',
      'contenttype:above=text/xml;charset=utf-8',
    ],
    ['contenttype=text/xml', 'contenttype:below=text', 'contenttype:above=text/xml'],
  ],
  [
    of('Observation', { code: { coding: [{ system: 's', code: 'a,b$c|d\\e' }] } }),
    ['code=a\\,b\\$c\\|d\\\\e', 'code=x,a\\,b\\$c\\|d\\\\e'],
    ['code=a,b\\$c\\|d\\\\e'],
  ],
  [
    of('Observation', { code: { coding: [{ code: 'x' }, { system: 's' }], text: 'Back pain' } }),
    ['code=|x', 'code=s|', 'code:text=back'],
    ['code=s|x', 'code:text=pain', 'code=Back pain'],
  ],
]);

check('strings', [
  [of('Patient', { name: [{ family: 'Straße' }] }), ['family=STRASSE', 'family=strasse', 'family:contains=ASS'], ['family:exact=Strasse']],
  [of('Patient', { name: [{ family: 'ΟΔΟΣΑ' }] }), ['family=οδοσ', 'family=ΟΔΟΣ'], []],
  [
    of('Patient', { name: [{ family: 'Meier-Müller von Arx' }] }),
    ['family=muller', 'family=von', 'family=meier-mu', 'family=arx', 'name=muller'],
    ['family=ller'],
  ],
  [of('Patient', { name: [{ given: ['Anna Maria'], prefix: ['Dr.'] }] }), ['given=anna m', 'name=dr'], ['given=maria']],
  [
    of('Patient', { address: [{ line: ['Ring 1'], city: 'Bern', use: 'home' }] }),
    ['address=bern', 'address-city=ber', 'address=ring'],
    ['address=home'],
  ],
  [of('PlanDefinition', { title: 'a\tb\u00a0 c' }), ['title=a b c', 'title:exact=a\tb\u00a0 c'], ['title:exact=a b c']],
  [of('PlanDefinition', { title: '100 %' }), ['title=100', 'title:contains=0', 'title=100 %'], ['title=1000']],
]);

check('references and canonicals', [
  [
    of('Observation', { subject: { type: 'Patient', identifier: { system: 's', value: '1' } } }),
    ['subject:identifier=s|1', 'subject:identifier=1', 'patient:missing=false'],
    ['subject=1', 'subject=s|1', 'subject:identifier=s|2'],
  ],
  [of('Observation', { subject: { reference: 'Group/1' } }), ['subject=1', 'patient:missing=true'], ['patient=1', 'subject:Patient=1']],
  [of('Observation', { subject: { reference: 'urn:uuid:7' } }), ['subject=urn:uuid:7'], ['subject=7']],
  [
    of('Observation', { subject: { reference: 'http://x/fhir/Patient/1/_history/2' } }),
    ['subject=http://x/fhir/Patient/1', 'subject=http://x/fhir/Patient/1/_history/2'],
    ['subject=1'],
  ],
  [
    of('PlanDefinition', { url: 'http://x/p', version: '1.0' }),
    ['url=http://x/p', 'url=http://x/p|1.0'],
    ['url=http://x/p|1', 'url=http://x/p|2.0'],
  ],
  [of('PlanDefinition', { url: 'http://x/p' }), ['url=http://x/p'], ['url=http://x/p|1.0']],
  [
    of('PlanDefinition', { meta: { profile: ['http://x/s|1.1'] } }),
    [
      '_profile=http://x/s',
      '_profile=http://x/s|1.1',
      '_profile:below=http://x/s|1',
      '_profile:below=http://x/',
      '_profile:above=http://x/s/t',
    ],
    ['_profile=http://x/s|1', '_profile:below=http://x/s|1.10'],
  ],
]);

check('dates', [
  [
    of('Observation', { effectiveDateTime: '2013-01-14T10:00:00.5Z' }),
    ['date=2013-01-14T10:00:00.500Z', 'date=2013-01-14T10:00:00Z'],
    ['date=gt2013-01-14T10:00:00.500Z'],
  ],
  [of('Observation', { effectiveDateTime: '2013-01-14T10:00:00.1234567891Z' }), ['date=2013-01-14T10:00:00.123456789Z'], []],
  [
    of('Observation', { effectiveTiming: { event: ['2013-01-01', '2013-06-01'] } }),
    ['date=2013', 'date=gt2013-05', 'date=lt2013-02'],
    ['date=2013-01', 'date=2013-06'],
  ],
  [of('Observation', { effectivePeriod: {} }), ['date:missing=true'], ['date=ne2013']],
  [
    of('Patient', {}),
    ['_lastUpdated=2026-03-01', '_lastUpdated=ge2026-03-01T10:20:30.123Z', '_lastUpdated=ap2026-02-28'],
    ['_lastUpdated=gt2026-03-01T10:20:30.123Z', '_lastUpdated:missing=true'],
  ],
]);

test('a chain over canonicals goes to the version named, or to all', () => {
  const response = (questionnaire: string) => of('QuestionnaireResponse', { questionnaire });
  const questionnaires = [
    of('Questionnaire', { id: 'a', url: 'http://x/q', version: '1', title: 'Old' }),
    of('Questionnaire', { id: 'b', url: 'http://x/q', version: '2', title: 'New' }),
  ];
  expect(finds(response('http://x/q|2'), 'questionnaire.title=new', registry, questionnaires)).toBe(true);
  expect(finds(response('http://x/q|1'), 'questionnaire.title=new', registry, questionnaires)).toBe(false);
  expect(finds(response('http://x/q'), 'questionnaire.title=new', registry, questionnaires)).toBe(true);
  expect(
    finds(questionnaires[0] as FhirResource, '_has:QuestionnaireResponse:questionnaire:_id=x', registry, [response('http://x/q|1')]),
  ).toBe(true);
  expect(
    finds(questionnaires[1] as FhirResource, '_has:QuestionnaireResponse:questionnaire:_id=x', registry, [response('http://x/q|1')]),
  ).toBe(false);
});

test('the members of a list are found by its id', () => {
  const list = of('List', { id: 'l', entry: [{ item: { reference: 'Patient/x' } }] });
  expect(finds(of('Patient', {}), '_list=l', registry, [list])).toBe(true);
  expect(finds(of('Patient', {}), '_list=m', registry, [list])).toBe(false);
});
