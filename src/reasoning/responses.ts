import type { QuestionnaireResponse, QuestionnaireResponseItem } from '../fhir/types.ts';
import { readableQuantity } from './quantities.ts';

/** The response without the numbers of quantities whose unit cannot be read: the FHIRPath engine fails on them. */
export function readableResponse(response: QuestionnaireResponse): QuestionnaireResponse {
  const item = readableItems(response.item);
  return item === response.item ? response : { ...response, ...(item && { item }) };
}

type Items = QuestionnaireResponseItem[] | undefined;

function readableItems(items: Items): Items {
  if (!Array.isArray(items)) return items;
  const readable = items.map(readableItem);
  return readable.some((item, i) => item !== items[i]) ? readable : items;
}

function readableItem(item: QuestionnaireResponseItem): QuestionnaireResponseItem {
  const below = readableItems(item.item);
  const answers = Array.isArray(item.answer) ? item.answer : undefined;
  const answer = answers?.map((each) => {
    const { valueQuantity, ...rest } = each;
    const inner = readableItems(each.item);
    const quantity = valueQuantity && readableQuantity(valueQuantity);
    if (quantity === valueQuantity && inner === each.item) return each;
    return { ...rest, ...(quantity && { valueQuantity: quantity }), ...(inner && { item: inner }) };
  });
  const changed = below !== item.item || answer?.some((each, i) => each !== answers?.[i]);
  return changed ? { ...item, ...(answer && { answer }), ...(below && { item: below }) } : item;
}
