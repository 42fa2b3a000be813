/** What a draft of a medicine says on dose, timing and route (https://hl7.org/fhir/R4/dosage.html). */
import type { CodeableConcept, Dosage } from '../../fhir/types.ts';
import type { Naming } from './naming.ts';
import type { Item, Regimen } from './source-tables.ts';
import { trace } from './trace.ts';

/** What the overlay adds to a medicine; `source` where its own words name none. */
export interface OverlayNote {
  readonly text: string;
  readonly source?: string;
}

/**
 * The first regimen of the inventory, unchanged; what the article does not state, a route or how often, is marked.
 * Empty where the article gives no dose, or alternatives between which nobody can choose.
 */
export function draftDosage(names: Naming, item: Item, note?: OverlayNote): Dosage[] {
  const [first, second] = regimens(item);
  if (!first || (second && !first.phase)) return [];
  return [{ ...(note && { additionalInstruction: [instruction(names, note)] }), ...markedDosage(names, first) }];
}

/** A regimen as the inventory has it, with a mark on what the article does not state. */
export function markedDosage(names: Naming, { dosage, routeInferred, frequencyDerived }: Regimen): Dosage {
  const { timing, route, ...rest } = dosage;
  const mark = (note: string) => ({ extension: [trace(names, { layer: 'project', note })] });
  const told = routeInferred ? { ...mark('the article states no route'), ...routeInferred } : route;
  return {
    ...(timing && { timing: frequencyDerived ? { ...mark('the article states the total, not how often'), ...timing } : timing }),
    ...(told && { route: told }),
    ...rest,
  };
}

export function regimens({ facts }: Item): readonly Regimen[] {
  return (facts.regimens ?? []) as readonly Regimen[];
}

/** `overlay: taper off (label, memory)` as an instruction whose trace names the source. */
function instruction(names: Naming, { text: note, source }: OverlayNote): CodeableConcept {
  const [said, named] = /\(([^()]*(?:label|memory)[^()]*)\)/.exec(note) ?? [];
  const text = note.replace(/^overlay: /, '');
  const citation = source ?? (named && looked(named));
  return {
    extension: [trace(names, { layer: 'overlay', ...(citation && { citation }) })],
    text: said && text.endsWith(said) ? text.slice(0, -said.length).trimEnd() : text,
  };
}

/** A source that nobody has looked up says so at its end. */
function looked(source: string): string {
  return source === 'memory' ? '(memory)' : source.replace(/, memory$/, ' (memory)');
}
