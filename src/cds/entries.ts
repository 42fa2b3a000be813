import type { Action, Definition } from '../reasoning/plan.ts';
import type { Proposal } from '../reasoning/proposal.ts';

/** What stands on a card as one thing: an item, or a definition without item, whatever rules propose it. */
export interface Entry {
  readonly title: string;
  /** Code of the item. */
  readonly item?: string;
  /** Words of the rules, each once. */
  readonly reasons: readonly string[];
  readonly recommended: boolean;
  /** Definitions of which drafts are made, each once on a card; none while nothing is to be suggested. */
  readonly drafts: readonly { readonly definition: Definition; readonly proposal: Proposal }[];
  /** Of what proposed it first. */
  readonly action: Action;
  readonly proposal: Proposal;
}

/** Recommended ones first, else in the order of rules and items. */
export function entriesOf(proposals: readonly Proposal[]): readonly Entry[] {
  const groups = new Map<string, Proposal[]>();
  for (const proposal of proposals) {
    const key = proposal.item?.code ?? proposal.definition?.canonical ?? proposal.title;
    groups.set(key, [...(groups.get(key) ?? []), proposal]);
  }
  const entries = [...groups.values()].flatMap((group) => entryOf(group) ?? []);
  const drafted = new Set<string>();
  return entries
    .sort((a, b) => Number(b.recommended) - Number(a.recommended))
    .map((entry) => ({
      ...entry,
      drafts: entry.drafts.filter(({ definition: { canonical } }) => !drafted.has(canonical) && drafted.add(canonical)),
    }));
}

function entryOf(group: readonly Proposal[]): Entry | undefined {
  const [first] = group;
  if (!first) return undefined;
  const drafts = new Map<string, Entry['drafts'][number]>();
  for (const proposal of group) {
    const { definition, suggest } = proposal;
    if (definition && suggest && mayBeOrdered(definition) && !drafts.has(definition.canonical))
      drafts.set(definition.canonical, { definition, proposal });
  }
  return {
    title: first.title,
    ...(first.item && { item: first.item.code }),
    reasons: [...new Set(group.map(({ rule }) => rule.words))],
    recommended: group.some(({ recommended }) => recommended),
    drafts: [...drafts.values()],
    action: first.action,
    proposal: first,
  };
}

/** What is not to be done is never a suggestion: a client that overlooks the modifier would order it. */
function mayBeOrdered({ resource }: Definition): boolean {
  return resource.resourceType === 'Questionnaire' || resource.doNotPerform !== true;
}
