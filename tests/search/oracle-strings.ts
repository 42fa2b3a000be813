import type { Typed } from './oracle-elements.ts';

export function isString(elements: readonly Typed[], value: string, modifier: string | undefined): boolean {
  const texts = elements.flatMap(textsOf);
  if (modifier === 'exact') return texts.includes(value);
  const asked = folded(value);
  if (modifier === 'contains') return texts.some((text) => folded(text).includes(asked));
  const words = elements.flatMap(familyWords);
  return [...texts, ...words].some((text) => folded(text).startsWith(asked));
}

/** Some text or word of a family is this one and nothing more. */
export function isWhole(elements: readonly Typed[], value: string): boolean {
  return [...elements.flatMap(textsOf), ...elements.flatMap(familyWords)].some((text) => folded(text) === folded(value));
}

function textsOf({ type, data }: Typed): readonly string[] {
  if (typeof data === 'string') return [data];
  const parts: Readonly<Record<string, readonly string[]>> = {
    HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
    Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
  };
  return (parts[type] ?? []).flatMap((part) => (data as Record<string, string | string[]>)[part] ?? []);
}

function familyWords({ type, data, expression }: Typed): readonly string[] {
  const family = type === 'HumanName' ? (data as { family?: string }).family : expression?.endsWith('.family') ? String(data) : undefined;
  return family?.split(/[\s\p{Dash_Punctuation}]+/u) ?? [];
}

/** Character by character: no case, no marks, no punctuation, one space for any white space. */
export function folded(text: string): string {
  let made = '';
  for (const char of text.normalize('NFKD')) {
    if (/\p{Mark}|\p{Punctuation}/u.test(char)) continue;
    made += /\s/.test(char) ? ' ' : char.toUpperCase().toLowerCase();
  }
  return made.split(' ').filter(Boolean).join(' ');
}
