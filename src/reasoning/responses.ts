import type { QuestionnaireResponse, QuestionnaireResponseItem, QuestionnaireResponseItemAnswer } from '../fhir/types.ts';
import { objectsIn } from './lists.ts';
import { readableQuantity } from './quantities.ts';

/** The response without the numbers of quantities whose unit cannot be read: the FHIRPath engine fails on them. */
export function readableResponse(response: QuestionnaireResponse): QuestionnaireResponse {
  return withList(response, 'item', readableItem);
}

function readableItem(item: QuestionnaireResponseItem): QuestionnaireResponseItem {
  return withList(withList(item, 'answer', readableAnswer), 'item', readableItem);
}

function readableAnswer(answer: QuestionnaireResponseItemAnswer): QuestionnaireResponseItemAnswer {
  const inner = withList(answer, 'item', readableItem);
  if (!inner.valueQuantity) return inner;
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
