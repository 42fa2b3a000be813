/** What a patch makes of a resource (https://hl7.org/fhir/R4/http.html#patch, https://hl7.org/fhir/R4/fhirpatch.html). */
import { isDeepStrictEqual } from 'node:util';
import type { CoreDefinitions } from '../definitions/core.ts';
import { FhirError } from '../fhir/error.ts';
import { isLosslessObject, type Lossless, type LosslessObject, parseJson, stringifyLossless } from '../fhir/json.ts';
import { applyJsonPatch } from '../fhir/json-patch.ts';
import type { FhirRequest } from '../fhir/request.ts';
import type { ElementDefinition, FhirResource } from '../fhir/types.ts';
import { applyFhirPathPatch, type ElementFacts } from '../fhirpath/patch.ts';
import type { Version } from '../storage/store.ts';
import { checkMeta } from './body.ts';

export const JSON_PATCH = 'application/json-patch+json';

export interface Patched {
  readonly resource: LosslessObject;
  readonly value: FhirResource;
}

/**
 * The patched resource, digits and order of what the patch leaves alone kept.
 * @throws FhirError `invalid` for a patch that is not one, `unprocessable` where it does not fit or its result may not be
 */
export function patched(
  { body, contentType }: Pick<FhirRequest, 'body' | 'contentType'>,
  version: Version,
  core: Pick<CoreDefinitions, 'structure'>,
): Patched {
  if (!body) throw new FhirError('structure', 'The request has no body; send the patch.');
  const before = parseJson((version.json ?? Buffer.alloc(0)).toString('utf8')).lossless() as LosslessObject;
  const after =
    contentType === JSON_PATCH ? applyJsonPatch(before, body.lossless()) : applyFhirPathPatch(before, body.lossless(), elementFacts(core));
  const resource = withSafeText(before, checkIdentity(after, version));
  const value = valueOfResult(stringifyLossless(resource));
  try {
    checkMeta(value.meta, value.resourceType);
  } catch (error) {
    unfitResult(error);
  }
  return { resource, value };
}

/** What a patch makes of a resource is refused as such: the patch itself is no malformed body. */
export function unfitResult(error: unknown): never {
  if (!(error instanceof FhirError) || (error.kind !== 'structure' && error.kind !== 'invalid')) throw error;
  const { message, issues, expression } = error;
  throw new FhirError('unprocessable', message, { ...(issues && { issues }), ...(expression !== undefined && { expression }) });
}

/** A patch can build what no body may be: too deep, or a number too large. */
function valueOfResult(text: string): FhirResource {
  try {
    return parseJson(text).value as FhirResource;
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new FhirError('unprocessable', `The result of the patch is no resource: ${why}`);
  }
}

function checkIdentity(after: Lossless, { type, id }: Version): LosslessObject {
  if (!isLosslessObject(after)) throw new FhirError('unprocessable', `The patch leaves no ${type}; nothing was changed.`);
  if (after.resourceType !== type || after.id !== id) {
    throw new FhirError(
      'unprocessable',
      `A patch may not change resourceType and id: the result must still be ${type}/${id}. Nothing was changed.`,
    );
  }
  return after;
}

const GENERATED: ReadonlySet<unknown> = new Set(['generated', 'extensions']);

/** A narrative that was made from the data must not outlive a change of the data (https://hl7.org/fhir/R4/http.html#patch: safe narrative). */
function withSafeText(before: LosslessObject, after: LosslessObject): LosslessObject {
  const { text } = after;
  if (!isLosslessObject(text) || !isDeepStrictEqual(text, before.text) || isDeepStrictEqual(contentOf(before), contentOf(after)))
    return after;
  if (text.status === 'additional') {
    throw new FhirError(
      'unprocessable',
      'The narrative says more than the data (status additional), and the patch changes the data alone; patch text as well.',
      {
        expression: `${String(after.resourceType)}.text`,
      },
    );
  }
  if (!GENERATED.has(text.status)) return after;
  const { text: _outdated, ...rest } = after;
  return rest;
}

function contentOf({ text: _text, meta: _meta, ...content }: LosslessObject): LosslessObject {
  return content;
}

/** What R4 says of an element, from the structure of the type that its path begins with. */
export function elementFacts(core: Pick<CoreDefinitions, 'structure'>): ElementFacts {
  return (path) => {
    const element = elementAt(path, core);
    return element && { list: element.max !== '0' && element.max !== '1', choice: element.path.endsWith('[x]') };
  };
}

/** A structure does not spell out what belongs to the type of an element (`Patient.extension.value`), or repeats another element. */
function elementAt(path: string, core: Pick<CoreDefinitions, 'structure'>): ElementDefinition | undefined {
  const type = path.slice(0, path.indexOf('.'));
  const elements = core.structure(type)?.snapshot?.element ?? [];
  const found = elements.find((each) => each.path === path || each.path === `${path}[x]`);
  const end = path.lastIndexOf('.');
  if (found || end === type.length) return found;
  const parent = elementAt(path.slice(0, end), core);
  const owner = parent?.contentReference?.slice(1) ?? parent?.type?.[0]?.code;
  return owner === undefined ? undefined : elementAt(owner + path.slice(end), core);
}
