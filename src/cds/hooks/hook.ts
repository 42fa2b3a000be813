import { FhirError } from '../../fhir/error.ts';
import type { FhirResource } from '../../fhir/types.ts';

/** What the engine has to know of a hook (https://cds-hooks.hl7.org/2.0/#hooks): its context; everything else is content. */
export interface Hook {
  readonly name: string;
  /** JSON Schema of the context's own fields, besides those that all hooks share. */
  readonly properties: Readonly<Record<string, object>>;
  readonly required: readonly string[];
  /** Types that `userId` may name. */
  readonly users: readonly string[];
  /** Context fields that a prefetch template may name. */
  readonly tokens: readonly string[];
  /** Context fields that hold resources: they go before the chart. */
  readonly resources: readonly string[];
  /** Where the Conditions stand that may open a pathway. */
  readonly triggering: 'context' | 'chart';
}

/** Members of the context of a call, checked against the hook. */
export type HookContext = Readonly<Record<string, unknown>> & {
  readonly patientId: string;
  readonly userId?: string;
  readonly encounterId?: string;
};

/**
 * Resources in a field of the context: a Bundle, a resource, or a list of them; real clients wrap them in many ways.
 * @param place - `context.conditions`  @throws FhirError `invalid` where something else stands there: it may be a new diagnosis
 */
export function resourcesIn(value: unknown, place: string): readonly FhirResource[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => resourcesIn(each, `${place}[${i}]`));
  const { resourceType, entry, resource } = (value ?? {}) as { resourceType?: unknown; entry?: unknown; resource?: unknown };
  if (resourceType === 'Bundle') return resourcesIn(entry ?? [], `${place}.entry`);
  if (typeof resourceType === 'string') return [value as FhirResource];
  if (resource === undefined)
    throw new FhirError('invalid', `${place} holds no resource: send the resource that it is about, or leave it out.`, {
      expression: place,
    });
  return resourcesIn(resource, `${place}.resource`);
}

/** A Bundle, or one resource that a client sends in its place. */
export const BUNDLE = { type: 'object', required: ['resourceType'], properties: { resourceType: { type: 'string' } } } as const;
