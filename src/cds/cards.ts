/** Card = top-level action of the entry plan below which something holds (https://cds-hooks.hl7.org/2.0/#card-attributes). */
import { randomUUID } from 'node:crypto';
import type { Applied, AppliedCard } from '../reasoning/apply-plan.ts';
import type { Facts } from '../reasoning/facts.ts';
import type { NameIndex } from '../reasoning/names.ts';
import type { Plan } from '../reasoning/plan.ts';
import { higher, type Priority } from '../reasoning/proposal.ts';
import { RED_FLAG_CARD, SAFETY_CARD } from '../reasoning/safety.ts';
import { idOf } from '../reasoning/walk-plan.ts';
import type { Card, OverrideReason } from './card.ts';
import { detailOf } from './detail.ts';
import { type Entry, entriesOf } from './entries.ts';
import { linesOf } from './lines.ts';
import { linksOf, moreLink } from './links.ts';
import { summaryOf } from './markdown.ts';
import { sourceOf } from './source.ts';
import { type Drafting, suggestionsOf } from './suggestions.ts';
import { traceOf } from './trace.ts';

export interface CardContext extends Drafting {
  readonly plan: Plan;
  readonly facts: Facts;
  readonly names: NameIndex;
  readonly overrideReasons: readonly OverrideReason[];
  /** What stands behind the name of each source. */
  readonly caveat: string;
  /** Base of this server's FHIR addresses, without trailing slash. */
  readonly baseUrl: string;
}

const MOST_CARDS = 6;
const MOST_SUGGESTIONS = 5;
/** They come first and are shown whole. */
const UNCUT: readonly string[] = [RED_FLAG_CARD, SAFETY_CARD];

export function cardsOf(applied: Applied, context: CardContext): readonly Card[] {
  const speaking = lineCard(applied.cards);
  const lines = linesOf(applied, context.facts, context.names);
  let withSuggestions = 0;
  return applied.cards.map((each) => {
    const entries = entriesOf(each.proposals);
    const uncut = UNCUT.includes(idOf(each.action));
    const title = titleOf(each, context);
    const most = uncut ? Number.POSITIVE_INFINITY : withSuggestions < MOST_CARDS ? MOST_SUGGESTIONS : 0;
    const { cut, ...selection } = suggestionsOf(entries, { behavior: each.action.resource.selectionBehavior, title, most }, context);
    if (selection.suggestions) withSuggestions++;
    return {
      uuid: randomUUID(),
      summary: summaryOf(title),
      ...detailOf(each, entries, applied.verdict, each === speaking ? lines : []),
      indicator: INDICATORS[priorityOf(each) ?? 'routine'],
      source: sourceOf(each.action, context.plan.resource, context.caveat),
      ...selection,
      ...(context.overrideReasons.length > 0 && { overrideReasons: context.overrideReasons }),
      ...links(each, entries, cut, context),
      extension: { 'org.ramus.trace': traceOf(each, applied.verdict, context.plan.canonical, each === speaking) },
    };
  });
}

const INDICATORS: Readonly<Record<Priority, Card['indicator']>> = { routine: 'info', urgent: 'warning', asap: 'warning', stat: 'critical' };

function titleOf({ action }: AppliedCard, { plan }: CardContext): string {
  return action.resource.title ?? plan.resource.title ?? idOf(action);
}

function priorityOf({ proposals, rules }: AppliedCard): Priority | undefined {
  return [...proposals, ...rules].reduce<Priority | undefined>((highest, { priority }) => higher(highest, priority), undefined);
}

/** The card on which lines about the whole call stand: safety, else the first with a medicine, else the first. */
function lineCard(cards: readonly AppliedCard[]): AppliedCard | undefined {
  const isMedicine = ({ proposals }: AppliedCard) =>
    proposals.some(
      ({ definition }) => definition?.resource.resourceType === 'ActivityDefinition' && definition.resource.kind === 'MedicationRequest',
    );
  return cards.find(({ action }) => idOf(action) === SAFETY_CARD) ?? cards.find(isMedicine) ?? cards[0];
}

function links(card: AppliedCard, entries: readonly Entry[], cut: number, { plan, baseUrl }: CardContext): Pick<Card, 'links'> {
  const all = [...linksOf(card, entries, plan.resource, baseUrl), ...moreLink(card, cut, baseUrl)];
  const once = [...new Map(all.map((link) => [link.url, link])).values()];
  return once.length > 0 ? { links: once } : {};
}
