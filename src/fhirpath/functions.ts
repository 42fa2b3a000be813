/**
 * The functions that expressions may call (https://hl7.org/fhirpath/N1/#functions, https://hl7.org/fhir/R4/fhirpath.html#functions),
 * each with the numbers of arguments it takes. The engine answers a call with another number by an empty result and a line on the console.
 */
const none = `empty not allTrue anyTrue allFalse anyFalse isDistinct distinct count sum min max avg weight ordinal single first last type tail
  toInteger toLong toDecimal toString toDate toDateTime toTime toBoolean hasValue getValue htmlChecks htmlchecks
  convertsToBoolean convertsToInteger convertsToLong convertsToDecimal convertsToString convertsToDate convertsToDateTime convertsToTime
  convertsToQuantity upper lower length toChars trim abs ceiling exp floor ln sqrt truncate now today timeOfDay yearOf monthOf dayOf hourOf
  minuteOf secondOf millisecondOf timezoneOffsetOf dateOf timeOf children descendants resolve`;
const one = `memberOf all subsetOf supersetOf where extension select ofType is as take skip combine union intersect exclude indexOf lastIndexOf
  startsWith endsWith contains split encode decode escape unescape log power repeat comparable`;
const noneOrOne = 'exists toQuantity pathname join round lowBoundary highBoundary';
const oneOrTwo = 'aggregate trace defineVariable substring matches matchesFull';
const two = 'replace replaceMatches';

const words = (text: string): readonly string[] => text.split(/\s+/);

const arities: ReadonlyMap<string, readonly [fewest: number, most: number]> = new Map<string, readonly [fewest: number, most: number]>([
  ...words(none).map((name) => [name, [0, 0]] as const),
  ...words(one).map((name) => [name, [1, 1]] as const),
  ...words(noneOrOne).map((name) => [name, [0, 1]] as const),
  ...words(oneOrTwo).map((name) => [name, [1, 2]] as const),
  ...words(two).map((name) => [name, [2, 2]] as const),
  ['iif', [2, 3]],
  ['coalesce', [1, Number.POSITIVE_INFINITY]],
  ['sort', [0, Number.POSITIVE_INFINITY]],
]);

/** What is wrong with a call, as the end of a sentence; undefined = nothing. */
export function callFault(name: string, given: number): string | undefined {
  const arity = arities.get(name);
  if (!arity) return `there is no function ${name}()`;
  const [fewest, most] = arity;
  if (given >= fewest && given <= most) return undefined;
  const wanted = fewest === most ? `${fewest}` : most === Number.POSITIVE_INFINITY ? `at least ${fewest}` : `${fewest} or ${most}`;
  return `the function ${name}() takes ${wanted} arguments and is given ${given}`;
}
