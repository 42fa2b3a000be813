/** From SearchParameters to what index and query work with (https://hl7.org/fhir/R4/searchparameter.html). */
import { createHash } from 'node:crypto';
import { FhirError } from '../fhir/error.ts';
import type { ResourceType, SearchParameter } from '../fhir/types.ts';
import { isKindOf } from '../fhirpath/model.ts';
import { createComposite } from './composite-parameter.ts';
import { CONTAINED, canContain } from './contained.ts';
import { createExtractor } from './extractor.ts';
import { membersOf } from './found.ts';
import type { Parameter, ParameterRegistry, ParameterType, Setting } from './parameters.ts';
import { searchType } from './types/types.ts';

/** Rises whenever the same resource gets other entries than before. */
const INDEX_VERSION = 1;

const CORE = 'http://hl7.org/fhir/SearchParameter/';

/** Of R4's own: what needs more than an index of values, or stands on elements that R4 does not have. */
const NOT_OFFERED: ReadonlySet<string> = new Set([
  ...['Resource-query', 'Location-near', 'individual-phonetic', 'Practitioner-phonetic'].map(definition),
  definition('DeviceDefinition-classification'),
]);

export interface RegistryOptions extends Setting {
  /** By type, the parameters whose index is not complete. */
  readonly pending?: ReadonlyMap<ResourceType, ReadonlySet<string>>;
}

/**
 * R4's own parameters are made ready when their type is first asked for; those of others are looked through at once, so that a
 * bad one is found here and not when somebody writes a resource.
 * @param definitions - R4's own and the server's; of two with one code for one type the later counts
 * @throws FhirError `invalid` for a parameter that cannot be indexed, naming it and the reason
 */
export function createRegistry(definitions: readonly SearchParameter[], options: RegistryOptions): ParameterRegistry {
  const setting: Setting = { baseUrl: options.baseUrl, codeSystems: options.codeSystems };
  const byUrl = new Map(definitions.map((each) => [each.url, each]));
  const byBase = groupedByBase(definitions.filter(({ url }) => !NOT_OFFERED.has(url)));
  const tables = new Map<string, Table>();

  function table(type: string): Table {
    const known = tables.get(type);
    if (known) return known;
    const given = [...byBase].flatMap(([base, each]) => (isKindOf(type, base) ? each : []));
    const made = tableOf(
      type,
      given.flatMap((each) => prepare(each, type)),
      setting,
    );
    tables.set(type, made);
    return made;
  }

  function prepare(given: SearchParameter, type: string): readonly Parameter[] {
    if (!given.expression || !searchType(given.type as ParameterType)) return [];
    if (given.type === 'composite') return createComposite(given, type, byUrl, setting);
    const parameter = createParameter(given, type, setting);
    return parameter.expression ? [parameter] : [];
  }

  for (const given of definitions.filter(({ url }) => !url.startsWith(CORE))) {
    for (const base of given.base) if (prepare(given, base).length === 0) throw unusable(given, base);
  }

  return {
    get: (type, code) => table(type).byCode.get(code),
    of: (type) => table(type).parameters,
    common: () => table('Resource').parameters,
    hash: (type) => table(type).hash,
    fingerprints: (type) => table(type).fingerprints,
    pending: (type) => options.pending?.get(type) ?? new Set(),
  };
}

/** @param parent - a resource type, or the path or type of the elements of a composite */
export function createParameter(given: SearchParameter, parent: string, setting: Setting): Parameter {
  const { expression, elements, extract } = createExtractor(given.expression ?? '', parent, given.code);
  return {
    code: given.code,
    type: given.type as ParameterType,
    url: given.url,
    ...(given.description && { documentation: given.description }),
    expression,
    targets: (given.target ?? []) as readonly ResourceType[],
    components: [],
    modifiers: given.modifier ?? [],
    elements,
    setting,
    extract: ({ value }, root) => extract(membersOf(value), root),
  };
}

function groupedByBase(definitions: readonly SearchParameter[]): ReadonlyMap<string, readonly SearchParameter[]> {
  const grouped = new Map<string, SearchParameter[]>();
  for (const definition of definitions) {
    for (const base of definition.base) grouped.set(base, [...(grouped.get(base) ?? []), definition]);
  }
  return grouped;
}

interface Table {
  readonly parameters: readonly Parameter[];
  readonly byCode: ReadonlyMap<string, Parameter>;
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly hash: string;
}

function tableOf(type: string, given: readonly Parameter[], setting: Setting): Table {
  const byCode = new Map(given.map((parameter) => [parameter.code, parameter]));
  const parameters = [...byCode.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const own = parameters.map((parameter) => [parameter.code, fingerprint(parameter, setting)]);
  const fingerprints = Object.fromEntries(canContain(type) ? [...own, [CONTAINED, shortHash([INDEX_VERSION, CONTAINED])]] : own);
  return { parameters, byCode, fingerprints, hash: sha256(JSON.stringify([INDEX_VERSION, setting.baseUrl, fingerprints])) };
}

/** Over all that the entries of a parameter depend on. */
function fingerprint({ type, expression, elements, components }: Parameter, { baseUrl, codeSystems }: Setting): string {
  const systems = elements.map(({ path }) => codeSystems.get(path));
  const parts = components.map(({ parameter }) => [
    parameter.type,
    parameter.expression,
    parameter.elements.map(({ path }) => codeSystems.get(path)),
  ]);
  return shortHash([INDEX_VERSION, type, expression, systems, parts, type === 'reference' && baseUrl]);
}

function shortHash(facts: readonly unknown[]): string {
  return sha256(JSON.stringify(facts)).slice(0, 16);
}

function unusable({ code, url }: SearchParameter, base: string): FhirError {
  const rule = `its expression must name elements that R4 has in ${base}, and its type must be one that is searched here`;
  return new FhirError('invalid', `The search parameter "${code}" (${url}) finds nothing in ${base}: ${rule}.`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function definition(id: string): string {
  return CORE + id;
}
