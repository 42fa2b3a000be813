/**
 * What a search finds, told naively: FHIRPath over each whole resource, no index, no code of the search itself. Slow and plain,
 * to hold the fast way against.
 */
import type { QueryParameters } from '../../src/fhir/request.ts';
import type { FhirResource } from '../../src/fhir/types.ts';
import { hasComposite } from './oracle-composites.ts';
import { isDate, overlaps } from './oracle-dates.ts';
import { createFinder, type Finder, type Typed } from './oracle-elements.ts';
import { type Rows, readFilter } from './oracle-filters.ts';
import { isNumber, isQuantity } from './oracle-numbers.ts';
import { leadsTo, refersTo } from './oracle-references.ts';
import { isString, isWhole } from './oracle-strings.ts';
import { isToken } from './oracle-tokens.ts';
import { isUri } from './oracle-uris.ts';

export interface OracleRow {
  readonly resource: FhirResource;
  readonly lastUpdated: string;
}

export interface Oracle {
  /** Ids that the query finds among the rows of its type. */
  find(type: string, query: QueryParameters): readonly string[];
}

const placeholders = { '\\\\': '\ue001', '\\,': '\ue002', '\\$': '\ue003', '\\|': '\ue004' } as const;

/** Takes the escapes out of the way, so that separators can be split at. */
const hide = (value: string) => value.replace(/\\./g, (each) => placeholders[each as keyof typeof placeholders] ?? each);
export const show = (value: string) =>
  value.replaceAll('\ue001', '\\').replaceAll('\ue002', ',').replaceAll('\ue003', '$').replaceAll('\ue004', '|');

export function createOracle(rows: readonly OracleRow[], now: Date): Oracle {
  const finder = createFinder();

  function holds(row: OracleRow, name: string, value: string): boolean {
    if (name === '_filter') return readFilter(value, filterRows, hide)(row);
    if (name.startsWith('_has:')) return isReferred(row, name, value);
    const point = name.indexOf('.');
    if (point >= 0) return isChained(row, name.slice(0, point), name.slice(point + 1), value);
    const [code = '', modifier] = name.split(':');
    const negated = modifier === 'not' || modifier === 'not-in';
    const any = value
      .split(',')
      .filter(Boolean)
      .some((each) => isOne(row, code, modifier, each));
    return negated ? !any : any;
  }

  function isOne(row: OracleRow, code: string, modifier: string | undefined, value: string): boolean {
    const { resource } = row;
    if (code === '_id') return resource.id === value;
    if (code === '_lastUpdated') return isDate([{ type: 'instant', data: row.lastUpdated }], value, now);
    const { type, elements } = finder.find(resource, code);
    if (modifier === 'missing') return String(elements.length === 0) === value;
    return judge(finder, type, elements, { resource, code, modifier, value, now });
  }

  function isChained(row: OracleRow, link: string, rest: string, value: string): boolean {
    return targets(row, link).some((target) => holds(target, rest, value));
  }

  function targets(row: OracleRow, link: string): readonly OracleRow[] {
    const [code = '', type] = link.split(':');
    const { elements } = finder.find(row.resource, code);
    const contained = containedIn(row.resource, elements).map((resource) => ({ resource, lastUpdated: '' }));
    const others = rows.filter((target) => refersTo(elements, target.resource));
    return [...others, ...contained].filter((target) => !type || target.resource.resourceType === type);
  }

  function isReferred(row: OracleRow, name: string, value: string): boolean {
    const [, type = '', code = '', ...rest] = name.split(':');
    return sources(row, type, code).some((source) => holds(source, rest.join(':'), value));
  }

  /** A contained resource is referred to by its container alone. */
  function sources(row: OracleRow, type: string, code: string): readonly OracleRow[] {
    const others = row.lastUpdated === '' ? [] : rows.filter(({ resource }) => resource.resourceType === type);
    return others.filter((source) => refersTo(finder.find(source.resource, code).elements, row.resource));
  }

  const filterRows: Rows<OracleRow> = {
    holds,
    targets,
    sources,
    elements: (row, code) => finder.find(row.resource, code),
    isWhole: (elements, value) => isWhole(elements, show(value)),
    overlaps,
  };

  return {
    find: (type, query) =>
      rows
        .filter(({ resource }) => resource.resourceType === type)
        .filter((row) => query.every(([name, value]) => /^,*$/.test(value) || holds(row, name, name === '_filter' ? value : hide(value))))
        .map(({ resource }) => resource.id ?? ''),
  };
}

export interface Question {
  readonly resource: FhirResource;
  readonly code: string;
  readonly modifier: string | undefined;
  /** With its escapes hidden. */
  readonly value: string;
  readonly now: Date;
}

export function judge(finder: Finder, type: string, elements: readonly Typed[], question: Question): boolean {
  const { value, modifier, now } = question;
  switch (type) {
    case 'token':
      return isToken(elements, question);
    case 'string':
      return isString(elements, show(value), modifier);
    case 'date':
      return isDate(elements, value, now);
    case 'number':
      return isNumber(elements, value);
    case 'quantity':
      return isQuantity(elements, value);
    case 'reference':
      return leadsTo(elements, question);
    case 'uri':
      return isUri(elements, question);
    default:
      return hasComposite(finder, elements, question);
  }
}

function containedIn(resource: FhirResource, elements: readonly Typed[]): readonly FhirResource[] {
  const references = elements.map(({ data }) => (data as { reference?: string }).reference);
  const { contained = [] } = resource as { contained?: FhirResource[] };
  return contained.filter(({ id }) => references.includes(`#${id}`));
}
