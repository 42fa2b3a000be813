/** What every answer must fulfil, told apart from the code that makes it: the invariants of CDS Hooks' logical models. */
import type { Card } from '../../src/cds/card.ts';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

interface Loose {
  readonly [member: string]: unknown;
}

/** Everything that is wrong with an answer of discovery or a call; empty = right. */
export function faultsOf(answer: { readonly cards: readonly Card[] }): string[] {
  const json = JSON.parse(JSON.stringify(answer)) as { cards: readonly Card[] };
  const uuids = json.cards.flatMap((card) => [card.uuid, ...(card.suggestions ?? []).map(({ uuid }) => uuid)]);
  return [
    ...empties(json, ''),
    ...json.cards.flatMap((card, i) => cardFaults(card).map((fault) => `cards[${i}]: ${fault}`)),
    ...(new Set(uuids).size === uuids.length ? [] : ['a uuid stands twice']),
  ];
}

/** null, "", [] and {} anywhere, but for the two lists that may be empty. */
export function empties(value: unknown, path: string): string[] {
  if (value === null || value === '') return [`${path} is empty`];
  if (typeof value !== 'object') return [];
  const members = Object.entries(value as object);
  if (members.length === 0 && path !== '.cards' && path !== '.services') return [`${path} is empty`];
  return members.flatMap(([name, member]) => empties(member, `${path}.${name}`));
}

function cardFaults(card: Card): string[] {
  const { suggestions = [], links = [], overrideReasons = [] } = card;
  const recommended = suggestions.filter(({ isRecommended }) => isRecommended).length;
  return [
    ...unless([...card.summary].length < 140, 'summary is too long'),
    ...unless(UUID_V4.test(card.uuid) && suggestions.every(({ uuid }) => UUID_V4.test(uuid)), 'a uuid is not of version 4'),
    ...unless(['info', 'warning', 'critical'].includes(card.indicator), 'indicator'),
    ...unless(card.source.label, 'source without label'),
    ...unless(!/<[a-z!/?]/i.test(card.detail ?? ''), 'detail holds HTML'),
    ...unless(!(card.selectionBehavior === 'at-most-one' && recommended > 1), 'cds-resp-1'),
    ...unless(suggestions.length === 0 || ['any', 'at-most-one'].includes(card.selectionBehavior ?? ''), 'cds-resp-6'),
    ...unless(card.selectionBehavior === undefined || suggestions.length > 0, 'selectionBehavior without suggestions'),
    ...suggestions.flatMap((suggestion) => suggestionFaults(suggestion as unknown as Loose)),
    ...links.flatMap((link) => linkFaults(link as unknown as Loose)),
    ...overrideReasons.flatMap(({ code, system, display }) => unless(code && system && display, 'cds-resp-4')),
    ...unless(card.extension['org.ramus.trace'].plan && card.extension['org.ramus.trace'].action, 'trace'),
  ];
}

function suggestionFaults(suggestion: Loose): string[] {
  const actions = (suggestion.actions ?? []) as readonly Loose[];
  return [
    ...unless(suggestion.label, 'suggestion without label'),
    ...unless(actions.length > 0, 'suggestion without action'),
    ...unless(
      actions.every(({ description }) => description),
      'cds-resp-5',
    ),
    ...unless(!('actionSelectionBehavior' in suggestion), 'cds-resp-7'),
    ...actions.flatMap(({ type, resource, resourceId }) =>
      type === 'delete'
        ? unless(resourceId && !resource, 'cds-resp-2')
        : unless(['create', 'update'].includes(String(type)) && (resource as Loose)?.resourceType, 'action without resource'),
    ),
  ];
}

function linkFaults({ label, url, type, appContext }: Loose): string[] {
  return [
    ...unless(label && URL.canParse(String(url)) && (type === 'absolute' || type === 'smart'), 'link'),
    ...unless(appContext === undefined || type === 'smart', 'cds-resp-3'),
  ];
}

function unless(holds: unknown, fault: string): string[] {
  return holds ? [] : [fault];
}
