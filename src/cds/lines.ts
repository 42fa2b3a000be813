import type { Applied } from '../reasoning/apply-plan.ts';
import { keysOf } from '../reasoning/codings.ts';
import type { Facts } from '../reasoning/facts.ts';
import { type NameIndex, namesOf } from '../reasoning/names.ts';
import { escapeMarkdown, escapeName } from './markdown.ts';

const MOST_NAMES = 10;

/** What has to be said about the whole call, as paragraphs of Markdown. */
export function linesOf(
  { verdict: { missing, unchecked = [] }, issues }: Pick<Applied, 'verdict' | 'issues'>,
  facts: Facts,
  names: NameIndex,
): readonly string[] {
  const unreadable = facts.withoutUnit.filter(({ code }) => names.knows(keysOf(code)));
  return [
    ...missing.map(({ reason }) => escapeMarkdown(reason)),
    missing.some(({ reason }) => facts.unavailable.every((type) => reason.includes(type)))
      ? ''
      : list('Could not be read', facts.unavailable),
    list('Could not be evaluated with this data, so it is open whether it applies', [...issues.map(({ words }) => words), ...unchecked]),
    list('Taken as none, since no system here keeps them', facts.without),
    list('Recognised by name, not by code', facts.byName),
    list(
      'Not understood, so not checked',
      facts.notUnderstood.map(({ name }) => name),
    ),
    list(
      'Without a unit that can be read, so not used',
      unreadable.map(({ code }) => namesOf(code)[0] ?? keysOf(code)[0] ?? 'an observation'),
    ),
  ].filter((line) => line !== '');
}

function list(what: string, names: readonly string[]): string {
  const once = [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
  if (once.length === 0) return '';
  const more = once.length > MOST_NAMES ? `; and ${once.length - MOST_NAMES} more` : '';
  return `${what}: ${once.slice(0, MOST_NAMES).map(escapeName).join('; ')}${more}.`;
}
