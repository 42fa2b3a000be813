/** Where a resource or an element comes from: the extension `trace`, and the links to the article and its sources. */
import type { Extension, RelatedArtifact } from '../../fhir/types.ts';
import type { Naming } from './naming.ts';
import type { Item, Layer, Rule } from './source-tables.ts';

export interface TraceFacts {
  readonly items?: readonly string[];
  readonly section?: string;
  readonly layer: Layer;
  readonly note?: string;
  /** Source of what the article does not say. */
  readonly citation?: string;
}

export function trace(names: Naming, { items = [], section, layer, note, citation }: TraceFacts): Extension {
  const parts: Extension[] = items.map((item) => ({ url: 'item', valueCode: item }));
  if (section) parts.push({ url: 'section', valueCode: section });
  parts.push({ url: 'layer', valueCode: layer });
  if (note) parts.push({ url: 'note', valueString: note });
  if (citation) parts.push({ url: 'source', valueRelatedArtifact: { type: 'justification', citation } });
  return { url: names.extension('trace'), extension: parts };
}

/** The trace of what stands for items of the article; their section is that of the first. */
export function itemTrace(names: Naming, items: readonly Item[], layer: Layer = 'document'): Extension {
  const section = items[0]?.section;
  return trace(names, { items: items.map(({ id }) => id), ...(section && { section }), layer });
}

/** The traces of a rule: its own layer, and that of the part which is not the article's. */
export function ruleTraces(names: Naming, { layer, source, mixed }: Rule): Extension[] {
  const own = layer === 'document' ? { layer, ...(source && { note: source }) } : { layer, ...(source && { citation: source }) };
  return [trace(names, own), ...(mixed ? [trace(names, { layer: mixedLayer(mixed), note: mixed })] : [])];
}

/** Words that call it overlay, or that name a body as their source, make the part overlay; else the project decided it. */
function mixedLayer(mixed: string): Layer {
  return /\boverlay\b|\b(?:NICE|FDA|EMA)\b/.test(mixed) ? 'overlay' : 'project';
}

/** Lines of the article, then the hosts that it cites for them. */
export function articleLinks(article: string, items: readonly Item[]): RelatedArtifact[] {
  const lines = new Set(items.map(({ line }) => line));
  const hosts = new Set(items.flatMap(({ cites }) => cites));
  return [
    ...[...lines].map((line): RelatedArtifact => ({ type: 'derived-from', label: `line ${line}`, resource: article })),
    ...[...hosts].map((host): RelatedArtifact => ({ type: 'citation', label: host, citation: 'Named in the article by host only' })),
  ];
}
