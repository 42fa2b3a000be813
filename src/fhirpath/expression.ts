/**
 * FHIRPath with the R4 model (https://hl7.org/fhir/R4/fhirpath.html): compiled once for each distinct text, evaluated with the
 * caller's clock. Regular expressions run in linear time, `trace()` prints nothing, nothing is fetched.
 */
import fhirpath, { type UserInvocationTable } from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { LRUCache } from 'lru-cache';
import { FhirError } from '../fhir/error.ts';
import { checkSyntax, fault, type Names, type SyntaxNode, shortened } from './check.ts';
import { clock } from './clock.ts';
import { matches, matchesFull, replaceMatches } from './regular-expression.ts';
import { plain } from './values.ts';

/** An expression made ready. */
export interface Compiled extends Names {
  readonly text: string;
  /** The engine's function; called by `evaluate` alone. */
  readonly run: (input: unknown, environment: object, options: object) => unknown[];
}

export interface EvaluateOptions {
  /**
   * Values of `%name`, one or an array. A property that is an accessor is read only when the expression names it.
   * `%resource` and `%rootResource` are the input unless they stand here.
   */
  readonly environment?: Readonly<Record<string, unknown>>;
  /** The clock of `now()`, `today()` and `timeOfDay()`; the system's where it is absent. */
  readonly now?: Date;
  /** Leaves results in the engine's own form: to be given on as input or in an environment, dates and quantities comparable. */
  readonly keepTypes?: boolean;
}

const LONGEST = 20_000;
const cache = new LRUCache<string, Compiled>({ max: 5000 });

/**
 * @param base - path of the element that the expression is evaluated on (`Patient.contact`), where that is no resource
 * @throws FhirError `invalid` with the place in the text
 */
export function compile(text: string, base?: string): Compiled {
  const key = `${base ?? ''}\u0000${text}`;
  const known = cache.get(key);
  if (known) return known;
  const names = check(text);
  const compiled = { text, ...names, run: fhirpath.compile(base === undefined ? text : { base, expression: text }, r4) as Compiled['run'] };
  cache.set(key, compiled);
  return compiled;
}

/**
 * The values of an expression, in order. By default as R4 has them in JSON (`values.ts`); parts of the input are given as they
 * are, not copied, and the input is left as it was.
 * @param input - a resource, an element or a value kept by `keepTypes`; an array of them is a collection
 * @throws FhirError `invalid` where the data does not fit the expression; the text of the data is not in the message
 */
export function evaluate(compiled: Compiled, input: unknown, options: EvaluateOptions = {}): unknown[] {
  const userInvocationTable = { ...regularExpressions, ...clock(options.now ?? new Date()) };
  let values: unknown[];
  try {
    values = compiled.run(input, environment(compiled, input, options), {
      resolveInternalTypes: false,
      traceFn: silent,
      userInvocationTable,
    });
  } catch (error) {
    throw error instanceof FhirError ? error : unfit(compiled, error);
  }
  return options.keepTypes ? values : values.map(plain).filter((value) => value !== null && value !== undefined);
}

function check(text: string): Names {
  if (text.length > LONGEST) throw fault(text, `it is longer than ${LONGEST} characters`);
  try {
    return checkSyntax(text, fhirpath.parse(text) as SyntaxNode);
  } catch (error) {
    throw error instanceof FhirError ? error : fault(text, syntaxFault(error));
  }
}

/** The engine's first complaint, without its list of all tokens that could have stood there. */
function syntaxFault(error: unknown): string {
  if (error instanceof RangeError) return 'it nests too deep';
  const [, line, column, message] = /^line: (\d+); column: (\d+); message: (.*)/.exec(error instanceof Error ? error.message : '') ?? [];
  if (!message) return 'it cannot be read';
  const what = message.replace(/ expecting .*$/, '').replace("mismatched input '<EOF>'", 'it ends too early');
  return `${what} (line ${line}, column ${Number(column) + 1})`;
}

function environment(compiled: Compiled, input: unknown, { environment: given = {} }: EvaluateOptions): object {
  const missing = ['resource', 'rootResource'].filter((name) => compiled.variables.has(name) && !(name in given));
  if (missing.length === 0) return given;
  // inherits instead of copying: a copy would read every accessor
  return Object.create(given, Object.fromEntries(missing.map((name) => [name, { value: input }])));
}

const SAYABLE = /^(Attempting to access an undefined environment variable: \S+|The asynchronous function "\w+" is not allowed)/;

function unfit({ text }: Compiled, error: unknown): FhirError {
  const said = SAYABLE.exec(error instanceof Error ? error.message : '')?.[0];
  const why = said ?? 'the data does not fit it, for example several values where it takes one';
  return new FhirError('invalid', `The FHIRPath expression "${shortened(text)}" cannot be evaluated: ${why}.`);
}

const silent = (): void => {};

const regularExpressions: UserInvocationTable = {
  matches: { fn: onText(matches), arity: { 1: ['String'], 2: ['String', 'String'] }, internalStructures: true },
  matchesFull: { fn: onText(matchesFull), arity: { 1: ['String'], 2: ['String', 'String'] }, internalStructures: true },
  replaceMatches: { fn: onText(replaceMatches), arity: { 2: ['String', 'String'] }, internalStructures: true },
};

/** Calls a function of text only where text and arguments are there; empty input or argument gives an empty result. */
function onText<T>(call: (text: string, pattern: string, third: never) => T): (input: readonly unknown[], ...given: unknown[]) => T | [] {
  return (input, pattern, third) => {
    if (input.length === 0 || typeof pattern !== 'string' || Array.isArray(third)) return [];
    const text = plain(input[0]);
    if (input.length > 1 || typeof text !== 'string') throw new TypeError('one string is expected');
    return call(text, pattern, third as never);
  };
}
