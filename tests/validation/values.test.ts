import { describe, expect, test } from '@jest/globals';
import { narrativeFault } from '../../src/validation/narrative.ts';
import { primitiveFault } from '../../src/validation/primitive.ts';
import { change, lines, patient, plan, validatorOf } from './subject.ts';

const validator = validatorOf();
const check = async (resource: unknown) => lines(await validator.validate(resource));

describe('primitive values', () => {
  const values: Record<string, { right: unknown[]; wrong: unknown[] }> = {
    boolean: { right: [true, false], wrong: ['true', 1, {}] },
    integer: { right: [0, -2147483648, 2147483647], wrong: [2147483648, -2147483649, 1.5, '1', Number.NaN] },
    positiveInt: { right: [1, 2147483647], wrong: [0, -1, '1'] },
    unsignedInt: { right: [0], wrong: [-1, 0.1] },
    decimal: { right: [0.1, -5, 1e20], wrong: ['0.1', Number.POSITIVE_INFINITY] },
    string: { right: ['x', 'line\nline\t', ' x'], wrong: ['', '  ', 'a\u0000', 'a\u001fb', 7, 'x'.repeat(1024 * 1024 + 1)] },
    code: { right: ['a', 'a b'], wrong: ['', ' a', 'a ', 'a  b', 'a\tb'] },
    id: { right: ['a-1.B', 'x'.repeat(64)], wrong: ['', 'a_b', 'x'.repeat(65), '..', 7] },
    uri: { right: ['urn:x', 'http://example.org/a', '#a'], wrong: ['', 'a b', 'a\n'] },
    oid: { right: ['urn:oid:1.2.3'], wrong: ['1.2.3', 'urn:oid:3.1', 'urn:oid:1.02'] },
    uuid: { right: ['urn:uuid:c757873d-ec9a-4326-a141-556f43239520'], wrong: ['c757873d-ec9a-4326-a141-556f43239520'] },
    base64Binary: { right: ['YQ==', 'YWJj\nYWJj'], wrong: ['YQ=', 'Y!==', ''] },
    date: {
      right: ['2024', '2024-02', '2024-02-29'],
      wrong: ['2023-02-29', '2024-13', '2024-02-30', '24', '2024-2-1', '0000', '2024-02-29T10:00:00Z'],
    },
    dateTime: {
      right: ['2024', '2024-02-29T08:30:00Z', '2024-02-29T08:30:00.123+01:00'],
      wrong: ['2024-02-29T08:30', '2024-02-29T08:30:00', '2024-02-30T08:30:00Z', '2024-02-29T24:00:00Z'],
    },
    instant: { right: ['2024-02-29T08:30:00.000Z'], wrong: ['2024-02-29', '2024-02-29T08:30:00', '2024-04-31T08:30:00Z'] },
    time: { right: ['08:30:00', '23:59:60.5'], wrong: ['8:30:00', '08:30', '24:00:00'] },
  };

  test.each(Object.keys(values))('of %s', (type) => {
    for (const value of values[type]?.right ?? []) expect([value, primitiveFault(type, value)]).toEqual([value, undefined]);
    for (const value of values[type]?.wrong ?? []) expect([value, primitiveFault(type, value)]).not.toEqual([value, undefined]);
  });

  test('are named with their place, and never quoted', async () => {
    const issues = await validator.validate(change(patient, 'birthDate', 'born in spring'));
    expect(lines(issues)).toEqual(['error value Patient.birthDate']);
    expect(JSON.stringify(issues)).not.toContain('spring');
    expect(await check(change(plan, 'id', 'a_b'))).toEqual(['error value PlanDefinition.id']);
    expect(await check(change(plan, 'action.0.id', 'any text'))).toEqual([]);
  });
});

describe('codes of required value sets', () => {
  test('must be in them', async () => {
    const issues = await validator.validate(change(plan, 'status', 'aktiv'));
    expect(lines(issues)).toEqual(['error value PlanDefinition.status']);
    expect(issues[0]?.diagnostics).toContain('draft | active | retired | unknown');
    expect(await check(change(plan, 'action.0.action.0.relatedAction.0.relationship', 'later'))).toEqual([
      'error value PlanDefinition.action[0].action[0].relatedAction[0].relationship',
    ]);
    expect(await check(change(patient, 'contact', [{ gender: 'f', name: { family: 'X' } }]))).toEqual([
      'error value Patient.contact[0].gender',
    ]);
    expect(await check({ ...patient, telecom: [{ system: 'pigeon', value: 'x' }] })).toEqual(['error value Patient.telecom[0].system']);
  });

  test('of a CodeableConcept: one coding suffices', async () => {
    const allergy = (coding: object[]) => ({
      resourceType: 'AllergyIntolerance',
      patient: { reference: 'Patient/p' },
      clinicalStatus: { coding },
    });
    const right = { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' };
    expect(await check(allergy([right, { system: 'http://example.org', code: 'x' }]))).toEqual([]);
    expect(await check(allergy([{ ...right, system: 'http://example.org' }]))).toEqual(['error value AllergyIntolerance.clinicalStatus']);
  });

  test('of an outside body are passed over where they cannot be told', async () => {
    expect(await check({ resourceType: 'Binary', contentType: 'application/x-anything' })).toEqual([]);
  });
});

describe('references', () => {
  const at = (reference: string, more: object = {}) => check({ ...patient, generalPractitioner: [{ reference, ...more }] });

  test('may be relative, absolute, versioned, or a urn', async () => {
    for (const reference of [
      'Practitioner/1',
      'http://example.org/fhir/Organization/1',
      'PractitionerRole/1/_history/2',
      'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
      'https://example.org/anything',
    ]) {
      expect([reference, await at(reference)]).toEqual([reference, []]);
    }
    expect(await check({ ...patient, generalPractitioner: [{ identifier: { value: '1' } }] })).toEqual([]);
  });

  test('must name a type of R4, an id, and a type that is allowed there', async () => {
    for (const reference of ['Doctor/1', 'Practitioner', 'Practitioner/a_b', 'practitioner/1', 'Practitioner?name=x']) {
      expect([reference, await at(reference)]).toEqual([reference, ['error value Patient.generalPractitioner[0].reference']]);
    }
    expect(await at('Patient/1')).toEqual(['error value Patient.generalPractitioner[0]']);
    expect(await at('http://example.org/fhir/Patient/1')).toEqual(['error value Patient.generalPractitioner[0]']);
    expect(await at('Practitioner/1', { type: 'Organization' })).toEqual(['error value Patient.generalPractitioner[0]']);
    expect(await check(change(patient, 'contained.0.resourceType', 'Location'))).toEqual(['error value Patient.managingOrganization']);
  });

  test('may be criteria in a Bundle', async () => {
    const resource = { ...patient, generalPractitioner: [{ reference: 'Practitioner?identifier=x' }] };
    expect(
      await check({ resourceType: 'Bundle', type: 'transaction', entry: [{ resource, request: { method: 'POST', url: 'Patient' } }] }),
    ).toEqual([]);
  });
});

describe('narrative', () => {
  const div = (inside: string, attributes = ' xmlns="http://www.w3.org/1999/xhtml"') => `<div${attributes}>${inside}</div>`;

  test('of plain formatting is right', () => {
    for (const inside of [
      'text',
      '<p class="a">a<br/>b</p><ul><li><b>x</b></li></ul>',
      '<table border="1"><tbody><tr><td colspan="2">x</td></tr></tbody></table>',
      '<a href="https://example.org/?a=1&amp;b=2" title="x">link</a>',
      '<img src="data:image/png;base64,AAAA" alt="x"/>',
      '<!-- note --><p style="color: red">&#160;&nbsp;x</p>',
      '<p style="background: url(lines.png)">x</p>',
    ]) {
      expect([inside, narrativeFault(div(inside))]).toEqual([inside, undefined]);
    }
  });

  test.each([
    '<script>alert(1)</script>x',
    '<p onclick="x()">x</p>',
    '<a href="javascript:x()">x</a>',
    '<a href="java&#115;cript:x()">x</a>',
    '<a href=" java&#10;script&colon;x()">x</a>',
    '<a href="data:text/html,x">x</a>',
    '<img src="data:image/svg+xml;base64,AAAA"/>',
    '<p style="background: url(http://example.org)">x</p>',
    '<iframe src="https://example.org"/>x',
    '<style>p { color: red }</style>x',
    '<form><input type="text"/></form>',
    '<P>x</P>',
    '<p>x',
    '<b><i>x</b></i>',
    '<p title=x>x</p>',
    'a & b',
    'a < b',
    '<![CDATA[x]]>',
    '<?xml version="1.0"?>x',
    '   ',
    '</div><div>x',
  ])('of %s is refused', (inside) => {
    expect(narrativeFault(div(inside))).toBeDefined();
  });

  test('must be one div of XHTML', async () => {
    expect(narrativeFault(div('x', ''))).toContain('xmlns');
    expect(narrativeFault(`${div('x')}x`)).toContain('one div');
    expect(narrativeFault('text')).toContain('one div');
    expect(narrativeFault('<p xmlns="http://www.w3.org/1999/xhtml">x</p>')).toContain('one div');
    expect(await check(change(patient, 'text.div', div('<script>x</script>')))).toEqual(['error value Patient.text.div']);
  });

  test('is judged in linear time', () => {
    expect(narrativeFault(`<div xmlns="http://www.w3.org/1999/xhtml"${' a="b"'.repeat(20_000)}`)).toBeDefined();
    expect(narrativeFault(div(`<p ${' '.repeat(200_000)}`))).toBeDefined();
    expect(narrativeFault(div(`<!--${'-'.repeat(200_000)}`))).toBeDefined();
  });
});

describe('rules of single types', () => {
  test('extensions have a value or extensions, and an absolute url', async () => {
    const extended = (extension: object) => check({ ...patient, extension: [extension] });
    expect(await extended({ url: 'http://example.org/x', valueString: 'x' })).toEqual([]);
    expect(await extended({ url: 'http://example.org/x', extension: [{ url: 'part', valueString: 'x' }] })).toEqual([]);
    expect(await extended({ url: 'http://example.org/x' })).toEqual(['error invariant Patient.extension[0]']);
    expect(await extended({ url: 'http://example.org/x', valueString: 'x', extension: [{ url: 'part', valueString: 'x' }] })).toEqual([
      'error invariant Patient.extension[0]',
    ]);
    expect(await extended({ url: 'part', valueString: 'x' })).toEqual(['error value Patient.extension[0].url']);
    expect(await extended({ valueString: 'x' })).toEqual(['error required Patient.extension[0].url']);
  });

  test('attachments tell their size rightly', async () => {
    const photo = (size: number) => check({ ...patient, photo: [{ contentType: 'image/png', data: 'YWJj', size }] });
    expect(await photo(3)).toEqual([]);
    expect(await photo(4)).toEqual(['error value Patient.photo[0].size']);
  });

  test('canonical resources and entries have absolute urls', async () => {
    expect(await check(change(plan, 'url', 'PlanDefinition/low-back'))).toEqual(['error value PlanDefinition.url']);
    expect(await check({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'Patient/p', resource: patient }] })).toEqual([
      'error value Bundle.entry[0].fullUrl',
    ]);
    expect(
      await check({ resourceType: 'Bundle', type: 'collection', entry: [{ fullUrl: 'http://example.org/Patient/q', resource: patient }] }),
    ).toEqual(['error value Bundle.entry[0].fullUrl']);
  });

  test('names in a tree are unique, however deep they stand', async () => {
    const text = (linkId: string) => ({ linkId, type: 'string' });
    const item = [
      { linkId: 'g', type: 'group', item: [text('a'), text('b')] },
      text('a'),
      { linkId: 'h', type: 'group', item: [text('g')] },
    ];
    expect(await check({ resourceType: 'Questionnaire', status: 'draft', item })).toEqual([
      'error invariant Questionnaire.item[1].linkId',
      'error invariant Questionnaire.item[2].item[0].linkId',
    ]);
    const system = { resourceType: 'CodeSystem', status: 'draft', content: 'complete' };
    const concept = [{ code: 'a', concept: [{ code: 'b' }] }, { code: 'c', concept: [{ code: 'b' }] }, { code: 'a' }];
    expect(await check({ ...system, concept })).toEqual([
      'error invariant CodeSystem.concept[1].concept[0].code',
      'error invariant CodeSystem.concept[2].code',
    ]);
    expect(await check({ ...system, concept: concept.slice(0, 1) })).toEqual([]);
  });

  test('several enableWhen need an enableBehavior', async () => {
    const item = {
      linkId: 'a',
      type: 'boolean',
      enableWhen: ['b', 'c'].map((question) => ({ question, operator: 'exists', answerBoolean: true })),
    };
    expect(await check({ resourceType: 'Questionnaire', status: 'draft', item: [item] })).toEqual([
      'error invariant Questionnaire.item[0]',
    ]);
    expect(await check({ resourceType: 'Questionnaire', status: 'draft', item: [{ ...item, enableBehavior: 'any' }] })).toEqual([]);
  });

  test('a part of a resource is not taken for the whole', async () => {
    const tag = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }];
    expect(await check({ ...plan, meta: { tag } })).toEqual(['error business-rule PlanDefinition.meta.tag[0]']);
  });
});
