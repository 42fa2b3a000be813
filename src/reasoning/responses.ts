import type { QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from '../fhir/types.ts';
import { objectsIn } from './lists.ts';
import { readableQuantity } from './quantities.ts';

/** The response without answers that the FHIRPath engine fails on: numbers without a readable unit, values of a wrong type. */
export function readableResponse(response: QuestionnaireResponse): QuestionnaireResponse {
  return withList(response, 'item', readableItem);
}

function readableItem(item: QuestionnaireResponseItem): QuestionnaireResponseItem {
  return withList(withList(item, 'answer', readableAnswer), 'item', readableItem);
}

/** JSON types of the answers that are no objects. */
const JSON_TYPES: Readonly<Record<string, string>> = {
  ...{ valueBoolean: 'boolean', valueInteger: 'number', valueDecimal: 'number' },
  ...{ valueString: 'string', valueUri: 'string', valueDate: 'string', valueDateTime: 'string', valueTime: 'string' },
};

/** Whether no value of the answer is of a type that its name rules out; the FHIRPath engine fails on some, and on all beside them. */
export function hasSoundValues(answer: object): boolean {
  return Object.entries(answer).every(isSoundValue);
}

function isSoundValue([name, value]: [string, unknown]): boolean {
  return !Object.hasOwn(JSON_TYPES, name) || typeof value === JSON_TYPES[name];
}

function readableAnswer(given: QuestionnaireResponseItemAnswer): QuestionnaireResponseItemAnswer {
  const answer = hasSoundValues(given) ? given : Object.fromEntries(Object.entries(given).filter(isSoundValue));
  const inner = withList(answer, 'item', readableItem);
  if (inner.valueQuantity === undefined || inner.valueQuantity === null) return inner;
  const { valueQuantity, ...rest } = inner;
  const readable = readableQuantity(valueQuantity);
  return readable === valueQuantity ? inner : { ...rest, ...(readable && { valueQuantity: readable }) };
}

/** The object with each object of a list made readable; the same object where nothing had to be changed. */
function withList<T extends object, K extends keyof T>(holder: T, member: K, read: (element: never) => object): T {
  const list: unknown = holder[member];
  if (list === undefined) return holder;
  const readable = objectsIn(list as readonly object[]).map((element) => read(element as never));
  const unchanged = Array.isArray(list) && list.length === readable.length && readable.every((element, i) => element === list[i]);
  return unchanged ? holder : { ...holder, [member]: readable };
}
