/** Traces of elements, written down as short notes in the tables. */
import type { Extension } from '../../fhir/types.ts';
import type { Generation } from './generation.ts';
import type { Layer } from './source-tables.ts';
import { trace } from './trace.ts';

/** Who says something: the article by its items, the overlay by its source, the project by a note. */
export interface TraceNote {
  readonly layer: Layer;
  /** Ids of the inventory. */
  readonly items?: readonly string[];
  readonly note?: string;
  /** Words of the source; ends in "(memory)" where nobody has looked it up. */
  readonly source?: string;
}

/** One extension for each section that the items of a note stand in; one where it has no items. */
export function elementTraces({ names, item }: Pick<Generation, 'names' | 'item'>, notes: readonly TraceNote[]): Extension[] {
  return notes.flatMap(({ layer, items = [], note, source }) => {
    const facts = { layer, ...(note && { note }), ...(source && { citation: source }) };
    if (!items.length) return [trace(names, facts)];
    const sections = new Set(items.map((id) => item(id).section));
    const group = (section: string) => items.filter((id) => item(id).section === section);
    return [...sections].map((section) => trace(names, { ...facts, items: group(section), section }));
  });
}
