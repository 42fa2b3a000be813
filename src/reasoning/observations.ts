/** Observations as expressions see them: one date element, components on their own, only values with a readable unit. */
import { parseInterval } from '../fhir/dates.ts';
import type { Observation, ObservationComponent } from '../fhir/types.ts';
import { normaliseConcept } from './codings.ts';
import { objectsIn } from './lists.ts';
import { readableQuantity } from './quantities.ts';

export interface ReadObservation {
  readonly resource: Observation;
  /** Its value had no unit that can be read, and was left out. */
  readonly withoutUnit: boolean;
}

const COUNTED = new Set(['final', 'amended', 'corrected']);

/** The observation and each of its components as an observation with its parent's status and date; none where it does not count. */
export function readObservation(observation: Observation): readonly ReadObservation[] {
  if (!COUNTED.has(observation.status)) return [];
  const parent = dated(observation);
  return [withValue(parent), ...objectsIn(observation.component).map((component) => withValue(ofComponent(parent, component)))];
}

/** Newest first; those without a date last, else as they came. */
export function newestFirst(observations: readonly Observation[]): Observation[] {
  return sortNewestFirst(observations, (observation) => observation.effectiveDateTime);
}

export function sortNewestFirst<T>(resources: readonly T[], dateOf: (resource: T) => unknown): T[] {
  const instant = (resource: T) => {
    const date = dateOf(resource);
    return (typeof date === 'string' && parseInterval(date)?.low) || '';
  };
  const dated = resources.map((resource) => ({ resource, at: instant(resource) }));
  return dated.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).map(({ resource }) => resource);
}

function dated(observation: Observation): Observation {
  const { effectiveInstant, effectivePeriod, ...rest } = observation;
  const date = rest.effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.start;
  if (date === undefined || date === rest.effectiveDateTime) return observation;
  return { ...rest, effectiveDateTime: date };
}

function ofComponent({ status, subject, effectiveDateTime }: Observation, component: ObservationComponent): Observation {
  const values = Object.entries(component).filter(([name]) => name === 'code' || name.startsWith('value'));
  return {
    resourceType: 'Observation',
    status,
    ...(subject && { subject }),
    ...(effectiveDateTime && { effectiveDateTime }),
    ...(Object.fromEntries(values) as Pick<Observation, 'code'>),
  };
}

function withValue(observation: Observation): ReadObservation {
  const code = normaliseConcept(observation.code);
  const resource = code === observation.code ? observation : { ...observation, code };
  if (resource.valueQuantity === undefined || resource.valueQuantity === null) return { resource, withoutUnit: false };
  const { valueQuantity, ...rest } = resource;
  const readable = readableQuantity(valueQuantity);
  if (readable === valueQuantity) return { resource, withoutUnit: false };
  return readable ? { resource: { ...rest, valueQuantity: readable }, withoutUnit: false } : { resource: rest, withoutUnit: true };
}
