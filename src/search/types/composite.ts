/** https://hl7.org/fhir/R4/search.html#combining: parts that hold in one and the same element */
import { type Found, membersOf } from '../found.ts';
import type { Parameter, ParameterType } from '../parameters.ts';
import type { Entry, Indexed, Leaf, Question, SearchType } from './search-type.ts';
import { refused, split } from './values.ts';

/** Types whose values are keys: any number of them, and one part of another type behind them, make an entry. */
const EXACT: ReadonlySet<ParameterType> = new Set(['token', 'reference', 'uri']);

type TypeOf = (type: ParameterType) => SearchType | undefined;

/** Whether parts of these types can be looked for together. */
export function isJoinable(types: readonly ParameterType[]): boolean {
  return types.length > 1 && types.filter((type) => !EXACT.has(type)).length <= 1;
}

export function composite(typeOf: TypeOf): SearchType {
  return {
    modifiers: [],
    index: (found, parameter) => {
      const [first = {}, ...more] = ordered(parameter, (part) => indexPart(found, part, typeOf));
      return more.reduce<Indexed>(joinedEntries, first);
    },
    ask: (value, question) => {
      const { components, code } = question.parameter;
      const values = split(value, '$');
      if (values.length !== components.length || values.includes('')) {
        throw refused(code, value, `it has ${components.length} parts with $ between them; write a $ inside as \\$`);
      }
      const [first = [], ...more] = ordered(question.parameter, (parameter, i) =>
        askPart(values[i] ?? '', { ...question, parameter }, typeOf),
      );
      return more.reduce(joinedLeaves, first);
    },
  };
}

/** What is made of each part, exact ones first. */
function ordered<T>({ components }: Parameter, make: (part: Parameter, index: number) => T): readonly T[] {
  const made = components.map(({ parameter }, i) => ({ exact: EXACT.has(parameter.type), part: make(parameter, i) }));
  return [...made.filter(({ exact }) => exact), ...made.filter(({ exact }) => !exact)].map(({ part }) => part);
}

function indexPart(found: Found, part: Parameter, typeOf: TypeOf): Indexed {
  const indexed = part.extract(found, membersOf(found.value)).map((each) => typeOf(part.type)?.index(each, part) ?? {});
  return {
    keys: indexed.flatMap(({ keys = [] }) => keys.filter(isPlain).map(bracketed)),
    texts: indexed.flatMap(({ texts = [] }) => texts.filter(isPlain)),
    ranges: indexed.flatMap(({ ranges = [] }) => ranges),
  };
}

function askPart(value: string, question: Question, typeOf: TypeOf): readonly Leaf[] {
  const leaves = typeOf(question.parameter.type)?.ask(value, question) ?? [];
  return leaves.map((leaf) => (leaf.kind === 'key' ? bracketed(leaf) : leaf));
}

function isPlain({ suffix }: Entry): boolean {
  return suffix === undefined;
}

/** A $ of its own is escaped, so that no two pairs read alike. */
function bracketed<T extends Entry>(entry: T): T {
  return { ...entry, value: entry.value.replaceAll('$', '\\d') };
}

function joinedEntries({ keys: before = [] }: Indexed, { keys = [], texts = [], ranges = [] }: Indexed): Indexed {
  const behind = (parts: readonly Entry[]) => before.flatMap((key) => parts.map(({ value }) => ({ value: `${key.value}$${value}` })));
  return {
    keys: behind(keys),
    texts: behind(texts),
    ranges: before.flatMap((key) => ranges.map(({ low, high, unit = '' }) => ({ low, high, unit: `${key.value}$${unit}` }))),
  };
}

function joinedLeaves(before: readonly Leaf[], leaves: readonly Leaf[]): readonly Leaf[] {
  return before.flatMap((first) => (first.kind === 'key' ? leaves.flatMap((leaf) => joinedLeaf(first.value, leaf)) : []));
}

function joinedLeaf(key: string, leaf: Leaf): readonly Leaf[] {
  if (leaf.kind === 'condition') return [];
  if (leaf.kind === 'range') return [{ ...leaf, unit: `${key}$${leaf.unit ?? ''}` }];
  return [{ ...leaf, value: `${key}$${leaf.value}` }];
}
