/** The grammar of `_filter` (https://hl7.org/fhir/R4/search_filter.html): text to tree. */
import { FhirError } from '../fhir/error.ts';

export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly filter: FilterNode }
  | FilterTest;

/** `path operator value`. */
export interface FilterTest {
  readonly kind: 'test';
  /** At least one step. */
  readonly path: readonly FilterStep[];
  readonly operator: string;
  readonly value: string;
}

/** One part of a path: `subject`, `subject:Patient`, `subject[gender eq male]`, `_has:Observation:patient:code`. */
export interface FilterStep {
  readonly name: string;
  /** What the resource that the step leads to must fulfil as well. */
  readonly filter?: FilterNode;
}

const MOST_TESTS = 64;
const DEEPEST = 16;

const NAME = /[A-Za-z_][\w-]*(?::[A-Za-z_][\w-]*)*/y;
const WORD = /[A-Za-z]+(?![\w-])/y;
const LOGIC = /(?:and|or)(?![\w-])/y;
const NOT = /not(?=\s*\()/y;
const STRING = /"(?:[^"\\]|\\.)*"/sy;
const TOKEN = /[^\s)\]"][^\s)\]]*/y;

/** @throws FhirError `invalid` for what is not of the grammar, naming the place */
export function parseFilterExpression(text: string): FilterNode {
  const reader = createReader(text);
  const node = filter(reader, 0);
  if (!reader.isAtEnd()) throw reader.fault('"and", "or" or the end');
  return node;
}

/** `and` and `or` bind alike, from left to right. */
function filter(reader: Reader, depth: number): FilterNode {
  if (depth > DEEPEST) throw new FhirError('invalid', `"_filter" nests more than ${DEEPEST} filters; ask in several requests.`);
  let left = term(reader, depth);
  for (let word = reader.take(LOGIC); word !== undefined; word = reader.take(LOGIC)) {
    const kind = word as 'and' | 'or';
    const right = term(reader, depth);
    left = { kind, filters: left.kind === kind ? [...left.filters, right] : [left, right] };
  }
  return left;
}

function term(reader: Reader, depth: number): FilterNode {
  if (reader.take(NOT) !== undefined) return { kind: 'not', filter: bracketed(reader, '(', ')', depth) };
  return reader.is('(') ? bracketed(reader, '(', ')', depth) : test(reader, depth);
}

function bracketed(reader: Reader, open: '(' | '[', close: ')' | ']', depth: number): FilterNode {
  reader.expect(open);
  const node = filter(reader, depth + 1);
  reader.expect(close);
  // brackets end what binds from left to right: what follows does not join this list
  return node.kind === 'and' || node.kind === 'or' ? { kind: 'and', filters: [node] } : node;
}

function test(reader: Reader, depth: number): FilterNode {
  reader.countTest(MOST_TESTS);
  const path = [step(reader, depth)];
  while (reader.isNext('.')) path.push(step(reader, depth));
  const operator = reader.take(WORD);
  if (operator === undefined) throw reader.fault('an operator, as eq');
  return { kind: 'test', path, operator, value: value(reader) };
}

function step(reader: Reader, depth: number): FilterStep {
  const name = reader.take(NAME);
  if (name === undefined) throw reader.fault('the name of a search parameter');
  return reader.is('[') ? { name, filter: bracketed(reader, '[', ']', depth) } : { name };
}

function value(reader: Reader): string {
  const quoted = reader.take(STRING);
  if (quoted === undefined) {
    const token = reader.take(TOKEN);
    if (token === undefined) throw reader.fault('a value, in double quotes where it holds white space, ")" or "]"');
    return token;
  }
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw reader.fault('a value before it whose quotes hold a string of JSON');
  }
}

interface Reader {
  /** What the pattern (sticky) takes behind white space; undefined where it does not fit. */
  take(pattern: RegExp): string | undefined;
  /** Whether the sign comes behind white space. */
  is(sign: string): boolean;
  /** Takes the sign if it comes at once. */
  isNext(sign: string): boolean;
  expect(sign: string): void;
  isAtEnd(): boolean;
  countTest(most: number): void;
  fault(expected: string): FhirError;
}

function createReader(text: string): Reader {
  let at = 0;
  let tests = 0;
  const skip = () => {
    while (/\s/.test(text.charAt(at))) at++;
  };
  const fault = (expected: string) =>
    new FhirError('invalid', `The value of "_filter" is not understood at character ${at + 1}: ${expected} is expected there.`);
  const isNext = (sign: string) => {
    const fits = text.startsWith(sign, at);
    if (fits) at += sign.length;
    return fits;
  };
  return {
    take(pattern) {
      skip();
      pattern.lastIndex = at;
      const [taken] = pattern.exec(text) ?? [];
      if (taken !== undefined) at += taken.length;
      return taken;
    },
    is(sign) {
      skip();
      return text.startsWith(sign, at);
    },
    isNext,
    expect(sign) {
      skip();
      if (!isNext(sign)) throw fault(`"${sign}"`);
    },
    isAtEnd() {
      skip();
      return at === text.length;
    },
    countTest(most) {
      if (++tests > most) throw new FhirError('invalid', `"_filter" holds more than ${most} tests; ask in several requests.`);
    },
    fault,
  };
}
