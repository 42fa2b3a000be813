import { parseInterval } from '../fhir/dates.ts';
import type { ResourceType } from '../fhir/types.ts';
import { type IndexEntries, type RangeValue, SEPARATOR } from './entries.ts';
import { linkKeys } from './links.ts';
import type { Condition, RangeTest } from './query.ts';

/** A current resource as far as a search looks at it. */
export interface Row {
  readonly type: ResourceType;
  readonly id: string;
  /** ISO instant. */
  readonly lastUpdated: string;
  readonly entries: IndexEntries;
}

/** The current rows of a type: where chains and `_has` lead. */
export type RowsOf = (type: ResourceType) => Iterable<Row>;

/** Whether a row fulfils a condition: what every store must agree with. @throws TypeError for a `concepts` node, which only `rest/` can replace */
export function matches(condition: Condition, row: Row, related: RowsOf = () => []): boolean {
  const { entries } = row;
  switch (condition.kind) {
    case 'and':
      return condition.conditions.every((each) => matches(each, row, related));
    case 'or':
      return condition.conditions.some((each) => matches(each, row, related));
    case 'not':
      return !matches(condition.condition, row, related);
    case 'key':
      return condition.keys.some((key) => entries.keys.includes(key));
    case 'key-prefix':
      return entries.keys.some((key) => key.startsWith(condition.prefix));
    case 'text':
      return condition.texts.some((text) => entries.texts.includes(text));
    case 'text-prefix':
      return entries.texts.some((text) => text.startsWith(condition.prefix));
    case 'text-contains':
      return entries.texts.some((text) => textBehind(text, condition.parameter)?.includes(condition.text));
    case 'range':
      return entries.ranges.some(({ parameter, low, high }) => parameter === condition.parameter && passes({ low, high }, condition.tests));
    case 'has':
      return entries.present.includes(condition.parameter);
    case 'id':
      return condition.ids.includes(row.id);
    case 'type':
      return condition.types.includes(row.type);
    case 'updated': {
      const at = parseInterval(row.lastUpdated)?.low ?? '';
      return passes({ low: at, high: at }, condition.tests);
    }
    case 'refers':
      return condition.types.some((type) =>
        some(related(type), (target) => refers(row, condition.parameter, target) && matches(condition.where, target, related)),
      );
    case 'referred':
      return some(
        related(condition.type),
        (source) => refers(source, condition.parameter, row) && matches(condition.where, source, related),
      );
    case 'concepts':
      throw new TypeError(`The condition on the concepts of "${condition.parameter}" must be replaced before it is evaluated.`);
  }
}

function refers(source: Row, parameter: string, target: Row): boolean {
  const links = linkKeys(parameter, target);
  return links.some((key) => source.entries.keys.includes(key));
}

function textBehind(text: string, parameter: string): string | undefined {
  const front = parameter + SEPARATOR;
  return text.startsWith(front) ? text.slice(front.length) : undefined;
}

function passes(range: { readonly low: RangeValue; readonly high: RangeValue }, tests: readonly RangeTest[]): boolean {
  return tests.every(({ end, operator, value }) => compare(range[end], operator, value));
}

function compare(given: RangeValue, operator: RangeTest['operator'], value: RangeValue): boolean {
  switch (operator) {
    case '<':
      return given < value;
    case '<=':
      return given <= value;
    case '>':
      return given > value;
    case '>=':
      return given >= value;
  }
}

function some<T>(items: Iterable<T>, test: (item: T) => boolean): boolean {
  for (const item of items) if (test(item)) return true;
  return false;
}
