/** Ids and canonicals of generated resources. */
import type { Coding, ResourceType } from '../../fhir/types.ts';
import type { Issue, Item } from './source-tables.ts';

export interface Naming {
  readonly base: string;
  canonical(type: ResourceType, id: string): string;
  /** The canonical with the version that all resources of the folder have. */
  pinned(type: ResourceType, id: string): string;
  extension(id: string): string;
}

export const naming = ({ base, version }: Issue): Naming => {
  const canonical = (type: ResourceType, id: string) => `${base}/${type}/${id}`;
  return {
    base,
    canonical,
    pinned: (type, id) => `${canonical(type, id)}|${version}`,
    extension: (id) => canonical('StructureDefinition', id),
  };
};

/** `contra-ckd-3` as ContraCkd3: the name that expressions use. */
export function pascalCase(id: string): string {
  return id
    .split(/[-.]/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** Id of the resource of an item, whatever its type: `drug.tramadol` is prs-drug-tramadol. */
export function itemResourceId(prefix: string, item: string): string {
  return `${prefix}-${item.replaceAll('.', '-')}`;
}

/** An item as a code of the document's code system. */
export function contentCoding({ base }: Naming, { id, name }: Pick<Item, 'id' | 'name'>): Coding {
  return { system: `${base}/CodeSystem/content`, code: id, display: name };
}
