/**
 * JSON Patch on JSON that keeps its digits (RFC 6902, pointers RFC 6901; https://hl7.org/fhir/R4/http.html#patch).
 * Libraries work on plain numbers and would write 1.5 where 1.50 stood.
 */
import { LosslessNumber } from 'lossless-json';
import { FhirError } from './error.ts';
import { copyLossless, isLosslessObject, type Lossless, type LosslessObject, MAX_DEPTH } from './json.ts';

type Container = Lossless[] | LosslessObject;

interface Operation {
  readonly op: string;
  readonly path: readonly string[];
  readonly from: readonly string[];
  readonly value: Lossless | undefined;
  /** For sentences: `operation 2 (replace /status)`. */
  readonly name: string;
}

const OPERATIONS = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const NEEDS_FROM = new Set(['move', 'copy']);
const NEEDS_VALUE = new Set(['add', 'replace', 'test']);
/** Characters and values that one patch may copy: a few dozen copies of what holds the copies before would fill any memory. */
const MOST_COPIED = 1_000_000;

/**
 * The document after all operations, each on the result of the one before; the document given is left as it was.
 * @throws FhirError `invalid` for a patch that is not one, `unprocessable` where an operation does not fit the document
 */
export function applyJsonPatch(document: Lossless, patch: Lossless): Lossless {
  if (!Array.isArray(patch)) throw new FhirError('invalid', 'A JSON Patch is an array of operations.');
  let copied = 0;
  return patch.map(readOperation).reduce<Lossless>((before, operation) => {
    if (operation.op === 'copy') copied += sizeOf(get(before, operation.from, operation.name));
    if (copied > MOST_COPIED) throw unfit(operation.name, `copies more than ${MOST_COPIED} characters together with those before`);
    return applyOperation(before, operation);
  }, copyLossless(document));
}

function readOperation(given: Lossless, index: number): Operation {
  const fault = (what: string) => new FhirError('invalid', `Operation ${index} of the JSON Patch ${what}.`);
  if (!isLosslessObject(given)) throw fault('is not an object');
  const { op, path, from, value } = given;
  if (typeof op !== 'string' || !OPERATIONS.has(op)) throw fault(`has an "op" that is none of ${[...OPERATIONS].join(', ')}`);
  if (typeof path !== 'string') throw fault('has no "path"');
  if (NEEDS_FROM.has(op) && typeof from !== 'string') throw fault(`is a ${op} without "from"`);
  if (NEEDS_VALUE.has(op) && value === undefined) throw fault(`is a ${op} without "value"`);
  const name = `Operation ${index} (${op} ${path})`;
  const pointer = (text: string) => {
    if (text !== '' && !text.startsWith('/')) throw fault(`has the pointer "${text}", which does not begin with "/"`);
    if (/~(?![01])/.test(text)) throw fault(`has the pointer "${text}", in which "~" is followed by neither 0 nor 1`);
    return text
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  };
  return { op, path: pointer(path), from: typeof from === 'string' ? pointer(from) : [], value, name };
}

function applyOperation(document: Lossless, operation: Operation): Lossless {
  const { op, path, from, value = null, name } = operation;
  switch (op) {
    case 'add':
      return put(document, path, copyLossless(value), name, 'insert');
    case 'replace':
      get(document, path, name);
      return put(document, path, copyLossless(value), name, 'set');
    case 'remove':
      return without(document, path, name);
    case 'copy':
      return put(document, path, copyLossless(get(document, from, name)), name, 'insert');
    case 'move': {
      if (path.length > from.length && from.every((part, i) => part === path[i])) throw unfit(name, 'moves a value into itself');
      const moved = get(document, from, name);
      return put(without(document, from, name), path, moved, name, 'insert');
    }
    default:
      if (!equal(get(document, path, name), value)) throw unfit(name, 'finds another value there');
      return document;
  }
}

function get(document: Lossless, path: readonly string[], name: string): Lossless {
  return path.reduce<Lossless>((at, part) => child(at, part, name), document);
}

function child(at: Lossless, part: string, name: string): Lossless {
  if (Array.isArray(at)) return at[indexOf(at, part, name)] as Lossless;
  const found = isLosslessObject(at) && Object.hasOwn(at, part) ? at[part] : undefined;
  if (found === undefined) throw unfit(name, `finds no "${part}"`);
  return found;
}

function put(document: Lossless, path: readonly string[], value: Lossless, name: string, how: 'insert' | 'set'): Lossless {
  const last = path.at(-1);
  if (last === undefined) return value;
  if (last === '__proto__') throw unfit(name, 'names the member "__proto__"');
  if (path.length + levelsOf(value) > MAX_DEPTH) throw unfit(name, `nests deeper than ${MAX_DEPTH} levels`);
  const parent = get(document, path.slice(0, -1), name) as Container;
  if (Array.isArray(parent)) {
    if (how === 'set') parent[indexOf(parent, last, name)] = value;
    else parent.splice(last === '-' ? parent.length : indexOf(parent, last, name, parent.length), 0, value);
  } else if (isLosslessObject(parent)) parent[last] = value;
  else throw unfit(name, 'leads into a value that has no members');
  return document;
}

function without(document: Lossless, path: readonly string[], name: string): Lossless {
  const last = path.at(-1);
  if (last === undefined) throw unfit(name, 'would remove the whole resource');
  get(document, path, name);
  const parent = get(document, path.slice(0, -1), name) as Container;
  if (Array.isArray(parent)) parent.splice(indexOf(parent, last, name), 1);
  else delete parent[last];
  return document;
}

function indexOf(array: readonly Lossless[], part: string, name: string, highest = array.length - 1): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(part) || Number(part) > highest)
    throw unfit(name, `finds no position "${part}" in an array of ${array.length}`);
  return Number(part);
}

function membersOf(value: Lossless): readonly (readonly [name: string, member: Lossless])[] {
  if (Array.isArray(value)) return value.map((item) => ['', item]);
  return isLosslessObject(value) ? Object.entries(value) : [];
}

/** Characters of names and strings, and one for each value. */
function sizeOf(value: Lossless): number {
  const own = typeof value === 'string' ? value.length + 1 : 1;
  return membersOf(value).reduce((sum, [name, member]) => sum + name.length + sizeOf(member), own);
}

/** How many arrays and objects stand in each other. */
function levelsOf(value: Lossless): number {
  if (!Array.isArray(value) && !isLosslessObject(value)) return 0;
  return 1 + membersOf(value).reduce((most, [, member]) => Math.max(most, levelsOf(member)), 0);
}

/** Numbers are equal when their values are: 1.50 and 1.5. */
function equal(a: Lossless, b: Lossless): boolean {
  if (a instanceof LosslessNumber || b instanceof LosslessNumber) {
    return a instanceof LosslessNumber && b instanceof LosslessNumber && Number(a.value) === Number(b.value);
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] as Lossless));
  if (!isLosslessObject(a) || !isLosslessObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && equal(a[name] as Lossless, b[name] as Lossless))
  );
}

function unfit(name: string, why: string): FhirError {
  return new FhirError('unprocessable', `${name} of the JSON Patch ${why}; nothing was changed.`);
}
