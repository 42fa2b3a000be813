import { describe, expect, test } from '@jest/globals';
import { parseCanonical } from '../../src/fhir/canonical.ts';
import { EARLIEST, parseInterval, toInstant } from '../../src/fhir/dates.ts';
import { isId } from '../../src/fhir/id.ts';
import { localReference, parseReference } from '../../src/fhir/reference.ts';
import { resourceTypes } from '../../src/fhir/resource-types.ts';

describe('parseInterval', () => {
  test.each([
    ['2013', '2013-01-01T00:00:00.000000000Z', '2013-12-31T23:59:59.999999999Z'],
    ['2012-02', '2012-02-01T00:00:00.000000000Z', '2012-02-29T23:59:59.999999999Z'],
    ['2013-12', '2013-12-01T00:00:00.000000000Z', '2013-12-31T23:59:59.999999999Z'],
    ['2013-01-14', '2013-01-14T00:00:00.000000000Z', '2013-01-14T23:59:59.999999999Z'],
    ['2013-01-14T10:00', '2013-01-14T10:00:00.000000000Z', '2013-01-14T10:00:59.999999999Z'],
    ['2013-01-14T23:30:00-05:00', '2013-01-15T04:30:00.000000000Z', '2013-01-15T04:30:00.999999999Z'],
    ['2015-02-07T13:28:17.239+02:00', '2015-02-07T11:28:17.239000000Z', '2015-02-07T11:28:17.239000000Z'],
    ['2015-02-07T13:28:17.123456789Z', '2015-02-07T13:28:17.123456789Z', '2015-02-07T13:28:17.123456789Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000000000Z', '0001-01-01T23:59:59.999999999Z'],
    ['9999-12-31T23:59:59-10:00', '9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999999999Z'],
    ['0000-01-01T00:00:00+10:00', EARLIEST, EARLIEST],
  ])('%s', (text, low, high) => expect(parseInterval(text)).toEqual({ low, high }));

  test.each([
    '2013-02-30',
    '2013-13',
    '2013-00',
    '2013-1-1',
    '2013-01-14T10',
    '2013-01-14T24:00',
    '2013-01-14T10:60',
    '2013-01-14T10:00:00.1234567890Z',
    '2013-01-14T10:00:00+15:00',
    'today',
    '',
    '13',
    '2013Z',
  ])('%s is no date', (text) => expect(parseInterval(text)).toBeUndefined());

  test('the clock has the same form', () => expect(toInstant(new Date('2026-03-14T01:02:03.004Z'))).toBe('2026-03-14T01:02:03.004000000Z'));
});

describe('parseReference', () => {
  test('takes relative, absolute and versioned references apart', () => {
    expect(parseReference('Patient/1')).toEqual({ type: 'Patient', id: '1' });
    expect(parseReference('http://x/fhir/Patient/1/_history/2')).toEqual({
      type: 'Patient',
      id: '1',
      versionId: '2',
      base: 'http://x/fhir',
    });
  });

  test.each(['#x', 'Patient', 'Nobody/1', 'Patient/a b', 'urn:uuid:0', 'Patient/1/extra', '/Patient/1', 'x/Patient/1', 'Patient/..'])(
    '%s is none',
    (text) => expect(parseReference(text)).toBeUndefined(),
  );

  test('an absolute reference on the own base is local, http and https alike, and no other', () => {
    expect(localReference('https://s/fhir/Patient/1', 'http://s/fhir')).toBe('Patient/1');
    expect(localReference('http://s/fhirx/Patient/1', 'http://s/fhir')).toBe('http://s/fhirx/Patient/1');
    expect(localReference('s/fhir/Patient/1', 'http://s/fhir')).toBe('s/fhir/Patient/1');
  });
});

test('a canonical has url, version and fragment', () => {
  expect(parseCanonical('http://x/Q|1.0#a')).toEqual({ url: 'http://x/Q', version: '1.0', fragment: 'a' });
  expect(parseCanonical('http://x/Q')).toEqual({ url: 'http://x/Q' });
  expect(parseCanonical('#a')).toEqual({ url: '', fragment: 'a' });
});

test('an id has 1 to 64 characters of its alphabet and is no dot path', () => {
  for (const id of ['a', 'A-1.b', 'x'.repeat(64)]) expect(isId(id)).toBe(true);
  for (const id of ['', 'x'.repeat(65), 'a_b', 'a/b', '.', '..', 'é', 'a\n']) expect(isId(id)).toBe(false);
});

test('R4 has 146 concrete resource types', () => expect(new Set(resourceTypes).size).toBe(146));
