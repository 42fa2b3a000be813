import type { AppliedCard } from '../reasoning/apply-plan.ts';
import type { Verdict } from '../reasoning/safety.ts';
import { idOf } from '../reasoning/walk-plan.ts';
import type { Card } from './card.ts';
import type { Entry } from './entries.ts';
import { escapeMarkdown, safeMarkdown } from './markdown.ts';
import { cautionsOn, withheldOn } from './trace.ts';

/** Description, one bullet for each thing with its reason, cautions and ceilings, then lines about the whole call. */
export function detailOf(card: AppliedCard, entries: readonly Entry[], verdict: Verdict, lines: readonly string[]): Pick<Card, 'detail'> {
  const { description } = card.action.resource;
  const bullets = [
    ...entries.map(({ title, reasons }) => bullet(title, reasons.join('; '))),
    ...card.rules.map(({ words }) => `- ${escapeMarkdown(words)}`),
    ...withheldOn(idOf(card.action), verdict).map(({ item, reason }) => bullet(`Held back: ${item.title}`, reason)),
    ...cautionsOn(card, verdict).map(({ item, reason }) => bullet(`Care with ${item.title}`, reason)),
  ];
  const parts = [description && safeMarkdown(description), bullets.join('\n'), ...lines].filter((part) => part);
  return parts.length > 0 ? { detail: parts.join('\n\n') } : {};
}

function bullet(title: string, reason: string): string {
  return `- **${escapeMarkdown(title)}**: ${escapeMarkdown(reason)}`;
}
