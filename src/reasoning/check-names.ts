import { FhirError } from '../fhir/error.ts';
import { type Compiled, compile } from '../fhirpath/expression.ts';
import type { CodeSet } from './code-sets.ts';
import { parseExpression } from './syntax.ts';
import { type ValueKind, valueKinds } from './value-kinds.ts';

/** Variables that the engine binds to resources; what each holds says `Facts`. */
const RESOURCE_VARIABLES = [
  'patient',
  'triggering',
  'conditions',
  'medications',
  'observations',
  'responses',
  'allergies',
  'devices',
  'procedures',
] as const;
const VARIABLES: readonly string[] = [...RESOURCE_VARIABLES, 'unavailable'];
/** What FHIR gives every expression (https://hl7.org/fhir/R4/fhirpath.html#variables). */
const CONSTANTS: readonly string[] = ['ucum', 'sct', 'loinc'];

interface Vocabulary {
  readonly expressions: readonly { readonly name: string; readonly text: string }[];
  readonly sets: ReadonlyMap<string, CodeSet>;
  /** What is wrong with a value set, by its name. */
  readonly broken: ReadonlyMap<string, string>;
  readonly unresolved: readonly string[];
}

/** One namespace of variables, named expressions and value sets: what an expression reaches is checked and compiled on demand. */
export function createChecker({ expressions, sets, broken, unresolved }: Vocabulary) {
  const texts = new Map(expressions.map(({ name, text }) => [name, text]));
  const named = new Map<string, Compiled>();
  const kinds = new Map<string, ReadonlySet<ValueKind>>();
  const isSet = (name: string) => sets.has(name) || broken.has(name);

  function check(name: string, extra: readonly string[], path: readonly string[]): void {
    if (path.includes(name)) throw fault(`${arrow([...path, name])} is a circle`);
    if (named.has(name)) return;
    const claims = expressions.filter((each) => each.name === name).length + Number(isSet(name)) + Number(isVariable(name));
    if (claims > 1) throw fault(`%${name} stands ${claims} times among variables, named expressions and value sets`);
    const wrong = broken.get(name);
    if (wrong) throw fault(`%${name} cannot be used: ${wrong}`);
    const text = texts.get(name);
    if (text !== undefined) checkNamed(name, text, path);
    else if (claims === 0 && !extra.includes(name))
      throw fault(`%${name} is the name of no variable, named expression or value set${missing(unresolved)}`);
  }

  function checkNamed(name: string, text: string, path: readonly string[]): void {
    const compiled = compile(text);
    for (const used of compiled.variables) check(used, [], [...path, name]);
    const found = valueKinds(parseExpression(text), kindsOf);
    if (found.has('other')) throw fault(`%${name} yields something else than Booleans, strings or whole resources and would lose its type`);
    kinds.set(name, found);
    named.set(name, compiled);
  }

  function kindsOf(name: string): ReadonlySet<ValueKind> {
    if ((RESOURCE_VARIABLES as readonly string[]).includes(name)) return new Set(['resource']);
    return kinds.get(name) ?? new Set(['string']);
  }

  function expression(text: string, extra: readonly string[] = []): Compiled {
    const compiled = compile(text);
    for (const name of compiled.variables) check(name, extra, []);
    return compiled;
  }
  return { named, expression };
}

function isVariable(name: string): boolean {
  return VARIABLES.includes(name) || CONSTANTS.includes(name);
}

function arrow(path: readonly string[]): string {
  return path.map((name) => `%${name}`).join(' → ');
}

function missing(unresolved: readonly string[]): string {
  return unresolved.length ? `; not found here: ${unresolved.join(', ')}` : '';
}

function fault(what: string): FhirError {
  return new FhirError('unprocessable', `${what}.`);
}
