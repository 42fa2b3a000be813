/** The one way from a resource to a change of the store. */
import type { LosslessObject } from '../fhir/json.ts';
import { resourceText } from '../fhir/resource-text.ts';
import type { FhirResource } from '../fhir/types.ts';
import { SEPARATOR } from '../search/entries.ts';
import { indexEntries } from '../search/index-entries.ts';
import type { ParameterRegistry } from '../search/parameters.ts';
import { isCanonicalType } from './knowledge.ts';
import type { Change, Content } from './store.ts';

/** A create or an update of `id`, under conditions, perhaps with an origin. */
export interface Writing extends Pick<Change, 'id' | 'ifMatch' | 'ifNoneMatch' | 'origin'> {
  readonly kind: 'create' | 'update';
  readonly method: 'POST' | 'PUT' | 'PATCH';
  /** The resource as it was written: member order and digits are kept. */
  readonly resource: LosslessObject;
  /** The same resource to compute with. */
  readonly value: FhirResource;
}

/** The change with everything that the store keeps of a resource. */
export function change({ resource, value, ...rest }: Writing, registry: ParameterRegistry): Change {
  const text = resourceText(resource, rest.id);
  return { ...rest, type: value.resourceType, content: { text, ...contentIndex({ ...value, id: rest.id }, registry) } };
}

/** What a resource is found by and what it claims: of a new version, or of one that is indexed again. */
export function contentIndex(value: FhirResource, registry: ParameterRegistry): Omit<Content, 'text'> {
  return {
    entries: indexEntries(value, registry),
    parametersHash: registry.hash(value.resourceType),
    claims: claimsOf(value),
  };
}

/** `Type␟url␟version` of a canonical resource that has both: one resource at a time may have them. */
function claimsOf(value: FhirResource): readonly string[] {
  if (!isCanonicalType(value.resourceType)) return [];
  const { url, version } = value as { readonly url?: unknown; readonly version?: unknown };
  if (typeof url !== 'string' || typeof version !== 'string' || !url || !version) return [];
  return [[value.resourceType, url, version].join(SEPARATOR)];
}
