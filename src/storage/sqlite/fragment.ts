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
      values.push(...hole.values);
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

/** Joined in halves, so that a long chain of OR stays flat for SQLite's limit of expression depth (1,000). */
export function chain(fragments: readonly Fragment[], operator: 'AND' | 'OR', none: Fragment): Fragment {
  const [first] = fragments;
  if (!first) return none;
  if (fragments.length === 1) return first;
  const middle = fragments.length >> 1;
  const left = chain(fragments.slice(0, middle), operator, none);
  const right = chain(fragments.slice(middle), operator, none);
  return sql`(${left} ${raw(operator)} ${right})`;
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
