/** A piece of SQL with the values of its placeholders: pieces are put together, values never become text. */
export type SqlValue = string | number | bigint | null | Buffer;

export interface Fragment {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** SQL with holes: fragments are put in place, anything else is bound. */
export function sql(texts: TemplateStringsArray, ...holes: readonly (Fragment | SqlValue)[]): Fragment {
  let text = texts[0] ?? '';
  const values: SqlValue[] = [];
  for (const [i, hole] of holes.entries()) {
    if (isFragment(hole)) {
      text += hole.text;
      for (const value of hole.values) values.push(value); // there may be too many for a spread
    } else {
      text += '?';
      values.push(hole);
    }
    text += texts[i + 1] ?? '';
  }
  return { text, values };
}

/** A name or keyword of this adapter's own; never anything a caller gave. */
export function raw(text: string): Fragment {
  return { text, values: [] };
}

/** Links of a chain that stand side by side: SQLite's tree of one is as deep as it is long (at most 1,000 in all). */
const FLAT = 120;

/** Joined flat, long ones in groups: parentheses are what SQLite's parser takes fewest of (its stack has 100 places). */
export function chain(fragments: readonly Fragment[], operator: 'AND' | 'OR', none: Fragment): Fragment {
  const [first, ...others] = fragments;
  if (!first) return none;
  if (others.length === 0) return first;
  if (fragments.length > FLAT) return chain(groupsOf(fragments, operator, none), operator, none);
  const values = fragments.flatMap((fragment) => fragment.values);
  return { text: `(${fragments.map(({ text }) => text).join(` ${operator} `)})`, values };
}

function groupsOf(fragments: readonly Fragment[], operator: 'AND' | 'OR', none: Fragment): readonly Fragment[] {
  const count = Math.ceil(fragments.length / FLAT);
  return Array.from({ length: count }, (_, i) => chain(fragments.slice(i * FLAT, (i + 1) * FLAT), operator, none));
}

/**
 * Texts as one JSON value for `json_each`. A text with NUL is left out: nothing stored holds one, and SQLite would compare
 * only what stands before it. A half surrogate becomes U+FFFD, as everywhere where text becomes UTF-8.
 */
export function jsonList(texts: readonly string[]): string {
  const json = JSON.stringify(texts);
  if (!json.includes('\\u')) return json;
  return JSON.stringify(texts.filter((text) => !text.includes('\u0000')).map((text) => text.replace(/\p{Surrogate}/gu, '\ufffd')));
}

function isFragment(hole: Fragment | SqlValue): hole is Fragment {
  return typeof hole === 'object' && hole !== null && 'text' in hole;
}
