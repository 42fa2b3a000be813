/** Extension `trace`: every resource says where it comes from, and the layers are kept apart. */
import type { Extension } from '../../fhir/types.ts';
import { typedElements } from '../../fhirpath/typed-elements.ts';
import type { ContentFile } from '../read.ts';

const TRACE = /\/StructureDefinition\/trace$/;

export function traceFaults(files: readonly ContentFile[]): string[] {
  return files.flatMap((file) => {
    const own = ((file.resource as { extension?: Extension[] }).extension ?? []).filter(isTrace);
    const missing = own.length ? [] : [`${file.path} has no trace; say which layer and which items it stands for.`];
    const all = traces(file);
    const sourced = all.some(({ trace }) => values(trace, 'source').length > 0);
    return [
      ...missing,
      ...all.flatMap(({ place, trace }) =>
        faultOf(trace, sourced && own.includes(trace)).map((fault) => `${file.path}: ${place} ${fault}.`),
      ),
    ];
  });
}

/** Items that are carried somewhere: named by a trace, or proposed by an action of a plan. */
export function carriedItems(files: readonly ContentFile[]): ReadonlySet<string> {
  const named = files.flatMap((file) => traces(file).flatMap(({ trace }) => values(trace, 'item')));
  const proposed = files
    .filter(({ type }) => type === 'PlanDefinition')
    .flatMap(({ resource }) => [...typedElements(resource)])
    .filter(({ expression, type }) => type === 'Coding' && /\.action\[\d+\]\.code\[\d+\]\.coding\[\d+\]$/.test(expression))
    .map(({ value }) => (value as { code?: string }).code ?? '');
  return new Set([...named, ...proposed]);
}

function traces({ resource }: ContentFile): { place: string; trace: Extension }[] {
  return [...typedElements(resource)].flatMap(({ expression, type, value }) =>
    type === 'Extension' && isTrace(value as Extension) ? [{ place: expression, trace: value as Extension }] : [],
  );
}

/** @param covered the trace is the resource's own, and its elements name their sources */
function faultOf(trace: Extension, covered: boolean): string[] {
  const [layer] = values(trace, 'layer');
  const [items, section, note, source] = ['item', 'section', 'note', 'source'].map((url) => values(trace, url).length > 0);
  if (!layer) return ['names no layer'];
  if (layer === 'document' && !(items && section) && !note) return ['is of the document but names neither items and section nor lines'];
  if (layer === 'overlay' && !source && !note && !covered) return ['is an overlay without source'];
  return [];
}

function isTrace({ url }: Extension): boolean {
  return TRACE.test(url);
}

function values(trace: Extension, url: string): string[] {
  const parts = (trace.extension ?? []).filter((part) => part.url === url);
  return parts.flatMap(
    ({ valueCode, valueString, valueRelatedArtifact }) => valueCode ?? valueString ?? valueRelatedArtifact?.citation ?? [],
  );
}
