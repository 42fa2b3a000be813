/** GitHub Flavored Markdown without raw HTML (https://github.github.com/gfm/), as cards need it. */

/** Plain text that stays plain text: what would start markup is escaped, lines become spaces. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*[\]~|]/g, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/^(#|>|[-+]\s)/, '\\$1')
    .replace(/^(\d+)([.)]\s)/, '$1\\$2');
}

const LONGEST_NAME = 160;
const JOINER = '\u2060';

/** What a chart calls something: plain text as above, of a bounded length, without signs that nobody sees, and no address is made a link. */
export function escapeName(name: string): string {
  const visible = name.replace(/\s+/g, ' ').replace(/[\p{Cc}\p{Cf}]/gu, '');
  const characters = [...visible];
  const short = characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : visible;
  return escapeMarkdown(short).replace(/:\/\/|www\.|@/gi, (start) => `${start.slice(0, 1)}${JOINER}${start.slice(1)}`);
}

/** Markdown that an author wrote: its markup stays, but no HTML, and links only to web addresses. */
export function safeMarkdown(markdown: string): string {
  return markdown
    .replace(/</g, '&lt;')
    .replace(/\]\((?!\s*(?:https?:\/\/|mailto:))/gi, '\\](')
    .replace(/\]:/g, ']\\:');
}

/** One sentence that fits a card's summary (fewer than 140 characters), cut at a word. */
export function summaryOf(title: string): string {
  const text = title.replace(/\s+/g, ' ').trim();
  if ([...text].length <= LONGEST) return text;
  const cut = [...text].slice(0, LONGEST - 1).join('');
  const word = cut.lastIndexOf(' ');
  return `${(word > LONGEST / 2 ? cut.slice(0, word) : cut).trimEnd()}…`;
}

const LONGEST = 139;
