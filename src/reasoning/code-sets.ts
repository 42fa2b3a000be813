/**
 * Value sets made ready to be asked about single codes, without expanding a code system: listed codes, and filters on the code
 * (https://hl7.org/fhir/R4/valueset.html#compositions).
 */
import { RE2JS } from 're2js';
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { ValueSet, ValueSetComposeInclude, ValueSetComposeIncludeFilter } from '../fhir/types.ts';
import { normaliseCode, normaliseSystem } from './codings.ts';

export interface CodeSet {
  /** `system|code` of the listed codes, with what they are called. */
  readonly listed: ReadonlyMap<string, readonly string[]>;
  /** Systems of which unlisted codes may belong to the set. */
  readonly filtered: ReadonlySet<string>;
  /** Whether a normalised code belongs. */
  has(system: string, code: string): boolean;
}

type Test = (system: string, code: string) => boolean;

/**
 * @throws FhirError `unprocessable` where a part cannot be decided from the code alone, or a value set that it names is unknown
 */
export async function codeSet(valueSet: ValueSet, definitions: Definitions, path: readonly string[] = []): Promise<CodeSet> {
  const name = valueSet.url ?? valueSet.id ?? 'without url';
  if (path.includes(name)) throw fault(name, 'contains itself');
  const within = [...path, name];
  if (!valueSet.compose) return expanded(valueSet, name);
  const includes = await Promise.all(valueSet.compose.include.map((part) => includeTest(part, name, definitions, within)));
  const excludes = await Promise.all((valueSet.compose.exclude ?? []).map((part) => includeTest(part, name, definitions, within)));
  const has: Test = (system, code) => includes.some((part) => part.test(system, code)) && !excludes.some((part) => part.test(system, code));
  const listed = new Map<string, readonly string[]>();
  for (const part of includes) for (const [key, names] of part.listed) if (has(...split(key))) listed.set(key, names);
  return { listed, filtered: new Set(includes.flatMap((part) => [...part.filtered])), has };
}

interface Part {
  readonly test: Test;
  readonly listed: ReadonlyMap<string, readonly string[]>;
  readonly filtered: ReadonlySet<string>;
}

async function includeTest(
  include: ValueSetComposeInclude,
  name: string,
  definitions: Definitions,
  path: readonly string[],
): Promise<Part> {
  const own = include.system ? ownPart(include, normaliseSystem(include.system), name) : undefined;
  const others = await Promise.all((include.valueSet ?? []).map((canonical) => nested(canonical, name, definitions, path)));
  const parts = own ? [own, ...others] : others;
  const [first] = parts;
  if (!first) throw fault(name, 'has an include with neither system nor valueSet');
  const test: Test = (system, code) => parts.every((part) => part.test(system, code));
  const listed = [...first.listed].filter(([key]) => test(...split(key)));
  return { test, listed: new Map(listed), filtered: first.filtered };
}

async function nested(canonical: string, name: string, definitions: Definitions, path: readonly string[]): Promise<Part> {
  const valueSet = await definitions.resolve<ValueSet>(canonical, 'ValueSet');
  if (!valueSet) throw fault(name, `includes ${canonical}, which is not here`);
  const set = await codeSet(valueSet, definitions, path);
  return { test: set.has, listed: set.listed, filtered: set.filtered };
}

function ownPart(include: ValueSetComposeInclude, system: string, name: string): Part {
  if (include.concept) {
    const listed = new Map(
      include.concept.map((concept) => [
        `${system}|${normaliseCode(system, concept.code)}`,
        [concept.display, ...(concept.designation ?? []).map(({ value }) => value)].flatMap((text) => text ?? []),
      ]),
    );
    return { test: (itsSystem, code) => listed.has(`${itsSystem}|${code}`), listed, filtered: new Set() };
  }
  const filters = (include.filter ?? []).map((filter) => filterTest(filter, system, name));
  return {
    test: (itsSystem, code) => itsSystem === system && filters.every((filter) => filter(code)),
    listed: new Map(),
    filtered: new Set([system]),
  };
}

function filterTest(filter: ValueSetComposeIncludeFilter, system: string, name: string): (code: string) => boolean {
  if (filter.property !== 'code') throw fault(name, `filters by the property "${filter.property}"; only filters on "code" can be decided`);
  if (filter.op === '=' || filter.op === 'in' || filter.op === 'not-in') {
    const codes = new Set((filter.op === '=' ? [filter.value] : filter.value.split(',')).map((code) => normaliseCode(system, code)));
    return (code) => codes.has(code) === (filter.op !== 'not-in');
  }
  if (filter.op !== 'regex') throw fault(name, `uses the filter "${filter.op}"; only regex, =, in and not-in can be decided from a code`);
  try {
    const pattern = RE2JS.compile(filter.value);
    return (code) => pattern.matches(code);
  } catch {
    throw fault(name, `has the filter "${filter.value}", which is no regular expression`);
  }
}

function expanded(valueSet: ValueSet, name: string): CodeSet {
  const contains = valueSet.expansion?.contains;
  if (!contains) throw fault(name, 'has neither compose nor expansion');
  const listed = new Map<string, readonly string[]>();
  const add = (members: typeof contains) => {
    for (const { system, code, display, abstract, contains: below } of members) {
      if (system && code && !abstract) listed.set(key(normaliseSystem(system), code), display ? [display] : []);
      if (below) add(below);
    }
  };
  add(contains);
  return { listed, filtered: new Set(), has: (system, code) => listed.has(`${system}|${code}`) };
}

function key(system: string, code: string): string {
  return `${system}|${normaliseCode(system, code)}`;
}

/** System and code of a key; a code may hold a bar, a normalised system does not. */
export function split(keyText: string): [system: string, code: string] {
  const bar = keyText.indexOf('|');
  return [keyText.slice(0, bar), keyText.slice(bar + 1)];
}

function fault(name: string, what: string): FhirError {
  return new FhirError('unprocessable', `The value set ${name} ${what}.`);
}
