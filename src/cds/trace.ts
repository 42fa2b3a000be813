import type { AppliedCard } from '../reasoning/apply-plan.ts';
import { type Finding, SAFETY_CARD, type Verdict } from '../reasoning/safety.ts';
import { idOf } from '../reasoning/walk-plan.ts';
import type { Trace, TracedFinding } from './card.ts';

/** @param speaking - whether lines about the whole call, missing data among them, stand on this card */
export function traceOf(card: AppliedCard, verdict: Verdict, plan: string, speaking: boolean): Trace {
  const action = idOf(card.action);
  const items = itemsOf(card);
  return {
    plan,
    action,
    ...some('items', [...items]),
    ...some('withheld', withheldOn(action, verdict).map(traced)),
    ...some('cautions', cautionsOn(card, verdict).map(traced)),
    ...some(
      'exclusive',
      verdict.exclusive
        .filter((group) => group.items.some(({ code }) => items.has(code)))
        .map((group) => ({ rule: group.rule, items: group.items.map(({ code }) => code) })),
    ),
    ...some('missing', speaking ? verdict.missing : []),
  };
}

/** What is withheld stands on the safety card. */
export function withheldOn(action: string, { withheld }: Verdict): readonly Finding[] {
  return action === SAFETY_CARD ? withheld : [];
}

/** Warnings stand with the item that they are about. */
export function cautionsOn(card: AppliedCard, { cautions }: Verdict): readonly Finding[] {
  const items = itemsOf(card);
  return cautions.filter(({ item }) => items.has(item.code));
}

function itemsOf({ proposals }: AppliedCard): ReadonlySet<string> {
  return new Set(proposals.flatMap(({ item }) => (item ? [item.code] : [])));
}

function traced({ item, rule, severity, reason }: Finding): TracedFinding {
  return { item: item.code, rule, severity, reason };
}

function some<K extends keyof Trace>(member: K, values: NonNullable<Trace[K]> & readonly unknown[]): Partial<Trace> {
  return values.length > 0 ? { [member]: values } : {};
}
