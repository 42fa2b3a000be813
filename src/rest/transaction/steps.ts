/** The order in which a Bundle is carried out, whatever the order of its entries (https://hl7.org/fhir/R4/http.html#trules). */
import type { Route } from '../routes.ts';
import type { Entry } from './entries.ts';

export const STEPS = ['DELETE', 'POST', 'PUT', 'GET'] as const;
export type Step = (typeof STEPS)[number];

/** PATCH goes with PUT; a search by POST is a read. */
export function stepOf({ route }: Pick<Entry, 'route'>): Step {
  if (route.interaction.startsWith('search')) return 'GET';
  return route.method === 'PATCH' ? 'PUT' : route.method;
}

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete']);

/** Whether it writes one resource, or deletes. */
export function isWrite({ interaction }: Route): boolean {
  return WRITES.has(interaction);
}
