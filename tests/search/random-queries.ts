/** Random queries over random resources, the same for the same seed; most take their values from a resource that is there. */
import type { QueryParameters } from '../../src/fhir/request.ts';
import type { FhirResource, ResourceType } from '../../src/fhir/types.ts';
import { createRandom, type Random } from './random.ts';
import { type ChainForm, chains } from './random-chains.ts';
import { randomFilter } from './random-filters.ts';
import { type Kind, type TestParameter, testParameters, valuesAt } from './random-parameters.ts';
import { type Asked, askPlain, askWith } from './random-query-values.ts';
import type { Value } from './random-values.ts';

export interface RandomQuery {
  readonly type: ResourceType;
  /** %-decoded. */
  readonly query: QueryParameters;
  /** Which kinds of search it exercises: `token:of-type`, `date`, `chain`. */
  readonly covers: readonly string[];
}

/** Everything that can be asked, by search type and modifier. */
export const FORMS: readonly string[] = [
  ...['number', 'date', 'string', 'token', 'quantity', 'reference', 'canonical', 'uri', 'composite', 'media'],
  ...['number:missing', 'date:missing', 'quantity:missing', 'uri:missing', 'reference:missing', 'canonical:missing'],
  ...['string:exact', 'string:contains', 'string:missing'],
  ...['text', 'not', 'in', 'not-in', 'above', 'below', 'of-type', 'missing'].map((modifier) => `token:${modifier}`),
  ...['reference:Patient', 'reference:identifier', 'canonical:below', 'uri:above', 'uri:below', 'media:above', 'media:below'],
  ...['chain', 'has', 'id', 'updated', 'filter'],
];

export function randomQueries(seed: number, n: number, artifacts: readonly FhirResource[]): readonly RandomQuery[] {
  const random = createRandom(seed);
  const byType = new Map<string, FhirResource[]>();
  for (const each of artifacts) byType.set(each.resourceType, [...(byType.get(each.resourceType) ?? []), each]);
  return Array.from({ length: n }, (_, i) => {
    const first = one(random, byType, FORMS[i % FORMS.length] ?? 'token');
    if (random.chance(0.8)) return first;
    const second = one(random, byType, random.pick(FORMS), first);
    return { type: first.type, query: [...first.query, ...second.query], covers: [...first.covers, ...second.covers] };
  });
}

type ByType = ReadonlyMap<string, readonly FhirResource[]>;
/** A query, and the resource whose values it was made from. */
interface Made extends RandomQuery {
  readonly from: FhirResource | undefined;
}

/** @param beside - a query that this one stands beside, over the same type and mostly the same resource */
function one(random: Random, byType: ByType, form: string, beside?: Made): Made {
  const [kind = '', modifier] = form.split(':');
  if (kind === 'id' || kind === 'updated') return ofRow(random, byType, kind, beside);
  if (kind === 'filter') return filterExpression(random, byType, beside);
  if (kind === 'chain' || kind === 'has') {
    const fitting = chains.filter((each) => each.kind === kind && (!beside || each.type === beside.type));
    if (fitting.length > 0) return chained(random, byType, random.pick(fitting));
  }
  const fitting = testParameters.filter((each) => isFitting(each, kind as Kind, modifier) && (!beside || each.type === beside.type));
  if (fitting.length === 0) return ofRow(random, byType, 'id', beside);
  return filtered(random, byType, random.pick(fitting), modifier, beside);
}

function isFitting({ kind, code }: TestParameter, asked: Kind, modifier: string | undefined): boolean {
  if (kind !== asked) return false;
  if (modifier === 'of-type') return code === 'identifier';
  if (modifier === 'text') return !['status', 'version', 'gender', 'active', 'telecom'].includes(code);
  return !(modifier === 'below' && code === '_profile');
}

function filtered(random: Random, byType: ByType, parameter: TestParameter, modifier: string | undefined, beside: Made | undefined): Made {
  const { type, code, kind } = parameter;
  const rows = byType.get(type) ?? [];
  const own = parameter.kind === 'composite' ? (row: FhirResource) => [row] : (row: FhirResource) => valuesAt(row, parameter.paths);
  const withValue = rows.filter((row) => own(row).length > 0);
  const from = beside?.from && random.chance(0.7) ? beside.from : withValue.length > 0 ? random.pick(withValue) : undefined;
  const asked: Asked = { parameter, random, stored: random.chance(0.85) && from ? own(from) : [] };
  const values = random.several(1, random.chance(0.2) ? 3 : 1, () => (modifier === undefined ? askPlain(asked) : askWith(modifier, asked)));
  const name = modifier === undefined ? code : `${code}:${modifier}`;
  const value = modifier === 'missing' ? random.pick(['true', 'false']) : values.join(',');
  return { type, query: [[name, value]], covers: [modifier === undefined ? kind : `${kind}:${modifier}`], from };
}

function ofRow(random: Random, byType: ByType, kind: 'id' | 'updated', beside: Made | undefined): Made {
  const type = beside?.type ?? (random.pick([...byType.keys()]) as ResourceType);
  const from = random.pick(byType.get(type) ?? []) as FhirResource | undefined;
  const not = random.chance(0.1) ? ':not' : '';
  const query: QueryParameters =
    kind === 'id'
      ? [[`_id${not}`, [from?.id ?? '1', ...random.several(0, 2, () => String(random.below(40)))].join(',')]]
      : [
          [
            '_lastUpdated',
            `${random.pick(['', 'ge', 'lt', 'gt', 'le', 'ne', 'sa', 'eb', 'ap'])}${random.pick(['2026-03', '2026-03-01', '2026-03-01T10:20Z', '2026-03-01T10:20:30.123Z', '2026-02'])}`,
          ],
        ];
  return { type, query, covers: [kind], from };
}

function filterExpression(random: Random, byType: ByType, beside: Made | undefined): Made {
  const type = beside?.type ?? random.pick(testParameters).type;
  return { type, query: [['_filter', randomFilter(random, type, byType)]], covers: ['filter'], from: undefined };
}

function chained(random: Random, byType: ByType, form: ChainForm): Made {
  const parameter = testParameters.find(({ type, code }) => type === form.far && code === form.code) as TestParameter;
  const rows = byType.get(form.far) ?? [];
  const from = rows.length > 0 ? random.pick(rows) : undefined;
  const asked: Asked = { parameter, random, stored: random.chance(0.9) && from ? valuesAt(from as unknown as Value, parameter.paths) : [] };
  const value = form.modifier === undefined ? askPlain(asked) : form.modifier === 'missing' ? 'false' : askWith(form.modifier, asked);
  const name = `${form.name}${form.modifier === undefined ? '' : `:${form.modifier}`}`;
  return { type: form.type, query: [[name, value]], covers: [form.kind], from: undefined };
}
