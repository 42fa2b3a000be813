import { describe, expect, jest, test } from '@jest/globals';
import { FhirError } from '../../src/fhir/error.ts';
import { compile, evaluate } from '../../src/fhirpath/expression.ts';
import { typeOfKept } from '../../src/fhirpath/values.ts';

const patient = {
  resourceType: 'Patient',
  birthDate: '1950-01-31',
  name: [{ family: 'Chalmers', given: ['Peter', 'James'] }, { family: 'Windsor' }],
};
const observation = {
  resourceType: 'Observation',
  valueQuantity: { value: 1.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
};

const value = (text: string, input: unknown = {}, options = {}): unknown[] => evaluate(compile(text), input, options);

function faultOf(run: () => unknown): FhirError {
  try {
    run();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('compile', () => {
  test('gives the same value for the same text', () => {
    expect(compile('Patient.name.family')).toBe(compile('Patient.name.family'));
    expect(compile('name.family', 'Patient')).not.toBe(compile('name.family'));
  });

  test('names variables and functions', () => {
    const compiled = compile("%Seizure or %patient.name.where(family = 'x').exists()");
    expect([...compiled.variables]).toEqual(['Seizure', 'patient']);
    expect([...compiled.functions].sort()).toEqual(['exists', 'where']);
  });

  test.each([
    ['a.b(', /ends too early \(line 1, column 5\)/],
    ['', /ends too early/],
    ['a # b', /line 1, column 3/],
    ["a\n  .where(b = 'x'", /line 2/],
    ['a.nosuch()', /no function nosuch\(\) \(line 1, column 3\)/],
    ['a.where()', /where\(\) takes 1 arguments and is given 0/],
    ["a.matches('(?=b)')", /looks ahead or behind/],
    ["a.matches('(?<!b)c')", /looks ahead or behind/],
    ["a.replaceMatches('(b)\\\\1', 'c')", /refers back/],
    ["a.matchesFull('(')", /missing closing/],
    ['%constructor', /%constructor is no variable/],
    ['%`toString`', /no variable/],
    [`${'('.repeat(5000)}a${')'.repeat(5000)}`, /nests too deep/],
    ['a'.repeat(20_001), /longer than/],
    ['a ..b', /cannot be read/],
  ])('refuses bad text %# with a sentence and the place', (text, sentence) => {
    const fault = faultOf(() => compile(text));
    expect(fault.kind).toBe('invalid');
    expect(fault.message).toMatch(sentence);
    expect(fault.message.length).toBeLessThan(600);
  });

  test('a base gives the type of an element that is no resource', () => {
    expect(evaluate(compile('value is Quantity', 'Observation'), observation)).toEqual([true]);
    expect(evaluate(compile('family is string', 'Patient.name'), { family: 'x' })).toEqual([true]);
  });
});

describe('evaluate', () => {
  test('gives elements as they stand and leaves the input alone', () => {
    const frozen = Object.freeze({ ...observation, valueQuantity: Object.freeze(observation.valueQuantity) });
    const [quantity] = value('Observation.value', frozen);
    expect(quantity).toBe(observation.valueQuantity);
    expect(Object.getOwnPropertyNames(quantity)).toEqual(['value', 'unit', 'system', 'code']);
  });

  test('gives dates as text, decimals as numbers, computed quantities as Quantity', () => {
    expect(value('Patient.birthDate', patient)).toEqual(['1950-01-31']);
    expect(value('@2020-01-01 + 1 month')).toEqual(['2020-02-01']);
    expect(value('1.50 + 1')).toEqual([2.5]);
    expect(value("5 'mg' | 3 years")).toEqual([
      { value: 5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
      { value: 3, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' },
    ]);
    expect(value('Observation.value.value', observation)).toEqual([1.5]);
  });

  test('reads the clock it is given, in UTC', () => {
    const now = new Date('2026-03-14T23:30:15.250Z');
    expect(value('now()', {}, { now })).toEqual(['2026-03-14T23:30:15.250Z']);
    expect(value('today()', {}, { now })).toEqual(['2026-03-14']);
    expect(value('timeOfDay()', {}, { now })).toEqual(['23:30:15.250']);
    expect(value('Patient.birthDate <= today() - 76 years', patient, { now })).toEqual([true]);
    expect(value('Patient.birthDate <= today() - 76 years', patient, { now: new Date('2026-01-30T23:59:59Z') })).toEqual([false]);
    expect(value('now() > @2026-03-14T23:30:15Z', {}, { now })).toEqual([true]);
  });

  test('regular expressions match anywhere, wholly, across lines, and replace groups', () => {
    expect(value("'a\nb'.matches('a.b')")).toEqual([true]);
    expect(value("'xabcx'.matches('abc')")).toEqual([true]);
    expect(value("'xabcx'.matchesFull('abc')")).toEqual([false]);
    expect(value("'ABC'.matches('b', 'i')")).toEqual([true]);
    expect(value("'12/3'.replaceMatches('(\\\\d+)/(\\\\d)', '$2-$1')")).toEqual(['3-12']);
    expect(value("{}.matches('a')")).toEqual([]);
    expect(value("'a'.matches({})")).toEqual([]);
    expect(value("Patient.name.where(family.matches('^Chal')).given.first()", patient)).toEqual(['Peter']);
  });

  test('a pattern that hangs the built-in engine is answered', () => {
    expect(value(`'${'a'.repeat(5000)}b'.matches('^(a+)+$')`)).toEqual([false]);
  });

  test('a pattern that is computed is refused when it is met', () => {
    expect(faultOf(() => value("'a'.matches('(?' & '=a)')")).message).toMatch(/looks ahead or behind/);
  });

  test('reads an accessor of the environment only when the expression names it', () => {
    let reads = 0;
    const environment = {
      get Costly() {
        reads++;
        return [true];
      },
      Other: 1,
    };
    expect(value('%Other = 1', {}, { environment })).toEqual([true]);
    expect(value('%resource.exists() and %Other = 1', patient, { environment })).toEqual([true]);
    expect(reads).toBe(0);
    expect(value('%Costly and %Costly', {}, { environment })).toEqual([true]);
    expect(reads).toBe(1);
  });

  test('kept values carry their type into the next evaluation', () => {
    const [limit] = value('today() - 76 years', {}, { now: new Date('2026-03-14T00:00:00Z'), keepTypes: true });
    expect(value('Patient.birthDate <= %limit', patient, { environment: { limit } })).toEqual([true]);
    const [dose] = value('Observation.value', observation, { keepTypes: true });
    expect(typeOfKept(dose)).toBe('Quantity');
    expect(value("%dose > 1 'mg'", {}, { environment: { dose } })).toEqual([true]);
    expect(value('value', dose)).toEqual([1.5]);
  });

  test('%resource and %rootResource are the input', () => {
    expect(value('%resource.name.count() = %rootResource.name.count()', patient)).toEqual([true]);
    expect(value('%resource.birthDate', {}, { environment: { resource: patient } })).toEqual(['1950-01-31']);
  });

  test('says which variable is missing, and never quotes the data', () => {
    expect(faultOf(() => value('%Nothing')).message).toMatch(/undefined environment variable: Nothing/);
    const fault = faultOf(() => value('Patient.name.family + 1', patient));
    expect(fault.kind).toBe('invalid');
    expect(fault.message).not.toMatch(/Windsor|Chalmers/);
  });

  test('prints nothing', () => {
    const printed = [jest.spyOn(console, 'log'), jest.spyOn(console, 'warn')];
    expect(value("Patient.name.trace('names').count()", patient)).toEqual([2]);
    expect(value("Patient.name.trace('names', family).count()", patient)).toEqual([2]);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    jest.restoreAllMocks();
  });
});
