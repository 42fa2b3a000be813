/**
 * The text of a resource as it is kept: compact JSON in the client's member order, in pieces, with gaps where the
 * store writes versionId and lastUpdated (https://hl7.org/fhir/R4/resource.html#Meta).
 */
import { type LosslessObject, stringifyLossless } from './json.ts';

/** The text before versionId, between versionId and lastUpdated, and after it. */
export type ResourceText = readonly [head: string, middle: string, tail: string];

const BLANK = '\u0000'; // `parseJson` refuses it, so no string of a resource is one
const GAP = '"\\u0000"'; // as JSON writes it

/**
 * Sets the id, leaves gaps for versionId and lastUpdated, keeps everything else as it was written.
 * The client's own versionId and lastUpdated are dropped (https://hl7.org/fhir/R4/http.html#create).
 */
export function resourceText(resource: LosslessObject, id: string): ResourceText {
  const { versionId, lastUpdated, ...meta } = (resource.meta ?? {}) as LosslessObject;
  const stamped = { versionId: BLANK, lastUpdated: BLANK, ...meta };
  const text: LosslessObject = {};
  for (const [name, value] of Object.entries(resource)) {
    text[name] = name === 'id' ? id : name === 'meta' ? stamped : value;
    if (name === 'resourceType' && !('id' in resource)) text.id = id;
    if ((name === 'id' || 'id' in text) && !('meta' in resource)) text.meta ??= stamped;
  }
  const [head = '', middle = '', tail = ''] = stringifyLossless(text).split(GAP);
  return [`${head}"`, `"${middle}"`, `"${tail}`];
}

/** The whole text, once the store has given versionId and lastUpdated. */
export function fillText([head, middle, tail]: ResourceText, versionId: number, lastUpdated: string): Buffer {
  return Buffer.from(`${head}${versionId}${middle}${lastUpdated}${tail}`, 'utf8');
}
