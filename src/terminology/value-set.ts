/** Compiles a value set into a set of codes, and remembers which resources it was made from. */
import { formatCanonical } from '../fhir/canonical.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { FhirError } from '../fhir/error.ts';
import type { CodeSystem, FhirResource, ResourceType, ValueSet, ValueSetComposeInclude, ValueSetExpansionContains } from '../fhir/types.ts';
import { type CodeSet, difference, union, unknown } from './code-set.ts';
import { type KnownCodeSystem, readCodeSystem } from './code-system.ts';
import { toCodeSet } from './compose.ts';
import type { Concept } from './terminology.ts';

export interface CompiledValueSet {
  readonly set: CodeSet;
  /** What was resolved on the way, and what came of it: the set holds as long as the same comes of it again. */
  readonly made: readonly Dependency[];
}

interface Dependency {
  readonly canonical: string;
  readonly type: ResourceType;
  readonly resource: FhirResource | undefined;
}

/** The code systems read so far; an entry goes with its resource. */
export type ReadCodeSystems = WeakMap<CodeSystem, KnownCodeSystem>;

export function knownCodeSystem(codeSystem: CodeSystem, read: ReadCodeSystems): KnownCodeSystem {
  const known = read.get(codeSystem) ?? readCodeSystem(codeSystem);
  read.set(codeSystem, known);
  return known;
}

/** @throws FhirError `invalid` for a value set that imports itself or has a filter that cannot be read */
export async function compileValueSet(canonical: string, definitions: Definitions, read: ReadCodeSystems): Promise<CompiledValueSet> {
  const made: Dependency[] = [];

  async function resolve<T extends FhirResource>(url: string, type: T['resourceType']): Promise<T | undefined> {
    const resource = await definitions.resolve<T>(url, type);
    made.push({ canonical: url, type, resource });
    return resource;
  }

  async function compile(url: string, importing: readonly string[]): Promise<CodeSet> {
    if (importing.includes(url)) throw new FhirError('invalid', `The value set ${url} imports itself; break the circle.`);
    const valueSet = await resolve<ValueSet>(url, 'ValueSet');
    if (!valueSet) return unknown(`The value set ${url} is not known here; store it, or correct the url.`);
    const { compose, expansion } = valueSet;
    if (!compose && expansion) return named(url, expanded(expansion.contains ?? []));
    if (!compose)
      throw new FhirError('invalid', `The value set ${url} has neither compose nor expansion, so nothing is known of its codes.`);
    const parts = (includes: readonly ValueSetComposeInclude[]) =>
      Promise.all(includes.map((include) => part(include, [...importing, url], compose.inactive !== false, url)));
    const included = union(await parts(compose.include));
    return named(url, compose.exclude ? difference(included, union(await parts(compose.exclude))) : included);
  }

  async function part(include: ValueSetComposeInclude, importing: readonly string[], inactive: boolean, url: string): Promise<CodeSet> {
    const codeSystem = include.system && (await resolve<CodeSystem>(formatCanonical(include.system, include.version), 'CodeSystem'));
    const system = codeSystem ? knownCodeSystem(codeSystem, read) : undefined;
    const imports = await Promise.all((include.valueSet ?? []).map((each) => compile(each, importing)));
    try {
      return toCodeSet(include, inactive ? system : system && withoutInactive(system), imports);
    } catch (error) {
      throw within(url, error);
    }
  }

  return { set: await compile(canonical, []), made };
}

function withoutInactive(system: KnownCodeSystem): KnownCodeSystem {
  const isActive = (code: string) => system.find(code)?.properties.get('inactive')?.includes('true') !== true;
  return {
    ...system,
    codes: system.codes.filter(({ code }) => isActive(code)),
    find: (code) => (isActive(code) ? system.find(code) : undefined),
  };
}

function expanded(contains: readonly ValueSetExpansionContains[]): CodeSet {
  const flat = (each: readonly ValueSetExpansionContains[]): readonly Concept[] =>
    each.flatMap(({ system, code, display, contains: inner }) => [
      ...(code ? [{ ...(system && { system }), code, ...(display && { display }) }] : []),
      ...flat(inner ?? []),
    ]);
  const concepts = flat(contains);
  return {
    has: (asked) => concepts.some(({ system, code }) => code === asked.code && (asked.system === undefined || system === asked.system)),
    list: () => concepts,
  };
}

/** The same set; what it cannot list is told with the name of the value set. */
function named(url: string, set: CodeSet): CodeSet {
  const list = () => {
    try {
      return set.list();
    } catch (error) {
      throw within(url, error);
    }
  };
  return { has: set.has, list };
}

function within(url: string, error: unknown): unknown {
  if (!(error instanceof FhirError) || error.message.startsWith('The value set')) return error;
  return new FhirError('invalid', `The value set ${url} cannot be enumerated: ${error.message}.`);
}
