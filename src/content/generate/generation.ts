import { itemResourceId, type Naming, naming } from './naming.ts';
import type { Item, PathwayRule } from './source-tables.ts';
import type { Sources } from './sources.ts';

/** What every part of the generator needs of one document. */
export interface Generation {
  readonly sources: Sources;
  readonly names: Naming;
  /** @throws Error for an id that the inventory does not have */
  item(id: string): Item;
  /** @throws Error for an id that the rules do not have */
  rule(id: string): PathwayRule;
  resourceId(item: string): string;
  /** Pinned canonical of the Library of the article. */
  readonly article: string;
  readonly logic: string;
}

export function generation(sources: Sources): Generation {
  const { document, items, rules } = sources;
  const names = naming(document);
  const byId = new Map(items.map((item) => [item.id, item]));
  const rulesById = new Map(rules.pathway.map((rule) => [rule.id, rule]));
  return {
    sources,
    names,
    item: (id) => found(byId.get(id), `The inventory has no item ${id}.`),
    rule: (id) => found(rulesById.get(id), `The rules have no pathway rule ${id}.`),
    resourceId: (item) => itemResourceId(document.prefix, item),
    article: names.pinned('Library', document.article),
    logic: names.pinned('Library', document.logic),
  };
}

export function found<T>(value: T | undefined, sentence: string): T {
  if (value === undefined) throw new Error(sentence);
  return value;
}
