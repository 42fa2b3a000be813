/** Parts of resources: `_summary` and `_elements` (https://hl7.org/fhir/R4/search.html#summary, #elements). */
import type { Summary } from '../definitions/summary.ts';
import { FhirError } from '../fhir/error.ts';
import { type Lossless, type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import type { QueryParameters } from '../fhir/request.ts';
import type { ResourceType } from '../fhir/types.ts';
import type { ParsedSearch } from '../search/parse-query.ts';
import type { CoreFacts } from './deps.ts';
import { once } from './query-parameters.ts';

export const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' } as const;

/** Which part of each resource is wanted. */
export type Part = { readonly summary: 'true' | 'text' | 'data' | 'count' } | { readonly elements: readonly string[] };

const SUMMARIES = ['true', 'text', 'data', 'count', 'false'];

/**
 * The part that a query asks for; undefined = whole resources.
 * @param types - types that may be answered; each name of `_elements` must be an element of one of them. None = any
 * @throws FhirError `invalid`
 */
export function partOf(query: QueryParameters, core: CoreFacts, types: readonly ResourceType[]): Part | undefined {
  const summary = once(query, '_summary');
  const elements = once(query, '_elements');
  if (summary !== undefined && !SUMMARIES.includes(summary)) {
    throw new FhirError('invalid', `The parameter _summary takes ${SUMMARIES.join(', ')}, not "${summary.slice(0, 40)}".`);
  }
  return partFrom({
    ...(summary && { summary }),
    ...(elements !== undefined && { elements: elementNames(elements, core, types) }),
  } as Asked);
}

type Asked = Pick<ParsedSearch, 'summary' | 'elements'>;

/** @throws FhirError `invalid` where both are asked for */
export function partFrom({ summary = 'false', elements }: Asked): Part | undefined {
  if (elements === undefined) return summary === 'false' ? undefined : { summary };
  if (summary === 'false') return { elements };
  throw new FhirError('invalid', '_summary and _elements both say which part of a resource is wanted; give one of them.');
}

function elementNames(list: string, core: CoreFacts, types: readonly ResourceType[]): readonly string[] {
  const names = list.split(',').map((name) => name.trim());
  for (const name of names) {
    if (types.length === 0 || types.some((type) => membersOf(factsOf(core, type), name).length > 0)) continue;
    throw new FhirError('invalid', `_elements names "${name.slice(0, 64)}", which is no top-level element of ${types.join(' or ')}.`);
  }
  return names;
}

function factsOf(core: CoreFacts, type: ResourceType): Summary {
  const facts = core.summary(type);
  if (facts) return facts;
  throw new Error(`R4 has no summary of ${type}`);
}

/** The JSON members that a name of `_elements` means: `value` and `value[x]` mean every form of the choice. */
function membersOf({ elements, choices }: Summary, name: string): readonly string[] {
  return elements.has(name) ? [name] : (choices.get(name.replace(/\[x\]$/, '')) ?? []);
}

/** The text of the part, tagged SUBSETTED; the tag is never stored. */
export function partText(json: Buffer, part: Part, core: CoreFacts): Buffer {
  const resource = parseJson(json.toString('utf8')).lossless() as LosslessObject;
  return Buffer.from(stringifyLossless(partOfResource(resource, part, core)), 'utf8');
}

export function partOfResource(resource: LosslessObject, part: Part, core: CoreFacts): LosslessObject {
  const facts = factsOf(core, resource.resourceType as ResourceType);
  const wanted = wantedMembers(part, facts);
  const kept = Object.entries(resource).filter(([member]) => ALWAYS.has(member) || wanted(member.replace(/^_/, '')));
  if ('summary' in part && part.summary === 'true') for (const entry of kept) entry[1] = summarised(entry[1], entry[0], facts);
  return tagged(Object.fromEntries(kept), resource.meta);
}

const ALWAYS: ReadonlySet<string> = new Set(['resourceType', 'id', 'meta', 'modifierExtension']);

function wantedMembers(part: Part, facts: Summary): (member: string) => boolean {
  if ('elements' in part) {
    const named = new Set(part.elements.flatMap((name) => membersOf(facts, name)));
    return (member) => named.has(member) || facts.mandatory.has(member) || facts.modifier.has(member);
  }
  if (part.summary === 'data') return (member) => member !== 'text';
  if (part.summary === 'text') return (member) => member === 'text' || facts.mandatory.has(member);
  return (member) => facts.summary.has(member);
}

/** Of a backbone element only what is marked as summary; modifier extensions stay, since they change the meaning. */
function summarised(value: Lossless, path: string, facts: Summary): Lossless {
  if (!hasParts(facts, path)) return value;
  if (Array.isArray(value)) return value.map((item) => summarised(item, path, facts));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([member]) => member === 'modifierExtension' || facts.summary.has(`${path}.${member.replace(/^_/, '')}`),
  );
  return Object.fromEntries(kept.map(([member, inner]) => [member, summarised(inner, `${path}.${member}`, facts)]));
}

function hasParts({ summary }: Summary, path: string): boolean {
  for (const marked of summary) if (marked.startsWith(`${path}.`)) return true;
  return false;
}

function tagged(part: LosslessObject, meta: Lossless | undefined): LosslessObject {
  const { tag, ...rest } = (meta ?? {}) as LosslessObject;
  return { ...part, meta: { ...rest, tag: [...((tag ?? []) as Lossless[]), SUBSETTED] } };
}

function isObject(value: Lossless): value is LosslessObject {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
}
